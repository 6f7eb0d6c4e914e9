// Guest of the host call benchmark. The query CALLS,SIZE,own or CALLS,SIZE,call: so often it does what a `config.get`
// of SIZE bytes costs the guest itself (`own`), or makes the call (`call`).

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

__attribute__((import_module("config"), import_name("get"))) int32_t config_get(const char* key, size_t key_size);

// Where the host puts the data that it returns.
__attribute__((export_name("skep_alloc"))) void* skep_alloc(size_t size) {
    return malloc(size);
}

static uint32_t size_at(int32_t data) {
    uint32_t size;
    memcpy(&size, (const void*)(uintptr_t)data, sizeof size);
    return size;
}

// The guest's side of a call: memory for the data, a look at its size, memory given back.
static int32_t own_work(uint32_t size) {
    char* data = skep_alloc(size + sizeof size);
    if (data != NULL)
        memcpy(data, &size, sizeof size);
    return (int32_t)(uintptr_t)data;
}

int main(void) {
    unsigned calls = 0, size = 0;
    char what[8] = "", key[16];
    const char* query = getenv("QUERY_STRING");
    if (query == NULL || sscanf(query, "%u,%u,%7s", &calls, &size, what) != 3)
        return 1;
    const int real = strcmp(what, "call") == 0;
    const size_t key_size = (size_t)snprintf(key, sizeof key, "b%u", size);
    uint64_t sum = 0;
    for (unsigned i = 0; i < calls; ++i) {
        const int32_t data = real ? config_get(key, key_size) : own_work(size);
        if (data <= 0)
            return 2;
        sum += size_at(data);
        free((void*)(uintptr_t)data);
    }
    return printf("Content-Type: text/plain\r\n\r\n%llu\n", (unsigned long long)sum) < 0;
}
