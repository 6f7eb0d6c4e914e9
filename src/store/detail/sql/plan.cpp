#include "store/detail/sql/plan.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <sqlite3.h>

#include "store/detail/sql/statement.hpp"

namespace skep::store {
namespace {

using namespace std::string_view_literals;

// Steps that take constant time, or the depth of a B-tree. In order, for the search.
constexpr auto kQuickSteps = std::to_array<std::string_view>({
    "Abortable",
    "Add",
    "AddImm",
    "Affinity",
    "AggFinal",
    "AggStep",
    "And",
    "BeginSubrtn",
    "BitAnd",
    "BitNot",
    "BitOr",
    "Blob",
    "Cast",
    "Close",
    "CollSeq",
    "Column",
    "Compare",
    "Concat",
    "Copy",
    "DecrJumpZero",
    "DeferredSeek",
    "Delete",
    "Divide",
    "Eq",
    "Explain",
    "FinishSeek",
    "FkCheck",
    "FkCounter",
    "FkIfZero",
    "Found",
    "Ge",
    "Gosub",
    "Goto",
    "Gt",
    "Halt",
    "HaltIfNull",
    "IdxDelete",
    "IdxGE",
    "IdxGT",
    "IdxInsert",
    "IdxLE",
    "IdxLT",
    "IdxRowid",
    "If",
    "IfEmpty",
    "IfNot",
    "IfNotZero",
    "IfNullRow",
    "IfPos",
    "Init",
    "Insert",
    "Int64",
    "IntCopy",
    "Integer",
    "IsNull",
    "IsTrue",
    "IsType",
    "Jump",
    "Last",
    "Le",
    "Lt",
    "MakeRecord",
    "MemMax",
    "Move",
    "Multiply",
    "MustBeInt",
    "Ne",
    "NewRowid",
    "NoConflict",
    "Noop",
    "Not",
    "NotExists",
    "NotFound",
    "NotNull",
    "Null",
    "NullRow",
    "OffsetLimit",
    "Once",
    "OpenEphemeral",
    "OpenRead",
    "OpenWrite",
    "Or",
    "Param",
    "Permutation",
    "Real",
    "RealAffinity",
    "ReleaseReg",
    "Remainder",
    "ReopenIdx",
    "ResetCount",
    "ResultRow",
    "Return",
    "Rewind",
    "RowCell",
    "RowData",
    "Rowid",
    "SCopy",
    "SeekEnd",
    "SeekGE",
    "SeekGT",
    "SeekLE",
    "SeekLT",
    "SeekRowid",
    "SoftNull",
    "String",
    "String8",
    "Subtract",
    "TableLock",
    "Trace",
    "Transaction",
    "TypeCheck",
    "Variable",
    "ZeroOrNull",
});
static_assert(std::ranges::is_sorted(kQuickSteps));

// Functions whose time does not grow with their arguments, or hardly. In order, for the search.
constexpr auto kQuickFunctions = std::to_array<std::string_view>({
    "abs",
    "avg",
    "ceil",
    "changes",
    "coalesce",
    "count",
    "current_date",
    "current_time",
    "current_timestamp",
    "date",
    "datetime",
    "floor",
    "ifnull",
    "iif",
    "julianday",
    "last_insert_rowid",
    "max",
    "min",
    "mod",
    "nullif",
    "octet_length",
    "pow",
    "power",
    "random",
    "round",
    "sign",
    "sqrt",
    "sum",
    "time",
    "total",
    "total_changes",
    "trunc",
    "typeof",
    "unixepoch",
});
static_assert(std::ranges::is_sorted(kQuickFunctions));

// Steps whose time grows with the texts that they work on, which may have kInlineValueBytes each (connection.cpp): so
// many of them are still quick. In order, for the search.
constexpr auto kSizedSteps = std::to_array<std::string_view>({
    "Add",      "AggStep", "BitAnd", "BitNot", "BitOr", "Cast",     "Compare", "Concat",   "Divide",    "Eq",
    "Function", "Ge",      "Gt",     "Le",     "Lt",    "Multiply", "Ne",      "PureFunc", "Remainder", "Subtract",
});
static_assert(std::ranges::is_sorted(kSizedSteps));
constexpr int kMaxSizedSteps = 20;

// How many programs of triggers may be started: each may start others, so that their number multiplies.
constexpr int kPrograms = 4;

// One line of EXPLAIN.
struct Step {
    int address;
    std::string_view name;
    int first;
    int second;
    std::string_view detail;
    int flags;
};

std::string_view text(sqlite3_stmt* row, int column) {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
    return data != nullptr ? data : ""sv;
}

Step step_of(sqlite3_stmt* row) {
    return {.address = sqlite3_column_int(row, 0),
            .name = text(row, 1),
            .first = sqlite3_column_int(row, 2),
            .second = sqlite3_column_int(row, 3),
            .detail = text(row, 5),
            .flags = sqlite3_column_int(row, 6)};
}

// Judges the steps of a program one by one, those of its triggers behind its own.
class Judge {
public:
    // `counters` is the root page of sqlite_sequence, the one table that may be walked through: it has a row for each
    // table with AUTOINCREMENT.
    explicit Judge(int counters) : counters_(counters) {}

