#include "builder/plan.hpp"

#include <gmock/gmock.h>

#include "builder/testing/project_fixture.hpp"

namespace skep::builder {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class PlanTest : public ProjectFixture {
protected:
    model::Service service(std::string name, const std::filesystem::path& module) const {
        return {.name = model::ServiceName(std::move(name)), .module = project_ / module};
    }
    Plan plan_of(std::vector<model::Service> services, std::vector<std::string> names = {}) const {
        model::Application application;
        application.manifest = project_ / "skep.toml";
        application.services = std::move(services);
        return plan(application, names);
    }
};

TEST_F(PlanTest, has_a_step_for_each_module) {
    write("users/main.cpp");
    write("orders/Cargo.toml");

    const auto [steps, errors] =
        plan_of({service("users", "users/users.wasm"), service("orders", "orders/orders.wasm")});

    EXPECT_THAT(errors, IsEmpty());
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_EQ(steps[0].module, project_ / "users/users.wasm");
    EXPECT_EQ(steps[1].source.form, SourceForm::rust);
}

TEST_F(PlanTest, builds_a_module_of_several_services_once) {
    write("users/main.cpp");

    const auto [steps, errors] = plan_of({service("users", "users/users.wasm"), service("admins", "users/users.wasm")});

    ASSERT_EQ(steps.size(), 1U);
    EXPECT_THAT(steps[0].services, ElementsAre("users", "admins"));
}

TEST_F(PlanTest, has_only_the_services_that_were_named) {
    write("users/main.cpp");
    write("orders/main.cpp");

    const auto [steps, errors] =
        plan_of({service("users", "users/users.wasm"), service("orders", "orders/orders.wasm")}, {"orders"});

    ASSERT_EQ(steps.size(), 1U);
    EXPECT_THAT(steps[0].services, ElementsAre("orders"));
}

TEST_F(PlanTest, refuses_a_name_that_no_service_has) {
    const auto [steps, errors] = plan_of({service("users", "users.wasm")}, {"user"});

    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].name(), "service_not_found");
    EXPECT_THAT(errors[0].message(), HasSubstr("there are: users"));
}

TEST_F(PlanTest, leaves_a_module_without_a_source_and_a_service_at_a_url_alone) {
    write("users.wasm");
    const model::Service remote{.name = model::ServiceName("remote"), .url = "http://127.0.0.1:9001"};

    const auto [steps, errors] = plan_of({service("users", "users.wasm"), remote});

    EXPECT_THAT(steps, IsEmpty());
    EXPECT_THAT(errors, IsEmpty());
}

TEST_F(PlanTest, says_where_neither_module_nor_source_is_there) {
    const auto [steps, errors] = plan_of({service("users", "users/users.wasm")});

    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].name(), "not_found");
    EXPECT_THAT(errors[0].message(), HasSubstr("users/users.wasm"));
}

}  // namespace
}  // namespace skep::builder
