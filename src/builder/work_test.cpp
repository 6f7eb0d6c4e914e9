#include "builder/work.hpp"

#include <gmock/gmock.h>

namespace skep::builder {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Step step(std::string name, const std::filesystem::path& folder) {
    const auto module = folder / (name + ".wasm");
    return {{std::move(name)}, module, {.folder = folder}};
}

class WorkTest : public testing::Test {
protected:
    WorkTest() {
        application_.manifest = "/p/skep.toml";
        application_.services.push_back({.name = model::ServiceName("legacy"), .module = "/p/legacy/legacy.wasm"});
        plan_.steps = {step("users", "/p/users"), step("orders", "/p/users/orders"), step("far", "/q/far")};
    }
    Work work_of(const std::set<std::filesystem::path>& changed) const {
        return work_for(changed, application_, plan_);
    }

    model::Application application_;
    Plan plan_;
};

TEST_F(WorkTest, is_to_build_the_step_whose_folder_holds_the_file) {
    EXPECT_THAT(work_of({"/p/users/src/main.rs"}).to_build, ElementsAre("/p/users/users.wasm"));
    EXPECT_THAT(work_of({"/q/far/greeting.txt"}).to_build, ElementsAre("/q/far/far.wasm"));
}

TEST_F(WorkTest, goes_to_the_nearest_of_nested_folders) {
    EXPECT_THAT(work_of({"/p/users/orders/main.cpp"}).to_build, ElementsAre("/p/users/orders/orders.wasm"));
}

TEST_F(WorkTest, takes_a_shared_source_for_everybodys) {
    EXPECT_EQ(work_of({"/p/shared/money.hpp"}).to_build.size(), 3U);
}

TEST_F(WorkTest, is_nothing_for_other_files_outside_the_sources) {
    EXPECT_TRUE(work_of({"/p/README.md", "/p/userspace/x.txt"}).is_empty());
}

TEST_F(WorkTest, is_nothing_for_a_module_that_was_built_here) {
    EXPECT_TRUE(work_of({"/p/users/users.wasm"}).is_empty());
}

TEST_F(WorkTest, takes_a_module_that_others_build) {
    const Work work = work_of({"/p/legacy/legacy.wasm"});

    EXPECT_TRUE(work.modules);
    EXPECT_THAT(work.to_build, IsEmpty());
}

TEST_F(WorkTest, reads_the_manifest_that_changed) {
    const Work work = work_of({"/p/skep.toml"});

    EXPECT_TRUE(work.manifest);
    EXPECT_THAT(work.to_build, IsEmpty());
}

TEST_F(WorkTest, is_everything_where_changes_were_missed) {
    const Work work = work_of({"/p"});

    EXPECT_TRUE(work.manifest);
    EXPECT_EQ(work.to_build.size(), 3U);
}

TEST_F(WorkTest, lies_in_the_project_and_in_sources_outside_of_it) {
    EXPECT_THAT(watched_folders(application_, plan_), ElementsAre("/p", "/q/far"));
}

}  // namespace
}  // namespace skep::builder
