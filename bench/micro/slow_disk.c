/* A slower disk, for LD_PRELOAD: every flush takes a millisecond longer. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <time.h>

typedef int (*Flush)(int);

static int flush_slowly(const char* name, int fd) {
    const Flush real = (Flush)dlsym(RTLD_NEXT, name);
    const int result = real(fd);
    const int error = errno;
    const struct timespec added = {.tv_sec = 0, .tv_nsec = 1000000};
    nanosleep(&added, NULL);
    errno = error;
    return result;
}

int fsync(int fd) {
    return flush_slowly("fsync", fd);
}

int fdatasync(int fd) {
    return flush_slowly("fdatasync", fd);
}