    // Empty where the step is bounded.
    std::string judge(const Step& step) {
        if (step.address == 0)
            begin_program();
        if (step.address < guarded_until_)
            return {};
        if (step.name == "FkIfZero" && step.first == 0) {
            guarded_until_ = step.second;
            is_guarded_ = true;
        }
        may_violate_ = may_violate_ || step.name == "Program" || (step.name == "FkCounter" && step.second > 0);
        if (is_guarded_ && may_violate_)
            return "FkIfZero";
        if (step.name == "OpenRead" || step.name == "OpenWrite")
            tables_[step.first] = step.second;
        if (step.name == "Rewind")
            giving_ = step.first;
        else if (step.name != "Column" && step.name != "ResultRow" && step.name != "Next")
            giving_ = -1;
        if (step.name == "Next" && is_short_loop(step.first))
            return {};
        if (std::ranges::binary_search(kSizedSteps, step.name) && ++sized_steps_ > kMaxSizedSteps)
            return std::string(step.name);
        if (step.name == "Program")
            return judge_program(step);
        if (step.name == "Function" || step.name == "PureFunc" || step.name == "AggStep")
            return judge_function(step);
        return std::ranges::binary_search(kQuickSteps, step.name) ? std::string() : std::string(step.name);
    }

private:
    void begin_program() {
        tables_.clear();
        guarded_until_ = 0;
    }

    // A loop over sqlite_sequence, or one that gives what RETURNING has gathered in a table of no file.
    bool is_short_loop(int cursor) const {
        const auto table = tables_.find(cursor);
        return table == tables_.end() ? cursor == giving_ : table->second == counters_;
    }

    // A foreign key's action may start itself again, row by row; a trigger cannot.
    std::string judge_program(const Step& step) {
        const bool is_action = step.flags == 0;
        return is_action || ++programs_ > kPrograms ? "Program" : "";
    }

    // "instr(2)"
    static std::string judge_function(const Step& step) {
        const std::string_view name = step.detail.substr(0, step.detail.find('('));
        return std::ranges::binary_search(kQuickFunctions, name) ? std::string() : std::string(step.detail);
    }

    const int counters_;
    std::map<int, int> tables_;  // the root page of each cursor's table
    int giving_ = -1;            // the cursor of a loop that has only given rows so far
    int programs_ = 0;
    int sized_steps_ = 0;

    // A row of a parent table may make good what the statement has violated before: then, and only then, its children
    // are searched, in steps that FkIfZero jumps over. A program that violates nothing never takes them.
    int guarded_until_ = 0;
    bool is_guarded_ = false;
    bool may_violate_ = false;
};

StatementHandle prepared(sqlite3* connection, const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    return StatementHandle(statement);
}

int root_of_counters(sqlite3* connection) {
    const StatementHandle root =
        prepared(connection, "SELECT rootpage FROM main.sqlite_schema WHERE name = 'sqlite_sequence'");
    return root && sqlite3_step(root.get()) == SQLITE_ROW ? sqlite3_column_int(root.get(), 0) : -1;
}

}  // namespace

std::string unbounded_part_of(sqlite3* connection, std::string_view sql) {
    const StatementHandle program = prepared(connection, "EXPLAIN " + std::string(sql));
    if (!program)
        return "EXPLAIN";
    Judge judge(root_of_counters(connection));
    int code = sqlite3_step(program.get());
    for (; code == SQLITE_ROW; code = sqlite3_step(program.get())) {
        if (std::string part = judge.judge(step_of(program.get())); !part.empty())
            return part;
    }
    return code == SQLITE_DONE ? "" : "EXPLAIN";
}

}  // namespace skep::store
