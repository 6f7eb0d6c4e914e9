// A CGI program that misbehaves in the way its path says. Any other path behaves.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int reply(const char* text) {
    printf("Content-Type: text/plain\r\n\r\n%s", text);
    return 0;
}

static int spin(void) {
    volatile unsigned turns = 0;
    for (;;)
        ++turns;
}

static int loop_after_output(void) {
    reply("the first part\n");
    fflush(stdout);
    return spin();
}

// Takes memory and touches it until there is no more, then traps, as most programs do.
static int memory_bomb(void) {
    for (;;) {
        char* volatile block = malloc(1 << 20);  // volatile, or the compiler leaves it out
        if (!block)
            abort();
        memset(block, 1, 1 << 20);
    }
}

// Needs no memory but the call stack.
__attribute__((noinline)) static unsigned descend(unsigned depth) {
    return (descend(depth * 3 + 1) * 5) ^ depth;
}

static int recursion(void) {
    return (int)descend((unsigned)time(NULL));
}

static int trap_before(void) {
    __builtin_trap();
}

static int trap_after_output(void) {
    reply("the first part\n");
    fflush(stdout);
    __builtin_trap();
}

static int silent(void) {
    return 0;
}

static int exit_three(void) {
    reply("but then\n");
    return 3;
}

static int many_headers(void) {
    printf("Status: 200\r\n");
    for (int index = 0; index < 100000; ++index)
        printf("X-Flood-%d: value\r\n", index);
    return reply("done\n");
}

static int bad_header(void) {
    static const char head[] = "X-Evil: a\rb\r\n";
    fwrite(head, 1, sizeof head - 1, stdout);
    return reply("body\n");
}

static int null_header(void) {
    static const char head[] = "X-Null: a\0b\r\n";
    fwrite(head, 1, sizeof head - 1, stdout);
    return reply("body\n");
}

static int bad_status(void) {
    printf("Status: 99999 Nonsense\r\n\r\nbody\n");
    return 0;
}

static int lying_length(void) {
    printf("Content-Length: 100\r\nContent-Type: text/plain\r\n\r\nten bytes\n");
    return 0;
}

static int endless_head(void) {
    for (;;)
        printf("X-More: and more\r\n");
}

// 100 MB: past what a CGI reply may have.
static int huge(void) {
    static char block[1 << 16];
    memset(block, 'x', sizeof block);
    reply("");
    for (int count = 0; count < 1600; ++count)
        fwrite(block, 1, sizeof block, stdout);
    return 0;
}

static int sleep_forever(void) {
    const struct timespec long_time = {1 << 30, 0};
    for (;;)
        nanosleep(&long_time, NULL);
}

static int log_flood(void) {
    char line[200];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\n';
    for (int count = 0; count < 100000; ++count)
        fwrite(line, 1, sizeof line, stderr);
    return reply("logged 100000 lines\n");
}

__attribute__((import_module("wasi_snapshot_preview1"), import_name("random_get"))) int32_t random_get(void* buffer,
                                                                                                       size_t size);

static int giant_random(void) {
    const size_t size = 64 << 20;
    void* buffer = malloc(size);
    if (!buffer)
        return reply("no memory for it\n");
    return reply(random_get(buffer, size) == 0 ? "got 64 MiB\n" : "refused\n");
}

int main(void) {
    static const struct {
        const char* path;
        int (*act)(void);
    } acts[] = {
        {"/loop", spin},
        {"/loop-streaming", loop_after_output},
        {"/memory-bomb", memory_bomb},
        {"/recursion", recursion},
        {"/trap-before", trap_before},
        {"/trap-after", trap_after_output},
        {"/never-reply", silent},
        {"/exit", exit_three},
        {"/many-headers", many_headers},
        {"/bad-header", bad_header},
        {"/null-header", null_header},
        {"/bad-status", bad_status},
        {"/lying-length", lying_length},
        {"/endless-head", endless_head},
        {"/huge", huge},
        {"/sleep", sleep_forever},
        {"/log-flood", log_flood},
        {"/random", giant_random},
    };
    const char* path = getenv("HTTP_PATH");
    for (size_t index = 0; path && index < sizeof acts / sizeof *acts; ++index) {
        if (strcmp(path, acts[index].path) == 0)
            return acts[index].act();
    }
    return reply("nothing hostile here\n");
}
