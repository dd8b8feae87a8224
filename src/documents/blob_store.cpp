#include "documents/blob_store.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include <sys/file.h>
#include <sys/stat.h>

#include "crypto/hash.hpp"
#include "documents/files.hpp"

namespace beffroi::documents {

namespace fs = std::filesystem;
using base::Code;
using detail::errno_error;
using detail::Fd;

namespace {

constexpr std::size_t kPiece = 256U << 10U;
constexpr std::string_view kIncoming = "incoming";

fs::path place_of(const fs::path& folder, const BlobId& id) {
    return folder / id.hex.substr(0, 2) / id.hex.substr(2, 2) / id.hex;
}

// Makes one folder and its entry durable. Whoever made it, the entry must be on disk before a file in it is
// acknowledged.
base::Status make_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0) {
        if (errno == EEXIST) return {};
        return errno_error(errno, "creating", folder);
    }
    return detail::sync_folder(folder.parent_path());
}

base::Result<std::size_t> read_piece(int fd, char* buffer, std::size_t size, const fs::path& path) {
    std::size_t done = 0;
    while (done < size) {
        const ssize_t n = ::read(fd, buffer + done, size - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error(errno, "reading", path);
        if (n == 0) break;
        done += static_cast<std::size_t>(n);
    }
    return done;
}

base::Result<std::string> hash_of(const fs::path& file, std::uint64_t* size = nullptr) {
    const Fd fd = TRY(detail::open_to_read(file));
    crypto::Sha256 sha;
    std::string piece(kPiece, '\0');
    std::uint64_t total = 0;
    for (;;) {
        const std::size_t n = TRY(read_piece(fd.get(), piece.data(), piece.size(), file));
        if (n == 0) break;
        sha.add(std::string_view(piece.data(), n));
        total += n;
    }
    if (size != nullptr) *size = total;
    return crypto::hex(sha.finish());
}

std::unexpected<base::Error> damaged(const BlobId& id) {
    return base::fail(Code::Corrupt, "stored file " + id.hex + " is not what was stored");
}

bool is_blob_name(std::string_view name) {
    return BlobId::parse(name).has_value();
}

// Every path below the folder in a fixed order, without `incoming`.
base::Result<std::vector<fs::path>> all_files(const fs::path& folder) {
    std::vector<fs::path> found;
    std::error_code error;
    fs::recursive_directory_iterator it(folder, error);
    if (error) return errno_error(error.value(), "listing", folder);
    for (const fs::recursive_directory_iterator end; it != end; it.increment(error)) {
        if (error) return errno_error(error.value(), "listing", folder);
        if (it.depth() == 0 && it->path().filename() == kIncoming) {
            it.disable_recursion_pending();
            continue;
        }
        if (!it->is_directory(error)) found.push_back(it->path());
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace

base::Result<BlobId> BlobId::parse(std::string_view text) {
    const bool digits =
        std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (text.size() != 64 || !digits) return base::fail(Code::Invalid, "not the name of a stored file");
    return BlobId{std::string(text)};
}

// ---- incoming ------------------------------------------------------------------------------------------------------

struct IncomingBlob::State {
    fs::path folder;
    fs::path part;
    Fd fd;
    crypto::Sha256 sha;
    std::uint64_t size = 0;
    std::uint64_t max_bytes = 0;
    std::optional<base::Error> failed;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (!part.empty()) ::unlink(part.c_str());
    }
};

IncomingBlob::IncomingBlob(std::unique_ptr<State> state) : state_(std::move(state)) {}
IncomingBlob::IncomingBlob(IncomingBlob&&) noexcept = default;
IncomingBlob& IncomingBlob::operator=(IncomingBlob&&) noexcept = default;
IncomingBlob::~IncomingBlob() = default;

std::uint64_t IncomingBlob::size() const {
    return state_->size;
}
const fs::path& IncomingBlob::path() const {
    return state_->part;
}

base::Status IncomingBlob::write(std::string_view bytes) {
    State& s = *state_;
    if (s.failed) return std::unexpected(*s.failed);
    base::Status done;
    if (bytes.size() > s.max_bytes - s.size)
        done = base::fail(Code::TooLarge, "more than " + std::to_string(s.max_bytes) + " bytes");
    else
        done = detail::write_all(s.fd.get(), bytes, s.part);
    if (!done) {
        s.failed = done.error();
        return done;
    }
    s.sha.add(bytes);
    s.size += bytes.size();
    return {};
}

base::Result<StoredBlob> IncomingBlob::commit() {
    State& s = *state_;
    if (s.failed) return std::unexpected(*s.failed);
    StoredBlob stored{BlobId{crypto::hex(s.sha.finish())}, s.size, false};
    s.failed = base::Error{Code::Internal, "an incoming file was committed twice", {}};
    const fs::path place = place_of(s.folder, stored.id);
    TRY(make_folder(place.parent_path().parent_path()));
    TRY(make_folder(place.parent_path()));

    // The same content may lie there damaged: then this good copy takes its place.
    if (const auto there = hash_of(place); there && *there == stored.id.hex) {
        TRY(detail::sync_folder(place.parent_path()));
        return StoredBlob{stored.id, stored.size, true};
    }
    if (::fchmod(s.fd.get(), 0400) != 0 || ::fsync(s.fd.get()) != 0) return errno_error(errno, "flushing", s.part);
    if (::rename(s.part.c_str(), place.c_str()) != 0) return errno_error(errno, "renaming", place);
    s.part.clear();
    TRY(detail::sync_folder(place.parent_path()));
    return stored;
}

// ---- reader --------------------------------------------------------------------------------------------------------

struct BlobReader::State {
    BlobId id;
    fs::path path;
    Fd fd;
    crypto::Sha256 sha;
    std::uint64_t size = 0;
    std::uint64_t read = 0;
    std::string piece = std::string(kPiece, '\0');
};

BlobReader::BlobReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
BlobReader::BlobReader(BlobReader&&) noexcept = default;
BlobReader& BlobReader::operator=(BlobReader&&) noexcept = default;
BlobReader::~BlobReader() = default;

std::uint64_t BlobReader::size() const {
    return state_->size;
}

base::Result<std::string_view> BlobReader::next() {
    State& s = *state_;
    if (s.read == s.size) return std::string_view();
    const std::uint64_t left = s.size - s.read;
    const std::size_t wanted = left < kPiece ? static_cast<std::size_t>(left) : kPiece;
    const std::size_t n = TRY(read_piece(s.fd.get(), s.piece.data(), wanted, s.path));
    if (n != wanted) return damaged(s.id);
    s.sha.add(std::string_view(s.piece.data(), n));
    s.read += n;
    if (s.read == s.size && crypto::hex(s.sha.finish()) != s.id.hex) return damaged(s.id);
    return std::string_view(s.piece.data(), n);
}

// ---- store ---------------------------------------------------------------------------------------------------------

base::Result<BlobStore> BlobStore::open(const fs::path& folder) {
    std::error_code error;
    const fs::path absolute = fs::absolute(folder, error);
    fs::create_directories(absolute, error);
    if (error) return errno_error(error.value(), "creating", absolute);
    const fs::path incoming = absolute / kIncoming;
    TRY(make_folder(incoming));
    for (const auto& entry : fs::directory_iterator(incoming, error)) {
        // A part that is still being written is locked by its writer, here or in another process.
        const Fd fd(::open(entry.path().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(entry.path().c_str());
    }
    return BlobStore(absolute);
}

base::Result<IncomingBlob> BlobStore::begin(std::uint64_t max_bytes) const {
    auto state = std::make_unique<IncomingBlob::State>();
    state->folder = folder_;
    state->max_bytes = max_bytes;
    // Between its creation and its lock, another process that opens the folder may take the part for a leftover, hold
    // its lock or have removed it: then another one is made.
    for (;;) {
        const fs::path part = folder_ / kIncoming / detail::temporary_name();
        Fd fd(::open(part.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!fd) return errno_error(errno, "creating", part);
        struct stat status{};
        if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || ::fstat(fd.get(), &status) != 0 || status.st_nlink == 0) {
            ::unlink(part.c_str());
            continue;
        }
        state->fd = std::move(fd);
        state->part = part;
        return IncomingBlob(std::move(state));
    }
}

base::Result<StoredBlob> BlobStore::put(std::string_view bytes) const {
    IncomingBlob incoming = TRY(begin());
    TRY(incoming.write(bytes));
    return incoming.commit();
}

base::Result<StoredBlob> BlobStore::put_file(const fs::path& file) const {
    const Fd fd = TRY(detail::open_to_read(file));
    IncomingBlob incoming = TRY(begin());
    std::string piece(kPiece, '\0');
    for (;;) {
        const std::size_t n = TRY(read_piece(fd.get(), piece.data(), piece.size(), file));
        if (n == 0) break;
        TRY(incoming.write(std::string_view(piece.data(), n)));
    }
    return incoming.commit();
}

fs::path BlobStore::path_of(const BlobId& id) const {
    return place_of(folder_, id);
}

bool BlobStore::exists(const BlobId& id) const {
    return is_blob_name(id.hex) && size(id).has_value();
}

base::Result<std::uint64_t> BlobStore::size(const BlobId& id) const {
    struct stat status{};
    if (!is_blob_name(id.hex) || ::lstat(path_of(id).c_str(), &status) != 0 || !S_ISREG(status.st_mode))
        return base::fail(Code::NotFound, "no stored file " + id.hex);
    return static_cast<std::uint64_t>(status.st_size);
}

base::Result<BlobReader> BlobStore::open(const BlobId& id) const {
    auto state = std::make_unique<BlobReader::State>();
    state->id = id;
    state->size = TRY(size(id));
    state->path = path_of(id);
    state->fd = TRY(detail::open_to_read(state->path));
    // An empty file has no last piece that could carry the verdict.
    if (state->size == 0 && crypto::hex(crypto::sha256(std::string_view())) != id.hex) return damaged(id);
    return BlobReader(std::move(state));
}

base::Result<std::string> BlobStore::read(const BlobId& id) const {
    BlobReader reader = TRY(open(id));
    std::string bytes;
    bytes.reserve(static_cast<std::size_t>(reader.size()));
    for (;;) {
        const std::string_view piece = TRY(reader.next());
        if (piece.empty()) return bytes;
        bytes += piece;
    }
}

base::Result<BlobCheck> BlobStore::verify_all(const BlobProgress& progress) const {
    const std::vector<fs::path> files = TRY(all_files(folder_));
    BlobCheck check;
    for (const fs::path& file : files) {
        const std::string name = file.filename().string();
        std::uint64_t bytes = 0;
        const auto hash = hash_of(file, &bytes);
        const bool good = hash && *hash == name && file == place_of(folder_, BlobId{name});
        if (!good) check.damaged.push_back(file.lexically_relative(folder_).string());
        check.files += 1;
        check.bytes += bytes;
        if (progress && !progress(check.files, files.size())) break;
    }
    return check;
}

base::Result<BlobCopy> BlobStore::copy_to(const fs::path& to, const BlobProgress& progress) const {
    const BlobStore target = TRY(open(to));
    const std::vector<fs::path> files = TRY(all_files(folder_));
    BlobCopy copy;
    std::uint64_t done = 0;
    for (const fs::path& file : files) {
        auto id = BlobId::parse(file.filename().string());
        if (!id) continue;
        const std::uint64_t bytes = TRY(size(*id));
        if (const auto there = target.size(*id); there && *there == bytes) {
            copy.already_there += 1;
        } else {
            const StoredBlob stored = TRY(target.put_file(file));
            if (stored.id != *id) return damaged(*id);
            copy.copied += 1;
            copy.bytes += bytes;
        }
        done += 1;
        if (progress && !progress(done, files.size())) break;
    }
    return copy;
}

}  // namespace beffroi::documents
