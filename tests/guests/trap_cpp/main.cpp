// A CGI program that traps three named functions deep, built with line numbers: its backtrace is
// what is tested.

namespace shop {

__attribute__((noinline)) int price_item(volatile int* parts) {
    if (*parts == 0)
        __builtin_trap();
    return 7 / *parts;
}

__attribute__((noinline)) int price_basket(volatile int* parts) {
    return price_item(parts) + 1;
}

}  // namespace shop

int main() {
    volatile int parts = 0;
    return shop::price_basket(&parts);
}
