// data, migrate, backup, restore, doctor --scrub, and stores in status.
#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "cli/testing/command_line_fixture.hpp"

namespace skep::cli {
namespace {

using StoreCommands = CommandLineFixture;

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Error locked() {
    return error("data_directory_locked", "another Skep uses it");
}

TEST_F(StoreCommands, data_tables_lists_them_with_columns_where_it_is_wide) {
    EXPECT_EQ(run_line("data tables users --manifest @"), 0);
    EXPECT_EQ(out.str(), "NAME   KIND   ROWS\nusers  table  2\n");

    run_line("data tables users --manifest @ -o wide");
    EXPECT_THAT(out.str(), HasSubstr("id INTEGER, name TEXT"));
}

TEST_F(StoreCommands, data_query_prints_the_columns_that_were_selected) {
    EXPECT_EQ(run_line("data query users SELECT --manifest @"), 0);

    EXPECT_EQ(out.str(), "id  name\n1   ann\n2   -\n");
    EXPECT_THAT(control.asked, ElementsAre(R"(POST /api/v1/stores/users/query {"sql":"SELECT"})"));
}

TEST_F(StoreCommands, data_query_prints_an_object_a_row) {
    run_line("data query users SELECT --manifest @ -o json");

    EXPECT_EQ(json_out(), boost::json::parse(R"([{"id":1,"name":"ann"},{"id":2,"name":null}])"));
}

TEST_F(StoreCommands, data_query_keeps_columns_of_one_name_apart) {
    control.answer("/api/v1/stores/users/query", R"({"columns":["id","id","id_2"],"rows":[[1,2,3]]})");

    run_line("data query users SELECT --manifest @ -o jsonl");

    EXPECT_EQ(out.str(), "{\"id\":1,\"id_2\":2,\"id_2_2\":3}\n");
}

TEST_F(StoreCommands, data_query_reads_the_statement_from_the_input) {
    run_line("data query users - --manifest @");

    EXPECT_THAT(control.asked, ElementsAre(R"(POST /api/v1/stores/users/query {"sql":"from the input"})"));
}

TEST_F(StoreCommands, data_query_says_what_the_store_refuses) {
    control.replies.insert_or_assign("/api/v1/stores/users/query", fail("sql_refused", "INSERT writes"));

    EXPECT_EQ(run_line("data query users INSERT --manifest @ -o json"), 5);
    EXPECT_EQ(json_error().at("code"), "sql_refused");
}

TEST_F(StoreCommands, data_takes_the_name_of_a_service) {
    EXPECT_EQ(run_line("data tables Users --manifest @"), 7);
    EXPECT_EQ(run_line("data tables"), 2);
    EXPECT_TRUE(control.asked.empty());
}

TEST_F(StoreCommands, data_export_names_an_absolute_file) {
    EXPECT_EQ(run_line("data export users /x/../y.db --manifest @"), 0);

    EXPECT_THAT(control.asked, ElementsAre(R"(POST /api/v1/stores/users/export {"file":"/y.db"})"));
    EXPECT_EQ(out.str(), "file   /x/users.db\nbytes  4096\n");
}

TEST_F(StoreCommands, backup_tells_time_and_sizes) {
    EXPECT_EQ(run_line("backup /b --manifest @"), 0);

    EXPECT_EQ(out.str(), "backup of 2026-01-01T12:00:00Z in /b, 4.0 KiB\n\nSERVICE  BYTES\nusers    4096\n");
    EXPECT_EQ(err.str(), "");
}

TEST_F(StoreCommands, backup_shows_a_bar_on_a_terminal) {
    on_terminal = true;

    run_line("backup /b --manifest @");

    EXPECT_EQ(err.str(), "\r\x1b[Kusers [###############...............] 50 %\r\x1b[K");
}

TEST_F(StoreCommands, backup_that_fails_on_its_way_says_why) {
    control.answer("/api/v1/backup", R"({"progress":{"service":"users","done":1,"all":2}}
{"error":{"code":"disk_full","message":"cannot write /b"}})");

    EXPECT_EQ(run_line("backup /b --manifest @ -o json"), 1);
    EXPECT_EQ(json_error().at("code"), "disk_full");
}

TEST_F(StoreCommands, backup_that_is_cut_off_has_failed) {
    control.answer("/api/v1/backup", R"({"progress":{"service":"users","done":1,"all":2}})");

    EXPECT_NE(run_line("backup /b --manifest @ -o json"), 0);
    EXPECT_EQ(json_error().at("code"), "upstream_protocol_error");
}

TEST_F(StoreCommands, restore_takes_a_backup_and_whether_to_replace) {
    EXPECT_EQ(run_line("restore /b/. --manifest @ --force"), 0);

    EXPECT_EQ(restored.backup, "/b/");
    EXPECT_TRUE(restored.force);
    EXPECT_EQ(restored.project.data_dir, folder / ".skep");
}

TEST_F(StoreCommands, doctor_scrubs_only_when_told_to) {
    run_line("doctor @");
    EXPECT_FALSE(doctor.scrub);

    run_line("doctor @ --scrub");
    EXPECT_TRUE(doctor.scrub);
}

TEST_F(StoreCommands, migrate_prints_what_it_ran) {
    EXPECT_EQ(run_line("migrate @ --service users"), 0);

    EXPECT_EQ(migration.service, "users");
    EXPECT_FALSE(migration.plan_only);
    EXPECT_EQ(out.str(), "SERVICE  MIGRATION   STATE\nusers    0001_a.sql  applied\n");
}

TEST_F(StoreCommands, migrate_says_that_there_is_nothing_to_do) {
    migrated = std::vector<boost::json::object>();

    EXPECT_EQ(run_line("migrate @"), 0);
    EXPECT_EQ(err.str(), "nothing to migrate\n");
}

TEST_F(StoreCommands, a_plan_without_changes_ends_well) {
    EXPECT_EQ(run_line("migrate @ --plan"), 0);

    EXPECT_TRUE(migration.plan_only);
    EXPECT_THAT(out.str(), Not(HasSubstr("0001_a.sql")));
}

TEST_F(StoreCommands, a_plan_with_changes_has_an_exit_code_of_its_own) {
    migrated->push_back({{"service", "users"}, {"name", "0002_b.sql"}, {"state", "pending"}});

    EXPECT_EQ(run_line("migrate @ --plan -o name"), 10);
    EXPECT_EQ(out.str(), "0002_b.sql\n");
}

TEST_F(StoreCommands, a_plan_that_cannot_be_says_why) {
    migrated = fail("migration_edited", "users: 0001_a.sql was changed after it had been applied");

    EXPECT_EQ(run_line("migrate @ --plan"), 4);
    EXPECT_THAT(err.str(), StartsWith("error[migration_edited]: users: 0001_a.sql was changed"));
}

TEST_F(StoreCommands, a_plan_beside_a_running_skep_is_asked_of_it) {
    migrated = fail(locked());

    EXPECT_EQ(run_line("migrate @ --plan --service users -o name"), 10);

    EXPECT_THAT(control.asked, ElementsAre("GET /api/v1/migrations?service=users"));
    EXPECT_EQ(out.str(), "0002_b.sql\n");
}

TEST_F(StoreCommands, migrate_beside_a_running_skep_is_refused) {
    migrated = fail(locked());

    EXPECT_EQ(run_line("migrate @"), 4);
    EXPECT_THAT(err.str(), AllOf(HasSubstr("a Skep runs on"), HasSubstr("at each reload")));
    EXPECT_TRUE(control.asked.empty());
}

TEST_F(StoreCommands, migrate_takes_the_name_of_a_service) {
    EXPECT_EQ(run_line("migrate @ --service Users"), 7);
}

TEST_F(StoreCommands, status_shows_stores_where_there_are_any) {
    run_line("status --manifest @");
    EXPECT_THAT(out.str(), Not(HasSubstr("STORE")));

    control.answer("/api/v1/status", R"({"name":"shop","services":[
{"name":"users","state":"running","store":{"state":"open","bytes":4096,"wal_bytes":10,"turns":7}},
{"name":"quotes","state":"running"}]})");
    run_line("status --manifest @");

    EXPECT_THAT(out.str(),
                AllOf(HasSubstr("STORE  STORE BYTES\n"), HasSubstr("open   4096\n"), EndsWith("-      -\n")));
    run_line("status --manifest @ -o wide");
    EXPECT_THAT(out.str(), HasSubstr("WAL BYTES"));
}

}  // namespace
}  // namespace skep::cli
