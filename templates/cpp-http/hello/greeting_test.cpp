// An ordinary program: it ends with status 0 when every check holds.

#include "greeting.hpp"

#include <cstdio>

namespace {

int failures = 0;

void expect_equal(const std::string& got, const std::string& wanted) {
    if (got == wanted)
        return;
    ++failures;
    std::fprintf(stderr, "expected %s, got %s\n", wanted.c_str(), got.c_str());
}

void greets_by_name() {
    expect_equal(greeting("Ada"), "Hello Ada!");
}

}  // namespace

int main() {
    greets_by_name();
    return failures == 0 ? 0 : 1;
}
