// Stored files, kept by content: the name of a file is the SHA-256 of its bytes, in two levels of folders
// (ab/cd/abcd…).
//
// What put() or commit() acknowledged survives a power cut (temporary file, fsync, rename, fsync of the folder). The
// same content is stored once. Nothing is ever deleted here: who may forget a document is decided elsewhere, by law,
// not by a cache.
//
// Errors: Unavailable when the disk is full or refuses (nothing half-written stays), NotFound, TooLarge, Corrupt when
// stored bytes are not what was stored. Threads: safe from any thread; two processes may share a folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace beffroi::documents {

// SHA-256 in lower case hexadecimal, always 64 digits when it comes from parse() or from the store.
struct BlobId {
    std::string hex;
    auto operator<=>(const BlobId&) const = default;
    [[nodiscard]] static base::Result<BlobId> parse(std::string_view text);
};

struct StoredBlob {
    BlobId id;
    std::uint64_t size = 0;  // bytes
    bool already_there = false;
};

// A file on its way in, for uploads that are not held in memory. Dropped without commit(), nothing of it stays.
class IncomingBlob {
  public:
    IncomingBlob(IncomingBlob&&) noexcept;
    IncomingBlob& operator=(IncomingBlob&&) noexcept;
    ~IncomingBlob();

    [[nodiscard]] base::Status write(std::string_view bytes);
    [[nodiscard]] std::uint64_t size() const;
    // The bytes written so far, to be inspected before they are kept.
    [[nodiscard]] const std::filesystem::path& path() const;
    [[nodiscard]] base::Result<StoredBlob> commit();

  private:
    friend class BlobStore;
    struct State;
    explicit IncomingBlob(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// Reads a stored file piece by piece. The last piece is only given once the whole was found intact, so that a damaged
// file is never received as if it were complete.
class BlobReader {
  public:
    BlobReader(BlobReader&&) noexcept;
    BlobReader& operator=(BlobReader&&) noexcept;
    ~BlobReader();

    [[nodiscard]] std::uint64_t size() const;
    // The next piece (at most 256 KiB), empty at the end. The view lives until the next call.
    [[nodiscard]] base::Result<std::string_view> next();

  private:
    friend class BlobStore;
    struct State;
    explicit BlobReader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

struct BlobCheck {
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
    std::vector<std::string>
        damaged;  // names of files whose bytes do not match, and of files that have no business there
};

struct BlobCopy {
    std::uint64_t copied = 0;
    std::uint64_t already_there = 0;
    std::uint64_t bytes = 0;
};

// Called after each file with the number done so far and the number known; false stops.
using BlobProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

class BlobStore {
  public:
    // Creates the folder when it is missing and removes what an interrupted write left behind.
    [[nodiscard]] static base::Result<BlobStore> open(const std::filesystem::path& folder);

    [[nodiscard]] base::Result<StoredBlob> put(std::string_view bytes) const;
    [[nodiscard]] base::Result<StoredBlob> put_file(const std::filesystem::path& file) const;
    // `max_bytes` refuses with TooLarge as soon as it is passed.
    [[nodiscard]] base::Result<IncomingBlob> begin(
        std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max()) const;

    [[nodiscard]] bool exists(const BlobId& id) const;
    [[nodiscard]] base::Result<std::uint64_t> size(const BlobId& id) const;
    // The whole file, checked.
    [[nodiscard]] base::Result<std::string> read(const BlobId& id) const;
    [[nodiscard]] base::Result<BlobReader> open(const BlobId& id) const;
    // Where the bytes lie, for a process that needs a file name. Not checked, never to be written to.
    [[nodiscard]] std::filesystem::path path_of(const BlobId& id) const;

    [[nodiscard]] base::Result<BlobCheck> verify_all(const BlobProgress& progress = {}) const;
    // Every file, checked while it is copied; `to` is a folder that another BlobStore can open. Copies only what is
    // missing there.
    [[nodiscard]] base::Result<BlobCopy> copy_to(const std::filesystem::path& to,
                                                 const BlobProgress& progress = {}) const;

  private:
    explicit BlobStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
    std::filesystem::path folder_;
};

}  // namespace beffroi::documents
