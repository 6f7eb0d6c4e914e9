// Parameters out of JSON, token by token: no tree is built, and what a tree would not show (a member that stands there
// twice) is seen.

#include <charconv>
#include <cmath>

#include <boost/json/basic_parser_impl.hpp>

#include "host/detail/base64.hpp"
#include "host/detail/sql_json.hpp"
#include "store/row_format.hpp"

namespace skep::host {
namespace {

using boost::json::error_code;
using Text = boost::json::string_view;

// Collects one value after the other in the row format. What it refuses is told by `failure`.
class ParamsHandler {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = max_object_size;
    static constexpr std::size_t max_key_size = max_object_size;
    static constexpr std::size_t max_string_size = max_object_size;

    std::string take() && {
        store::RowWriter head;
        head.begin_params(count_);
        return std::move(head).take() + std::move(values_).take();
    }
    const std::optional<Error>& failure() const { return failure_; }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }

    bool on_array_begin(error_code& stop) {
        if (in_array_)
            return refuse(stop, "an array");
        in_array_ = true;
        return true;
    }
    bool on_array_end(std::size_t, error_code&) { return true; }

    bool on_object_begin(error_code& stop) {
        if (!in_array_ || in_bytes_)
            return refuse(stop, "an object");
        in_bytes_ = true;
        return true;
    }
    bool on_object_end(std::size_t size, error_code& stop) {
        in_bytes_ = false;
        return size == 1 ? accept() : refuse(stop, "an object other than {\"base64\": …}");
    }
    bool on_key_part(Text part, std::size_t, error_code&) { return keep(part); }
    bool on_key(Text part, std::size_t, error_code& stop) {
        keep(part);
        const bool is_known = std::exchange(token_, {}) == "base64";
        return is_known ? true : refuse(stop, "an object other than {\"base64\": …}");
    }

    bool on_string_part(Text part, std::size_t, error_code&) { return keep(part); }
    bool on_string(Text part, std::size_t, error_code& stop) {
        keep(part);
        const std::string text = std::exchange(token_, {});
        if (!in_bytes_)
            return plain(stop, [&] { values_.text(text); });
        const auto bytes = decode_base64(text);
        if (!bytes)
            return refuse(stop, "base64 that is none");
        values_.blob(*bytes);
        return true;
    }

    bool on_number_part(Text part, error_code&) { return keep(part); }
    bool on_int64(std::int64_t number, Text, error_code& stop) {
        token_.clear();
        return plain(stop, [&] { values_.integer(number); });
    }
    bool on_uint64(std::uint64_t number, Text, error_code& stop) {
        token_.clear();
        if (number > static_cast<std::uint64_t>(INT64_MAX))
            return refuse(stop, "an integer of more than 64 bits");
        return plain(stop, [&] { values_.integer(static_cast<std::int64_t>(number)); });
    }
    // The library's own value may be off by its last bit.
    bool on_double(double rough, Text part, error_code& stop) {
        keep(part);
        const std::string text = std::exchange(token_, {});
        if (text.find_first_of(".eE") == text.npos)
            return refuse(stop, "an integer of more than 64 bits");
        double number = 0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (fault == std::errc::result_out_of_range && std::fabs(rough) > 1)
            return refuse(stop, "a number that is too large");
        return plain(stop, [&] { values_.real(number); });
    }
    bool on_bool(bool value, error_code& stop) {
        return plain(stop, [&] { values_.integer(value ? 1 : 0); });
    }
    bool on_null(error_code& stop) {
        return plain(stop, [&] { values_.null(); });
    }
    bool on_comment_part(Text, error_code&) { return true; }
    bool on_comment(Text, error_code&) { return true; }

private:
    bool keep(Text part) {
        token_.append(part.data(), part.size());
        return true;
    }
    bool accept() {
        ++count_;
        return true;
    }
    // A value that stands in the array itself.
    template <typename Write>
    bool plain(error_code& stop, Write write) {
        if (!in_array_)
            return refuse(stop, "no array");
        if (in_bytes_)
            return refuse(stop, "an object other than {\"base64\": …}");
        write();
        return accept();
    }
    bool refuse(error_code& stop, std::string_view what) {
        if (in_array_)
            failure_ = error("sql_params", "parameter {} is {}", count_ + 1, what);
        else
            failure_ = error("sql_params", "the parameters are no JSON array");
        stop = boost::json::error::exception;
        return false;
    }

    store::RowWriter values_;
    std::size_t count_ = 0;
    std::string token_;
    bool in_array_ = false;
    bool in_bytes_ = false;  // inside of {"base64": …}
    std::optional<Error> failure_;
};

}  // namespace

Result<std::string> params_of_json(std::string_view json) {
    if (json.empty())
        json = "[]";
    boost::json::parse_options options;
    options.max_depth = 4;
    boost::json::basic_parser<ParamsHandler> parser(options);
    error_code fault;
    const std::size_t read = parser.write_some(false, json.data(), json.size(), fault);
    if (parser.handler().failure())
        return fail(*parser.handler().failure());
    if (fault)
        return fail("sql_params", "the parameters are no JSON array: {} at byte {}", fault.message(), read);
    if (read != json.size())
        return fail("sql_params", "the parameters are no JSON array: more text at byte {}", read);
    return std::move(parser.handler()).take();
}

}  // namespace skep::host
