#pragma once
// What a command prints: data on one stream, everything else on another, each in the form that was
// asked for.

#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/result.hpp"

namespace skep::cli {

enum class OutputFormat : std::uint8_t { table, wide, json, jsonl, yaml, name };

// The names that `-o` takes, in the order of the enum.
std::span<const std::string_view> format_names();
std::optional<OutputFormat> parse_format(std::string_view name);

// A column of a table: the member of each row that it shows.
struct Column {
    std::string title;
    std::string member;
    enum class Width : std::uint8_t { always, wide_only } width = Width::always;
    std::string within = {};  // the member, an object, in which `member` is; the row itself where it is empty
};

// Data to print, in whatever form.
struct Listing {
    enum class Kind : std::uint8_t { many, one };

    Kind kind = Kind::many;  // one: a single row, printed as lines of "title  value"
    std::vector<Column> columns;
    std::vector<boost::json::object> rows;
    std::string name_member;   // what `-o name` prints
    std::string heading;       // a line above the table
    boost::json::value whole;  // what json and yaml print instead of the rows, where it is not null
};

// The exit code of a command that fails with `error`: 2 where the command line is not valid.
int exit_code_of(const Error& error);

// Writes to the two streams, which outlive it. Control characters in data do not reach a table.
class Output {
public:
    enum class Colours : std::uint8_t { off, on };

    Output(std::ostream& data, std::ostream& notes, OutputFormat format, Colours colours)
        : data_(&data), notes_(&notes), format_(format), colours_(colours) {}

    OutputFormat format() const { return format_; }
    bool is_for_people() const { return format_ == OutputFormat::table || format_ == OutputFormat::wide; }

    void print(const Listing& listing);

    // Bytes as they are, whatever the form.
    void print_raw(std::string_view text);

    // A line for people, not part of the data; nothing in the other forms.
    void note(std::string_view line);

    // Where the notes go to a terminal: a bar that shows how far `what` has come, in the place of the one before. The
    // next line of anything else takes it away.
    void progress(std::string_view what, std::uint64_t done, std::uint64_t all);

    // Prints the error and returns the command's exit code.
    int fail(const Error& error);

    // The same for several; the exit code is the first one's. `errors` is not empty.
    int fail(std::span<const Error> errors);

private:
    void print_table(const Listing& listing);
    void print_one(const Listing& listing);
    void print_error(const Error& error);
    void clear_progress();

    std::ostream* data_;
    std::ostream* notes_;
    OutputFormat format_;
    Colours colours_;
    bool has_progress_ = false;
};

}  // namespace skep::cli
