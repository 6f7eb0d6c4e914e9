// What test_run.py runs: its first argument says what it does.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((noinline)) static void fall(void) {
    __builtin_trap();
}

static int copy(FILE* from, FILE* to) {
    char buffer[4096];
    size_t count;
    while ((count = fread(buffer, 1, sizeof(buffer), from)) > 0) {
        if (fwrite(buffer, 1, count, to) != count)
            return 1;
    }
    return 0;
}

static int show_file(const char* path) {
    FILE* file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        return 1;
    }
    return copy(file, stdout);
}

int main(int argc, char** argv) {
    const char* what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "exit") == 0)
        return atoi(argv[2]);
    if (strcmp(what, "copy") == 0)
        return copy(stdin, stdout);
    if (strcmp(what, "complain") == 0)
        return fputs("complaint\n", stderr) < 0;
    if (strcmp(what, "variable") == 0)
        return puts(getenv(argv[2]) == NULL ? "(none)" : getenv(argv[2])) < 0;
    if (strcmp(what, "file") == 0)
        return show_file(argv[2]);
    if (strcmp(what, "trap") == 0)
        fall();
    for (int i = 1; i < argc; ++i)
        puts(argv[i]);
    return 0;
}
