#include "host/testing/core_guest.hpp"

namespace skep::host {
namespace {

// The memory: what fd_write takes, the texts, and where `skep_alloc` lets the host write.
constexpr std::uint32_t kTexts = 64;
constexpr std::uint32_t kResult = 32'768;

enum Type : std::uint8_t { call_type, error_type, write_type, start_type, allocate_type };

std::string unsigned_number(std::size_t value) {
    std::string out;
    for (; value > 0x7F; value >>= 7)
        out += static_cast<char>((value & 0x7F) | 0x80);
    return out + static_cast<char>(value);
}

// i32.const, whose operand is signed.
std::string constant(std::uint32_t value) {
    std::string out = "\x41";
    for (; value > 0x3F; value >>= 7)
        out += static_cast<char>((value & 0x7F) | 0x80);
    return out + static_cast<char>(value);
}

std::string counted(std::string_view bytes) {
    return unsigned_number(bytes.size()).append(bytes);
}

std::string section(char number, std::string_view content) {
    return number + counted(content);
}

std::string type(std::size_t params, std::size_t results) {
    return "\x60" + counted(std::string(params, '\x7F')) + counted(std::string(results, '\x7F'));
}

std::string types(const CoreCall& call) {
    const std::size_t params = 2 * call.texts.size() + call.integers.size();
    return "\5" + type(params, 1) + type(0, 1) + type(4, 1) + type(0, 0) + type(1, 1);
}

std::string import(std::string_view module, std::string_view name, Type of) {
    return counted(module) + counted(name) + '\0' + static_cast<char>(of);
}

std::string arguments(const CoreCall& call) {
    std::string out;
    std::uint32_t place = kTexts;
    for (const std::string& text : call.texts) {
        const auto size = static_cast<std::uint32_t>(text.size());
        out += constant(place) + constant(size);
        place += size;
    }
    for (const std::uint32_t integer : call.integers)
        out += constant(integer);
    return out;
}

// _start: local 0 = the call's result; where that is negative, the last error; a status that is not ends it there.
std::string start(const CoreCall& call) {
    using namespace std::string_literals;
    const std::string otherwise = call.is_data ? "" : "\x05\x0F";
    const std::string fetch =
        arguments(call) + "\x10\0\x22\0"s + constant(0) + "\x48\x04\x40\x10\x01\x21\0"s + otherwise + "\x0B";
    const std::string print = constant(0) + "\x20\0"s + constant(4) + "\x6A\x36\2\0"s + constant(4) +
                              "\x20\0\x28\2\0\x36\2\0"s + constant(1) + constant(0) + constant(1) + constant(8) +
                              "\x10\x02\x1A";
    return counted("\1\1\x7F" + fetch + print + "\x0B");
}

std::string data(const CoreCall& call) {
    std::string texts;
    for (const std::string& text : call.texts)
        texts += text;
    return std::string("\1\0", 2) + constant(kTexts) + '\x0B' + counted(texts);
}

}  // namespace

std::string encode_core_guest(const CoreCall& call) {
    using namespace std::string_literals;
    const std::string imports = "\3" + import(call.module, call.name, call_type) +
                                import("skep", "last_error", error_type) +
                                import("wasi_snapshot_preview1", "fd_write", write_type);
    const std::string exports =
        "\3" + counted("_start") + "\0\3"s + counted("skep_alloc") + "\0\4"s + counted("memory") + "\2\0"s;
    const std::string code = "\2" + start(call) + counted("\0"s + constant(kResult) + "\x0B");
    return "\0asm\1\0\0\0"s + section(1, types(call)) + section(2, imports) + section(3, "\2\3\4") +
           section(5, "\1\0\2"s) + section(7, exports) + section(10, code) + section(11, data(call));
}

}  // namespace skep::host
