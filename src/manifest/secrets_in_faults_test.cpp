// What a fault shows of a manifest that holds secrets.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "manifest/manifest.hpp"

namespace skep::manifest {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::Values;

// Message and detail of every fault of `text`.
std::string shown(std::string_view text) {
    const LoadResult result = parse(text, "/app/skep.toml", {});
    EXPECT_FALSE(result) << "the manifest is accepted";
    std::string all;
    for (const Fault& fault : result ? std::vector<Fault>{} : result.error())
        all += fault.error.to_string() + "\n" + fault.error.detail() + "\n";
    return all;
}

class SecretInFault : public testing::TestWithParam<const char*> {};

TEST_P(SecretInFault, is_not_shown) {
    const std::string told = shown(GetParam());

    EXPECT_THAT(told, HasSubstr("skep.toml:"));
    EXPECT_THAT(told, HasSubstr(" | <secret>"));
    EXPECT_THAT(told, Not(HasSubstr("hunter2")));
    EXPECT_THAT(told, Not(HasSubstr("4711")));
}

INSTANTIATE_TEST_SUITE_P(
    OfToml, SecretInFault,
    Values("[secrets]\njwt = 'hunter2'", "[secrets]\njwt = { value = 'hunter2', fiel = 'x' }",
           "[secrets]\njwt = { vlaue = 'hunter2' }", "[secrets]\njwt = { value = 'hunter2', file = 'jwt.key' }",
           "[secrets]\njwt.value = ['hunter2']", "[secrets.jwt]\nvlaue = 'hunter2'", "secrets.jwt.vlaue = 'hunter2'",
           "secrets = { jwt = 'hunter2' }", "secrets = ['hunter2']", "[[secrets]]\njwt = 'hunter2'",
           "\"secr\\u0065ts\" = 'hunter2'", "secrets = { jwt = { value = '''\nhunter2''', fiel = 'x' } }",
           "secrets = { jwt = [\n'hunter2', 4711,\n] }"));

INSTANTIATE_TEST_SUITE_P(OfOtherTables, SecretInFault,
                         Values("[profiles.x.secrets]\njwt = 'hunter2'", "profile.x.secrets.jwt = 'hunter2'",
                                "secret.jwt = 'hunter2'", "secerts = { jwt = 'hunter2' }",
                                "[services.a]\nsecrets = [{ jwt = 'hunter2' }]",
                                "[services.a]\nsecrets = { jwt = 'hunter2' }"));

INSTANTIATE_TEST_SUITE_P(OfNoToml, SecretInFault,
                         Values("[secrets]\njwt = { value = 'hunter2 }", "[secrets]\njwt = hunter2",
                                "[secrets]\njwt = 4711x", "[secrets]\njwt = \"\\hunter2\"", "secrets = { jwt = hunter2",
                                "secrets.jwt.value = 'hunter2", "\"secr\\u0065ts\" = 'hunter2",
                                "  [ secrets ]\njwt = 'hunter2",
                                "[secrets.jwt]\nvalue = 'x'\n[services.a]\nurl = 'hunter2",
                                "[profiles.x.secrets]\njwt = { value = 'hunter2 }",
                                "[services.a]\nsecrets = ['x']\n[secrets]\njwt = 'hunter2"));

TEST(Excerpt, of_an_overlong_key_shows_no_secret) {
    std::string key = "a";
    for (int part = 0; part < 100; ++part)
        key += ".a";

    EXPECT_THAT(shown("[secrets]\n" + key + " = 'hunter2'"), HasSubstr("2 | <secret>"));
}

TEST(Excerpt, of_lines_around_secrets_is_shown) {
    EXPECT_THAT(shown("[services.a]\nurl = 'http://a'\nvresion = '1'\n[secrets]\njwt = 'hunter2'"),
                HasSubstr("3 | vresion = '1'"));
    EXPECT_THAT(shown("[services.a]\nurl = 'http://a'\nsecrets = ['jwt']\n"), HasSubstr("3 | secrets = ['jwt']"));
    EXPECT_THAT(shown("[services.a]\nsecrets = ['jwt']\nurl = 'x\n"), HasSubstr("3 | url = 'x"));
    EXPECT_THAT(shown("[services.a]\nurl = 'x\n[secrets]\njwt = 'hunter2'"), HasSubstr("2 | url = 'x"));
}

}  // namespace
}  // namespace skep::manifest
