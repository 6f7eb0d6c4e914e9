#include <gmock/gmock.h>

#include "builder/source_watcher.hpp"
#include "builder/testing/project_fixture.hpp"

namespace skep::builder {
namespace {

using std::chrono::seconds;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

class InotifyWatcherTest : public ProjectFixture {
protected:
    void SetUp() override {
        ProjectFixture::SetUp();
        write("users/main.cpp");
        write("target/old");
        auto made = make_inotify_watcher(stop_);
        ASSERT_TRUE(made);
        watcher_ = std::move(*made);
        ASSERT_TRUE(watcher_->watch({project_}));
    }
    // What was told until `last` came.
    std::vector<std::filesystem::path> changes_until(const std::filesystem::path& last) {
        std::vector<std::filesystem::path> all;
        while (std::ranges::find(all, project_ / last) == all.end()) {
            const auto some = watcher_->wait(seconds(10));
            if (some.empty())
                return all;
            all.insert(all.end(), some.begin(), some.end());
        }
        return all;
    }

    StopEvent stop_;
    std::unique_ptr<SourceWatcher> watcher_;
};

TEST_F(InotifyWatcherTest, tells_of_a_file_that_was_removed) {
    std::filesystem::remove(project_ / "users/main.cpp");

    EXPECT_THAT(changes_until("users/main.cpp"), ElementsAre(project_ / "users/main.cpp"));
}

TEST_F(InotifyWatcherTest, tells_of_a_file_that_was_put_in_the_place_of_another) {
    write("users/main.cpp", "int main() {}");

    EXPECT_THAT(changes_until("users/main.cpp"), Contains(project_ / "users/main.cpp"));
}

TEST_F(InotifyWatcherTest, follows_folders_that_are_made_later) {
    std::filesystem::create_directories(project_ / "orders/src");
    changes_until("orders");
    write("orders/src/lib.rs");

    EXPECT_THAT(changes_until("orders/src/lib.rs"), Contains(project_ / "orders/src/lib.rs"));
}

TEST_F(InotifyWatcherTest, does_not_tell_of_results_and_hidden_files) {
    write("target/release/users.wasm");
    write("users/.main.cpp.swp");
    write("users/last.cpp");

    EXPECT_THAT(changes_until("users/last.cpp"), Each(project_ / "users/last.cpp"));
}

TEST_F(InotifyWatcherTest, waits_no_longer_than_it_is_patient) {
    EXPECT_THAT(watcher_->wait(std::chrono::milliseconds(1)), IsEmpty());
}

TEST_F(InotifyWatcherTest, ends_its_wait_where_it_is_stopped) {
    stop_.set();

    EXPECT_THAT(watcher_->wait(std::nullopt), IsEmpty());
}

}  // namespace
}  // namespace skep::builder
