#include "documents/blob_store.hpp"

#include <csignal>
#include <thread>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "documents/test_support.hpp"

using namespace beffroi;             // NOLINT(google-build-using-namespace)
using namespace beffroi::documents;  // NOLINT(google-build-using-namespace)

namespace {

std::size_t files_in(const std::filesystem::path& folder) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        count += entry.is_regular_file() ? 1U : 0U;
    return count;
}

void damage(const std::filesystem::path& file) {
    ::chmod(file.c_str(), 0600);
    std::fstream(file, std::ios::in | std::ios::out | std::ios::binary) << "X";
}

}  // namespace

TEST_CASE("a stored file is found by its content, once") {
    const test::Folder folder;
    const BlobStore store = *BlobStore::open(folder.path());
    const StoredBlob first = *store.put("bonjour");
    // sha256sum of "bonjour"
    CHECK(first.id.hex == "2cb4b1431b84ec15d35ed83bb927e27e8967d75f4bcd9cc4b25c8d879ae23e18");
    CHECK(first.size == 7);
    CHECK_FALSE(first.already_there);
    CHECK(store.put("bonjour")->already_there);
    CHECK(files_in(folder.path()) == 1);
    CHECK(*store.read(first.id) == "bonjour");
    CHECK(store.exists(first.id));
    CHECK(store.read(BlobId{std::string(64, '0')}).error().code == base::Code::NotFound);
    CHECK_FALSE(store.exists(BlobId{"../../etc/passwd"}));
    CHECK(store.put("")->size == 0);
    CHECK(store.read(store.put("")->id)->empty());
}

TEST_CASE("a damaged file is never given as if it were whole, and storing it again repairs it") {
    const test::Folder folder;
    const BlobStore store = *BlobStore::open(folder.path());
    const std::string bytes(700'000, 'a');
    const StoredBlob stored = *store.put(bytes);
    damage(store.path_of(stored.id));
    CHECK(store.read(stored.id).error().code == base::Code::Corrupt);
    auto check = *store.verify_all();
    CHECK(check.files == 1);
    REQUIRE(check.damaged.size() == 1);
    CHECK(test::contains(check.damaged[0], stored.id.hex));
    CHECK_FALSE(store.put(bytes)->already_there);
    CHECK(*store.read(stored.id) == bytes);
    CHECK(store.verify_all()->damaged.empty());
}

TEST_CASE("an upload that is dropped or too large leaves nothing") {
    const test::Folder folder;
    const BlobStore store = *BlobStore::open(folder.path());
    {
        IncomingBlob incoming = *store.begin();
        CHECK(incoming.write("half a file").has_value());
    }
    IncomingBlob small = *store.begin(10);
    CHECK(small.write("123456789").has_value());
    CHECK(small.write("01").error().code == base::Code::TooLarge);
    CHECK(small.commit().error().code == base::Code::TooLarge);
    {
        const IncomingBlob gone = std::move(small);
    }
    CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("what an interrupted write left is cleared at start, what is being written stays") {
    const test::Folder folder;
    const BlobStore store = *BlobStore::open(folder.path());
    const auto left = folder.path() / "incoming" / ".1-1-1.part";
    std::ofstream(left) << "left by a crash";
    IncomingBlob live = *store.begin();
    CHECK(live.write("still coming").has_value());
    const BlobStore again = *BlobStore::open(folder.path());
    CHECK_FALSE(std::filesystem::exists(left));
    CHECK(live.commit().has_value());
}

TEST_CASE("a full disk is said, and nothing half-written stays") {
    const test::Folder folder;
    const BlobStore store = *BlobStore::open(folder.path());
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{65536, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto stored = store.put(std::string(1'000'000, 'x'));
    ::setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    REQUIRE_FALSE(stored.has_value());
    CHECK(stored.error().code == base::Code::Unavailable);
    CHECK(stored.error().message.key == "documents.disk_full");
    CHECK(files_in(folder.path()) == 0);
}

TEST_CASE("a backup holds every file, and only copies what it lacks") {
    const test::Folder folder;
    const test::Folder backup;
    const BlobStore store = *BlobStore::open(folder.path());
    std::vector<BlobId> ids;
    for (int i = 0; i < 20; ++i) ids.push_back(store.put("file " + std::to_string(i))->id);
    std::uint64_t last = 0;
    const BlobCopy copy = *store.copy_to(backup.path() / "blobs", [&](std::uint64_t done, std::uint64_t total) {
        CHECK(total == 20);
        last = done;
        return true;
    });
    CHECK(last == 20);
    CHECK(copy.copied == 20);
    const BlobStore restored = *BlobStore::open(backup.path() / "blobs");
    for (const BlobId& id : ids) CHECK(*restored.read(id) == *store.read(id));
    CHECK(store.copy_to(backup.path() / "blobs")->already_there == 20);
}

TEST_CASE("the same file stored by several people at once is one file") {
    const test::Folder folder;
    const BlobStore store = *BlobStore::open(folder.path());
    std::vector<std::thread> people;
    for (int i = 0; i < 8; ++i)
        people.emplace_back([&] {
            for (int k = 0; k < 10; ++k) CHECK(store.put("quote " + std::to_string(k)).has_value());
        });
    for (auto& person : people) person.join();
    CHECK(store.verify_all()->files == 10);
    CHECK(store.verify_all()->damaged.empty());
}
