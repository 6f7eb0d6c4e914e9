#include "http/resolver.hpp"

#include <gmock/gmock.h>

#include "async/io_thread.hpp"
#include "async/task_group.hpp"
#include "async/testing/test_loop.hpp"
#include "http/testing/fake_names.hpp"

namespace skep::http {
namespace {

using namespace std::chrono_literals;

class ResolverTest : public testing::Test {
protected:
    // The addresses found, as text, or the reason of the failure.
    std::vector<std::string> resolve(std::string authority, AddressPolicy policy = AddressPolicy::public_and()) {
        const auto found = loop.run(resolver.resolve(std::move(authority), 80, std::move(policy)));
        if (!found)
            return {std::string(found.error().name())};
        std::vector<std::string> texts;
        for (const auto& address : *found)
            texts.push_back(address.to_string());
        return texts;
    }
    static async::SocketAddress ip(std::string_view text) { return async::SocketAddress::parse_ip(text, 0).value(); }

    async::TestLoop loop;
    FakeNames names;
    Resolver resolver{loop, names};
};

TEST_F(ResolverTest, gives_the_addresses_of_a_name_with_the_default_port) {
    names.set("a.test", {"8.8.8.8", "2600::1"});

    EXPECT_THAT(resolve("a.test"), testing::ElementsAre("8.8.8.8:80", "[2600::1]:80"));
}

TEST_F(ResolverTest, takes_the_port_of_the_authority) {
    names.set("a.test", {"8.8.8.8"});

    EXPECT_THAT(resolve("a.test:8081"), testing::ElementsAre("8.8.8.8:8081"));
}

TEST_F(ResolverTest, does_not_look_addresses_up) {
    EXPECT_THAT(resolve("8.8.8.8:1"), testing::ElementsAre("8.8.8.8:1"));
    EXPECT_THAT(resolve("[2600::1]:1"), testing::ElementsAre("[2600::1]:1"));
    EXPECT_EQ(names.lookups(), 0);
}

TEST_F(ResolverTest, refuses_special_addresses) {
    EXPECT_THAT(resolve("127.0.0.1"), testing::ElementsAre("address_not_allowed"));
    EXPECT_THAT(resolve("[::1]"), testing::ElementsAre("address_not_allowed"));
    EXPECT_THAT(resolve("[::ffff:127.0.0.1]"), testing::ElementsAre("address_not_allowed"));
    EXPECT_THAT(resolve("169.254.169.254"), testing::ElementsAre("address_not_allowed"));
}

TEST_F(ResolverTest, refuses_a_name_that_resolves_to_a_special_address) {
    names.set("rebound.test", {"127.0.0.1"});

    EXPECT_THAT(resolve("rebound.test"), testing::ElementsAre("address_not_allowed"));
}

TEST_F(ResolverTest, leaves_out_the_special_ones_of_several_addresses) {
    names.set("mixed.test", {"10.0.0.1", "8.8.8.8"});

    EXPECT_THAT(resolve("mixed.test"), testing::ElementsAre("8.8.8.8:80"));
}

TEST_F(ResolverTest, allows_a_special_address_that_is_named) {
    const auto policy = AddressPolicy::public_and({ip("10.0.0.1")});

    EXPECT_THAT(resolve("10.0.0.1:90", policy), testing::ElementsAre("10.0.0.1:90"));
    EXPECT_THAT(resolve("10.0.0.2:90", policy), testing::ElementsAre("address_not_allowed"));
}

TEST_F(ResolverTest, allows_everything_to_the_operator) {
    names.set("localhost", {"127.0.0.1"});

    EXPECT_THAT(resolve("localhost:1", AddressPolicy::any()), testing::ElementsAre("127.0.0.1:1"));
}

TEST_F(ResolverTest, says_when_a_name_is_unknown) {
    EXPECT_THAT(resolve("nowhere.test"), testing::ElementsAre("name_not_resolved"));
}

TEST_F(ResolverTest, refuses_what_is_no_host) {
    EXPECT_THAT(resolve("user@host"), testing::ElementsAre("authority_invalid"));
}

TEST_F(ResolverTest, remembers_a_name_for_a_short_time) {
    names.set("a.test", {"8.8.8.8"});
    resolve("a.test");
    names.set("a.test", {"8.8.4.4"});
    EXPECT_THAT(resolve("a.test"), testing::ElementsAre("8.8.8.8:80"));

    loop.advance(6s);

    EXPECT_THAT(resolve("a.test"), testing::ElementsAre("8.8.4.4:80"));
    EXPECT_EQ(names.lookups(), 2);
}

async::Task<void> look_up_localhost(NameSource& names, async::IoThread& thread, bool& has_loopback) {
    const auto found = co_await names.lookup("localhost");
    has_loopback = found && !found->empty() && found->front().is_loopback();
    thread.stop();
}

TEST(SystemNames, know_localhost) {
    SystemClock clock;
    async::IoThread thread(clock);
    async::BlockingPool pool(1, 8);
    const auto names = make_system_names(thread.loop(), pool);
    async::TaskGroup group(thread.loop());
    bool has_loopback = false;
    group.spawn(look_up_localhost(*names, thread, has_loopback));

    thread.run();

    EXPECT_TRUE(has_loopback);
}

}  // namespace
}  // namespace skep::http
