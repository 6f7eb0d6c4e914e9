// What the guide's pages show runs as they say.
#include "base/files.hpp"
#include "store/migrations.hpp"
#include "store/testing/sql_fixture.hpp"

namespace skep::store {
namespace {

class GuideTest : public SqlFixture {
protected:
    // The blocks ```sql of a page of the guide, as migrations 1, 2, …
    static std::vector<Migration> shown_in(const std::string& page) {
        constexpr std::string_view kFence = "```sql\n";
        const std::string text = read_file(SKEP_SOURCE_DIR "/docs/guide/" + page, 1 << 20).value();
        std::vector<Migration> shown;
        for (std::size_t at = text.find(kFence); at != std::string::npos; at = text.find(kFence, at)) {
            at += kFence.size();
            const auto number = static_cast<std::uint32_t>(shown.size() + 1);
            shown.push_back(
                {number, fmt::format("{:04}_shown.sql", number), text.substr(at, text.find("```", at) - at)});
        }
        return shown;
    }
};

TEST_F(GuideTest, the_migrations_of_the_page_on_migrations_run_and_keep_what_refers_to_them) {
    const std::vector<Migration> shown = shown_in("migrations.md");
    ASSERT_EQ(shown.size(), 2U);
    const TimePoint end = clock_.now() + std::chrono::minutes(1);
    apply_migrations(*writer_, {shown[0]}, clock_, end).value();
    run("CREATE TABLE lines (product INT REFERENCES products ON DELETE CASCADE)").value();
    run("INSERT INTO products VALUES (1, 'tea', 350)").value();
    run("INSERT INTO lines VALUES (1)").value();

    apply_migrations(*writer_, shown, clock_, end).value();

    EXPECT_EQ(rows("SELECT name, cents FROM lines JOIN products ON id = product"), "tea,350");
    EXPECT_EQ(reason("UPDATE products SET cents = 0"), "constraint");
}

}  // namespace
}  // namespace skep::store
