// Guest A of the hop benchmark: for each request one `service.invoke` of service `b`, whose body it
// answers; on `/alone` the answer without the call.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((import_module("service"), import_name("invoke"))) int32_t
service_invoke(const char* service, size_t service_size, const char* method, size_t method_size, const void* request,
               size_t request_size);

// Where the host puts the data that it returns.
__attribute__((export_name("skep_alloc"))) void* skep_alloc(size_t size) {
    return malloc(size);
}

int main(void) {
    static const char head[] = "Content-Type: text/plain\r\n\r\n";
    static const char failure[] = "Status: 502\r\n\r\nthe call of b failed\n";
    static const char alone[] = "Content-Type: text/plain\r\n\r\nHello from Skep!\n";
    const char* path = getenv("PATH_INFO");
    if (path != NULL && strcmp(path, "/alone") == 0)
        return write(STDOUT_FILENO, alone, sizeof alone - 1) < 0;

    int32_t data = service_invoke("b", 1, "GET /", 5, NULL, 0);
    if (data < 0)
        return write(STDOUT_FILENO, failure, sizeof failure - 1) < 0;

    uint32_t size;
    memcpy(&size, (const void*)(uintptr_t)data, sizeof size);
    if (write(STDOUT_FILENO, head, sizeof head - 1) < 0)
        return 1;
    return write(STDOUT_FILENO, (const char*)(uintptr_t)data + sizeof size, size) < 0;
}
