#pragma once
// What a crash left of a WAL: where its last whole commit is, and whether anything acknowledged is missing
// (docs/formats/store.md).

#include <memory>
#include <string>

#include "store/detail/files/mark.hpp"
#include "store/detail/files/wal_file.hpp"

namespace skep::store {

struct WalVerdict {
    WalStart start;  // `committed` is 0 where nothing of the file is to be kept
    std::unique_ptr<WalSums> sums;
};

// Reads `wal` from its begin to its end; writes nothing. Fails with `store_damaged`, naming the frame, where something
// is missing that the mark knows or that a later frame proves.
Result<WalVerdict> judge_wal(DiskFile& wal, const std::string& path, const MarkContent& mark);

}  // namespace skep::store
