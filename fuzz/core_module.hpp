#pragma once
// The fixed core module of the core interface's fuzzer, encoded byte by byte.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace skep::fuzz {

// A function that the module imports: `strings` pairs of pointer and length, then `i32s` integers, then `f64s` numbers.
struct CoreImport {
    std::string_view module;
    std::string_view name;
    int strings = 0;
    int f64s = 0;
    bool has_result = true;
    int i32s = 0;

    int integers() const { return 2 * strings + i32s; }
};

// A preview 1 command. `_start` reads standard input into its memory at 1024, and then calls every import twice over,
// in order, with arguments that it finds there: a place for `skep_alloc` to return, then one record for each call. Bit
// 0 of its first byte makes the call with pointers of 16 bits (the memory has 64 KiB) and lengths of 8, so that most
// calls are quick and meet the host, bit 1 with whole ones.
//
//   record: u8 flags, 3 bytes unused, 6 × u32 pointers and lengths, f64
class CoreModule {
public:
    explicit CoreModule(std::vector<CoreImport> imports) : imports_(std::move(imports)) {}

    std::string encode() const {
        return std::string("\0asm\1\0\0\0", 8) + section(1, types()) + section(2, imports()) +
               section(3, "\2" + index(start_type()) + index(allocate_type())) + section(5, std::string("\1\0\1", 3)) +
               section(7, exports()) + section(10, code()) + section(11, data());
    }

private:
    static constexpr std::uint32_t kInput = 1024;
    static constexpr std::uint32_t kRecord = 36;
    static constexpr std::string_view kInt = "\x7F";

    static std::string index(std::size_t value) {
        std::string out;
        for (; value > 0x7F; value >>= 7)
            out += static_cast<char>((value & 0x7F) | 0x80);
        return out + static_cast<char>(value);
    }
    static std::string section(char number, const std::string& content) {
        return number + index(content.size()) + content;
    }
    static std::string text(std::string_view name) { return index(name.size()).append(name); }
    static std::string repeated(std::string_view piece, int count) {
        std::string out;
        for (int i = 0; i < count; ++i)
            out += piece;
        return out;
    }

    std::size_t read_type() const { return imports_.size(); }
    std::size_t allocate_type() const { return imports_.size() + 1; }
    std::size_t start_type() const { return imports_.size() + 2; }

    static std::string type(const std::string& params, std::size_t count, std::string_view results) {
        return "\x60" + index(count) + params + index(results.size()) + std::string(results);
    }
    std::string types() const {
        std::string out = index(imports_.size() + 3);
        for (const CoreImport& import : imports_) {
            const std::string params = repeated(kInt, import.integers()) + repeated("\x7C", import.f64s);
            out += type(params, params.size(), import.has_result ? kInt : "");
        }
        return out + type(repeated(kInt, 4), 4, kInt) + type(std::string(kInt), 1, kInt) + type("", 0, "");
    }
    std::string imports() const {
        std::string out = index(imports_.size() + 1);
        for (std::size_t i = 0; i < imports_.size(); ++i)
            out += text(imports_[i].module) + text(imports_[i].name) + '\0' + index(i);
        return out + text("wasi_snapshot_preview1") + text("fd_read") + '\0' + index(read_type());
    }
    std::string exports() const {
        const std::size_t first = imports_.size() + 1;
        return "\3" + text("_start") + '\0' + index(first) + text("skep_alloc") + '\0' + index(first + 1) +
               text("memory") + '\2' + index(0);
    }

    // i32.const, whose operand is signed.
    static std::string number(std::uint32_t value) {
        std::string out = "\x41";
        for (; value > 0x3F; value >>= 7)
            out += static_cast<char>((value & 0x7F) | 0x80);
        return out + static_cast<char>(value);
    }
    // The value at `address` by a load of `opcode`.
    static std::string load(char opcode, std::uint32_t address) { return number(address) + opcode + '\0' + '\0'; }

    static std::string function(const std::string& code) {
        const std::string body = '\0' + code + '\x0B';
        return index(body.size()) + body;
    }
    std::string code() const {
        std::string start = number(0) + number(0) + number(1) + number(16) + "\x10" + index(imports_.size()) + "\x1A";
        std::uint32_t record = kInput + 4;
        for (int round = 0; round < 2; ++round) {
            for (std::size_t i = 0; i < imports_.size(); ++i, record += kRecord)
                start += call(i, record, 1, "\x2F\x2D") + call(i, record, 2, "\x28\x28");
        }
        return "\2" + function(start) + function(load('\x28', kInput));
    }
    // if (flags & bit) drop(imports[i](…)), its pointers loaded by the first of `opcodes`, lengths by the second.
    std::string call(std::size_t i, std::uint32_t record, std::uint32_t bit, std::string_view opcodes) const {
        std::string out = load('\x2D', record) + number(bit) + "\x71\x04\x40";
        for (int k = 0; k < imports_[i].integers(); ++k)
            out += load(opcodes[static_cast<std::size_t>(k) % 2], record + 4 + 4 * static_cast<std::uint32_t>(k));
        for (int k = 0; k < imports_[i].f64s; ++k)
            out += load('\x2B', record + 28);
        out += "\x10" + index(i);
        return out + (imports_[i].has_result ? "\x1A\x0B" : "\x0B");
    }
    // What fd_read fills: 60,000 bytes at kInput.
    static std::string data() { return std::string("\1\0\x41\0\x0B\x08\0\x04\0\0\x60\xEA\0\0", 14); }

    std::vector<CoreImport> imports_;
};

}  // namespace skep::fuzz
