#include "builder/dev_loop.hpp"

#include <gmock/gmock.h>

#include "builder/testing/fake_watcher.hpp"
#include "builder/testing/project_fixture.hpp"

namespace skep::builder {
namespace {

using std::chrono::milliseconds;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

// Builds take 100 ms, reloads 20 ms.
class FakeHost final : public DevHost {
public:
    FakeHost(ManualClock& clock, const std::filesystem::path& project) : clock_(clock) {
        application.manifest = project / "skep.toml";
    }

    std::expected<model::Application, std::vector<Error>> read_manifest() override {
        if (manifest_error)
            return std::unexpected(std::vector{*manifest_error});
        return application;
    }
    Result<Built> build(const Step& step) override {
        clock_.advance(milliseconds(100));
        built.push_back(step.services.front());
        if (build_error)
            return fail(*build_error);
        return Built{.bytes = 1, .time = milliseconds(100), .is_new = is_new};
    }
    Result<> reload() override {
        clock_.advance(milliseconds(20));
        ++reloads;
        return {};
    }
    void tell(const std::string& line) override { told.push_back(line); }
    void show(std::span<const Error> errors) override { shown.push_back(errors.front().message()); }

    model::Application application;
    std::optional<Error> manifest_error;
    std::optional<Error> build_error;
    bool is_new = true;
    std::vector<std::string> built;
    std::vector<std::string> told;
    std::vector<std::string> shown;
    int reloads = 0;

private:
    ManualClock& clock_;
};

class DevLoopTest : public ProjectFixture {
protected:
    void SetUp() override {
        ProjectFixture::SetUp();
        write("users/main.cpp");
        write("orders/main.cpp");
        host_.emplace(clock_, project_);
        add_service("users");
        loop_.emplace(DevLoop::Ports{*host_, watcher_, clock_, stop_});
    }
    void add_service(const std::string& name) {
        host_->application.services.push_back(
            {.name = model::ServiceName(name), .module = project_ / name / (name + ".wasm")});
    }
    // Begins, forgets what that did, and follows the script of the watcher.
    void begin() {
        ASSERT_TRUE(loop_->begin(host_->application));
        host_->built.clear();
        host_->told.clear();
    }
    void save(const std::filesystem::path& path) {
        watcher_.will_change(project_ / path);
        watcher_.will_be_quiet();
    }

    ManualClock clock_;
    StopEvent stop_;
    FakeWatcher watcher_{clock_, stop_};
    std::optional<FakeHost> host_;
    std::optional<DevLoop> loop_;
};

TEST_F(DevLoopTest, begins_with_a_build_of_everything) {
    add_service("orders");

    ASSERT_TRUE(loop_->begin(host_->application));

    EXPECT_THAT(host_->built, ElementsAre("users", "orders"));
    EXPECT_THAT(watcher_.watched, ElementsAre(project_));
    EXPECT_EQ(host_->reloads, 0);
}

TEST_F(DevLoopTest, builds_what_was_saved_and_swaps_it) {
    add_service("orders");
    begin();
    save("orders/main.cpp");

    loop_->run();

    EXPECT_THAT(host_->built, ElementsAre("orders"));
    EXPECT_EQ(host_->reloads, 1);
    EXPECT_THAT(host_->told, Contains("orders: serving 150 ms after the save, 20 ms after the build"));
}

TEST_F(DevLoopTest, takes_saves_in_quick_succession_as_one) {
    begin();
    watcher_.will_change(project_ / "users/main.cpp");
    watcher_.will_change(project_ / "users/book.cpp", milliseconds(10));
    watcher_.will_be_quiet();

    loop_->run();

    EXPECT_THAT(host_->built, ElementsAre("users"));
}

TEST_F(DevLoopTest, swaps_nothing_where_the_build_fails) {
    begin();
    host_->build_error = error("build_failed", "expected ';'");
    save("users/main.cpp");

    loop_->run();

    EXPECT_EQ(host_->reloads, 0);
    EXPECT_THAT(host_->shown, ElementsAre("expected ';'"));
    EXPECT_THAT(host_->told, Contains("users: there is no build to serve yet"));
}

TEST_F(DevLoopTest, says_that_the_last_good_build_serves_on) {
    write("users/users.wasm");
    begin();
    host_->build_error = error("build_failed", "expected ';'");
    save("users/main.cpp");

    loop_->run();

    EXPECT_THAT(host_->told, Contains("users: the last good build serves on"));
}

TEST_F(DevLoopTest, shows_the_same_error_once) {
    begin();
    host_->build_error = error("build_failed", "expected ';'");
    save("users/main.cpp");
    save("users/main.cpp");

    loop_->run();

    EXPECT_THAT(host_->shown, ElementsAre("expected ';'"));
    EXPECT_THAT(host_->told, Contains("users: the same error as before; there is no build to serve yet"));
}

TEST_F(DevLoopTest, does_not_swap_a_module_that_is_the_same) {
    begin();
    host_->is_new = false;
    save("users/main.cpp");

    loop_->run();

    EXPECT_THAT(host_->built, ElementsAre("users"));
    EXPECT_EQ(host_->reloads, 0);
}

TEST_F(DevLoopTest, follows_the_manifest_and_builds_what_is_new_in_it) {
    begin();
    add_service("orders");
    save("skep.toml");

    loop_->run();

    EXPECT_THAT(host_->built, ElementsAre("orders"));
    EXPECT_EQ(host_->reloads, 1);
}

TEST_F(DevLoopTest, leaves_everything_as_it_is_where_the_manifest_is_broken) {
    begin();
    host_->manifest_error = error("manifest_syntax", "expected '='");
    save("skep.toml");

    loop_->run();

    EXPECT_THAT(host_->shown, ElementsAre("expected '='"));
    EXPECT_THAT(host_->built, IsEmpty());
    EXPECT_EQ(host_->reloads, 0);
}

}  // namespace
}  // namespace skep::builder
