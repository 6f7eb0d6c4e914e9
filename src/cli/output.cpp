#include "cli/output.hpp"

#include <algorithm>
#include <array>

#include <boost/json/serialize.hpp>

#include "cli/detail/yaml.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 6> kFormats{"table", "wide", "json", "jsonl", "yaml", "name"};

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Characters, not bytes: what a cell takes on a terminal, but for those of double width.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, std::not_fn(is_continuation)));
}

// Nothing that a terminal would take as a command.
std::string printable(std::string_view text) {
    std::string out(text);
    std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return out;
}

std::string cell_of(const json::value& value) {
    if (value.is_string())
        return printable(value.get_string());
    if (value.is_bool())
        return value.get_bool() ? "yes" : "no";
    if (value.is_double())
        return fmt::format("{:.3g}", value.get_double());
    if (value.is_null())
        return "-";
    if (!value.is_array())
        return printable(json::serialize(value));
    std::string out;
    for (const json::value& item : value.get_array())
        out += (out.empty() ? "" : ", ") + cell_of(item);
    return out.empty() ? "-" : out;
}

std::string cell_of(const json::object& row, const Column& column) {
    const json::value* around = column.within.empty() ? nullptr : row.if_contains(column.within);
    if (!column.within.empty() && (around == nullptr || !around->is_object()))
        return "-";
    const json::value* value = (around != nullptr ? around->get_object() : row).if_contains(column.member);
    const std::string cell = value == nullptr ? "-" : cell_of(*value);
    return cell.empty() ? "-" : cell;
}

std::vector<Column> shown_columns(const Listing& listing, OutputFormat format) {
    std::vector<Column> columns;
    std::ranges::copy_if(listing.columns, std::back_inserter(columns), [&](const Column& column) {
        return column.width == Column::Width::always || format == OutputFormat::wide;
    });
    return columns;
}

std::string padded(std::string text, std::size_t width) {
    const std::size_t used = width_of(text);
    text.append(width > used ? width - used : 0, ' ');
    return text;
}

json::value value_of(const Listing& listing) {
    if (!listing.whole.is_null())
        return listing.whole;
    if (listing.kind == Listing::Kind::one)
        return listing.rows.empty() ? json::value() : json::value(listing.rows.front());
    return json::array(listing.rows.begin(), listing.rows.end());
}

json::object to_json(const Error& error) {
    json::object object{{"code", error.name()}, {"message", error.message()}};
    if (!error.detail().empty())
        object["detail"] = error.detail();
    object["remedy"] = error.reason().remedy;
    object["exit_code"] = exit_code_of(error);
    return object;
}

std::string indented(std::string_view text) {
    std::string out = "  ";
    for (const char c : text) {
        out += c;
        if (c == '\n')
            out += "  ";
    }
    return out;
}

}  // namespace

std::span<const std::string_view> format_names() {
    return kFormats;
}

std::optional<OutputFormat> parse_format(std::string_view name) {
    const auto found = std::ranges::find(kFormats, name);
    if (found == kFormats.end())
        return std::nullopt;
    return static_cast<OutputFormat>(found - kFormats.begin());
}

int exit_code_of(const Error& error) {
    constexpr int kUsage = 2;
    return error.name() == "usage" ? kUsage : error.exit_code();
}

void Output::progress(std::string_view what, std::uint64_t done, std::uint64_t all) {
    constexpr std::uint64_t kWidth = 30;
    if (!is_for_people() || colours_ == Colours::off || all == 0)
        return;
    done = std::min(done, all);
    const auto part = static_cast<double>(done) / static_cast<double>(all);
    const auto filled = static_cast<std::size_t>(part * kWidth);
    *notes_ << fmt::format("\r\x1b[K{} [{}{}] {:.0f} %", printable(what), std::string(filled, '#'),
                           std::string(kWidth - filled, '.'), part * 100)
            << std::flush;
    has_progress_ = true;
}

