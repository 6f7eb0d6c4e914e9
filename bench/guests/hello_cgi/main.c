// The smallest CGI guest: a head, a blank line, a short body, in one write.

#include <unistd.h>

int main(void) {
    static const char reply[] = "Content-Type: text/plain\r\n\r\nHello from Skep!\n";
    return write(STDOUT_FILENO, reply, sizeof reply - 1) == (ssize_t)(sizeof reply - 1) ? 0 : 1;
}
