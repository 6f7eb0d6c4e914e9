#include "admin/backup_folder.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "store/testing/store_fixture.hpp"

namespace skep::admin {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

bool go_on(const StoreProgress&) {
    return true;
}

// The fixture's store, t(id, n) with one row, as a service's store in a data directory.
class BackupFolder : public store::MachineStoreFixture {
protected:
    BackupFolder() {
        shared_.push_back(std::shared_ptr<store::ServiceStore>(store.get(), [](auto*) {}));
    }

    Result<BackupReport> back_up() { return write_backup(shared_, loop.clock(), backup, go_on); }
    Result<BackupReport> restore(WhatIsThere what_is_there = WhatIsThere::keep) {
        return restore_backup(store_disk(), loop.clock(), {backup, data, what_is_there}, go_on);
    }
    void overwrite(const std::filesystem::path& file, std::streamoff offset, char byte) {
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekp(offset);
        stream.put(byte);
    }
    std::filesystem::path backed_up_file() const { return backup / "services" / "orders" / "store.db"; }
    std::filesystem::path restored_file() const { return data / "services" / "orders" / "store.db"; }

    std::filesystem::path backup = folder / "backup";
    std::filesystem::path data = folder / "data";

private:
    std::vector<std::shared_ptr<store::ServiceStore>> shared_;
};

TEST_F(BackupFolder, holds_every_store_and_says_so) {
    const auto written = back_up();

    ASSERT_TRUE(written);
    ASSERT_EQ(written->stores.size(), 1U);
    EXPECT_EQ(written->stores[0].service, "orders");
    EXPECT_EQ(written->stores[0].bytes, std::filesystem::file_size(backed_up_file()));
    const auto read = read_backup(backup);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->time, written->time);
    EXPECT_EQ(read->stores[0].bytes, written->stores[0].bytes);
}

TEST_F(BackupFolder, is_put_back_into_a_data_directory) {
    ASSERT_TRUE(back_up());

    ASSERT_TRUE(restore());

    EXPECT_EQ(read_file(restored_file(), 1 << 20).value(), read_file(backed_up_file(), 1 << 20).value());
    EXPECT_FALSE(std::filesystem::exists(data / "services.restoring"));
}

TEST_F(BackupFolder, is_written_where_nothing_is) {
    std::filesystem::create_directories(backup);
    EXPECT_TRUE(back_up());

    EXPECT_EQ(back_up().error().name(), "already_exists");
}

TEST_F(BackupFolder, that_fails_leaves_nothing) {
    store->on_open([] {});
    const auto cancelled = write_backup({std::shared_ptr<store::ServiceStore>(store.get(), [](auto*) {})}, loop.clock(),
                                        backup, [](const StoreProgress&) { return false; });

    EXPECT_EQ(cancelled.error().name(), "cancelled");
    EXPECT_FALSE(std::filesystem::exists(backup));
}

TEST_F(BackupFolder, a_flipped_bit_is_named_and_nothing_is_restored) {
    ASSERT_TRUE(back_up());
    overwrite(backed_up_file(), 4096 + 77, '\x55');

    const auto refused = restore();

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().name(), "store_damaged");
    EXPECT_THAT(refused.error().message(), EndsWith("services/orders/store.db page 2: not what was written"));
    EXPECT_FALSE(std::filesystem::exists(data));
}

TEST_F(BackupFolder, a_missing_or_shorter_file_is_named) {
    ASSERT_TRUE(back_up());
    std::filesystem::resize_file(backed_up_file(), 4096);
    EXPECT_THAT(restore().error().message(), HasSubstr("store.db: has 4096 bytes, and had"));

    std::filesystem::remove(backed_up_file());
    EXPECT_THAT(restore().error().message(), HasSubstr("store.db: is missing"));
}

TEST_F(BackupFolder, a_changed_index_is_damage) {
    ASSERT_TRUE(back_up());
    const std::string text = read_file(backup / "backup.json", 1 << 20).value();
    overwrite(backup / "backup.json", static_cast<std::streamoff>(text.find("orders")), 'x');

    EXPECT_EQ(restore().error().name(), "store_damaged");
    ASSERT_TRUE(write_file(backup / "backup.json", "{}"));
    EXPECT_EQ(restore().error().name(), "store_damaged");
    std::filesystem::remove(backup / "backup.json");
    EXPECT_EQ(restore().error().name(), "not_found");
}

// Its names become paths.
TEST_F(BackupFolder, an_index_that_names_something_else_than_a_service_is_damage) {
    ASSERT_TRUE(back_up());
    const std::string check = hex(sha256({R"({"format":1,"time":"","stores":[{"service":"../x","bytes":1}]})"}));
    ASSERT_TRUE(
        write_file(backup / "backup.json",
                   R"({"format":1,"time":"","stores":[{"service":"../x","bytes":1}],"check":")" + check + "\"}"));

    EXPECT_THAT(restore().error().message(), EndsWith("backup.json is no list of stores"));
}

TEST_F(BackupFolder, stores_of_a_data_directory_have_sizes) {
    ASSERT_TRUE(back_up());
    ASSERT_TRUE(restore());

    const auto sizes = sizes_of_stores(data);

    ASSERT_EQ(sizes.size(), 1U);
    EXPECT_EQ(sizes[0].service, "orders");
    EXPECT_EQ(sizes[0].files.bytes, std::filesystem::file_size(restored_file()));
    EXPECT_TRUE(sizes_of_stores(folder / "nowhere").empty());
}

TEST_F(BackupFolder, a_store_of_a_data_directory_that_lost_its_main_file_is_among_them) {
    std::filesystem::create_directories(data / "services" / "orders");
    ASSERT_TRUE(write_file(data / "services" / "orders" / "store.db-mark", "mark"));
    std::filesystem::create_directories(data / "services" / "without-a-store");

    const auto sizes = sizes_of_stores(data);

    ASSERT_EQ(sizes.size(), 1U);
    EXPECT_EQ(sizes[0].service, "orders");
    EXPECT_EQ(sizes[0].files.bytes, 4U);
}

TEST_F(BackupFolder, stores_that_are_there_are_kept_or_put_aside) {
    ASSERT_TRUE(back_up());
    std::filesystem::create_directories(data / "services" / "users");

    EXPECT_EQ(restore().error().name(), "already_exists");
    ASSERT_TRUE(restore(WhatIsThere::put_aside));

    EXPECT_TRUE(std::filesystem::exists(restored_file()));
    EXPECT_TRUE(std::filesystem::exists(data / ("services.before-" + time_text(loop.clock())) / "users"));
}

TEST_F(BackupFolder, stores_are_put_aside_twice_within_a_second) {
    ASSERT_TRUE(back_up());
    ASSERT_TRUE(restore());
    ASSERT_TRUE(restore(WhatIsThere::put_aside));

    ASSERT_TRUE(restore(WhatIsThere::put_aside));
    ASSERT_TRUE(restore(WhatIsThere::put_aside));

    const std::string aside = "services.before-" + time_text(loop.clock());
    EXPECT_TRUE(std::filesystem::exists(data / aside / "orders"));
    EXPECT_TRUE(std::filesystem::exists(data / (aside + "-2") / "orders"));
    EXPECT_TRUE(std::filesystem::exists(data / (aside + "-3") / "orders"));
}

TEST_F(BackupFolder, a_backup_where_nothing_can_be_written_says_so) {
    ASSERT_TRUE(write_file(folder / "file", ""));
    backup = folder / "file" / "backup";

    EXPECT_EQ(back_up().error().name(), "path_not_writable");
}

}  // namespace
}  // namespace skep::admin
