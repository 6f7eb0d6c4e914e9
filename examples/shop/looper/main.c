// A service that never answers, for the demo: Skep ends it at its deadline, and its neighbours do
// not notice.

int main(void) {
    volatile unsigned turns = 0;
    for (;;)
        ++turns;
}