void Output::clear_progress() {
    if (std::exchange(has_progress_, false))
        *notes_ << "\r\x1b[K" << std::flush;
}

void Output::print(const Listing& listing) {
    clear_progress();
    switch (format_) {
        case OutputFormat::table:
        case OutputFormat::wide:
            return listing.kind == Listing::Kind::one ? print_one(listing) : print_table(listing);
        case OutputFormat::json:
            *data_ << json::serialize(value_of(listing)) << '\n';
            break;
        case OutputFormat::yaml:
            *data_ << to_yaml(value_of(listing));
            break;
        case OutputFormat::jsonl:
            for (const json::object& row : listing.rows)
                *data_ << json::serialize(row) << '\n';
            break;
        case OutputFormat::name:
            for (const json::object& row : listing.rows)
                *data_ << cell_of(row, {"", listing.name_member}) << '\n';
            break;
    }
    data_->flush();
}

void Output::print_table(const Listing& listing) {
    const std::vector<Column> columns = shown_columns(listing, format_);
    std::vector<std::vector<std::string>> lines(1);
    for (const Column& column : columns)
        lines.front().push_back(column.title);
    for (const json::object& row : listing.rows) {
        std::vector<std::string>& line = lines.emplace_back();
        for (const Column& column : columns)
            line.push_back(cell_of(row, column));
    }
    std::vector<std::size_t> widths(columns.size());
    for (const auto& line : lines) {
        for (std::size_t at = 0; at < line.size(); ++at)
            widths[at] = std::max(widths[at], width_of(line[at]));
    }
    if (!listing.heading.empty())
        *data_ << listing.heading << "\n";
    for (const auto& line : lines) {
        for (std::size_t at = 0; at < line.size(); ++at)
            *data_ << (at + 1 == line.size() ? line[at] + "\n" : padded(line[at], widths[at] + 2));
    }
    data_->flush();
}

void Output::print_one(const Listing& listing) {
    const std::vector<Column> columns = shown_columns(listing, format_);
    std::size_t width = 0;
    for (const Column& column : columns)
        width = std::max(width, width_of(column.title));
    for (const json::object& row : listing.rows) {
        for (const Column& column : columns)
            *data_ << padded(column.title, width + 2) << cell_of(row, column) << "\n";
    }
    data_->flush();
}

void Output::print_raw(std::string_view text) {
    clear_progress();
    *data_ << text;
    data_->flush();
}

void Output::note(std::string_view line) {
    clear_progress();
    if (is_for_people())
        *notes_ << line << std::endl;
}

void Output::print_error(const Error& error) {
    const std::string_view start = colours_ == Colours::on ? "\x1b[1;31m" : "";
    const std::string_view end = colours_ == Colours::on ? "\x1b[0m" : "";
    *notes_ << fmt::format("{}error[{}]{}: {}\n", start, error.name(), end, error.message());
    if (!error.detail().empty())
        *notes_ << indented(error.detail()) << "\n";
    *notes_ << "  help: " << error.reason().remedy << std::endl;
}

int Output::fail(const Error& error) {
    return fail({&error, 1});
}

int Output::fail(std::span<const Error> errors) {
    clear_progress();
    json::array all;
    for (const Error& error : errors)
        all.push_back(to_json(error));
    if (format_ == OutputFormat::json)
        *notes_ << json::serialize(json::object{{"errors", all}}) << std::endl;
    else if (format_ == OutputFormat::yaml)
        *notes_ << to_yaml(json::object{{"errors", all}}) << std::flush;
    for (const json::value& error : all) {
        if (format_ == OutputFormat::jsonl)
            *notes_ << json::serialize(error) << std::endl;
        else if (format_ == OutputFormat::name)
            *notes_ << cell_of(error.at("code")) << std::endl;
    }
    if (is_for_people())
        std::ranges::for_each(errors, [this](const Error& error) { print_error(error); });
    return exit_code_of(errors.front());
}

}  // namespace skep::cli
