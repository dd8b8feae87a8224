#include "video/archive/disk.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "crypto/hash.hpp"
#include "crypto/random.hpp"
#include "media/mp4/memory.hpp"

namespace beffroi::archive {

namespace {

using base::Code;

constexpr std::string_view kFormat = "beffroi-archive-1";

// Written and read by us alone: {"format":"beffroi-archive-1","id":"…","adopted":"…"}.
std::optional<std::string> field(const std::string& text, std::string_view name) {
    std::string key = fmt::format("\"{}\":\"", name);
    std::size_t at = text.find(key);
    if (at == std::string::npos) return std::nullopt;
    at += key.size();
    std::size_t end = text.find('"', at);
    if (end == std::string::npos) return std::nullopt;
    return text.substr(at, end - at);
}

}  // namespace

const char* health_name(DiskHealth health) {
    switch (health) {
        case DiskHealth::Good:
            return "good";
        case DiskHealth::Full:
            return "full";
        case DiskHealth::Slow:
            return "slow";
        case DiskHealth::Lost:
            return "lost";
        case DiskHealth::Wrong:
            return "wrong";
    }
    return "";
}

base::Result<std::string> Disk::read_id(const std::filesystem::path& folder) {
    std::ifstream in(folder / "disk.json", std::ios::binary);
    if (!in) return base::fail(Code::NotFound, folder.string() + " holds no disk.json");
    std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    auto id = field(text, "id");
    if (!id || id->empty() || field(text, "format") != kFormat)
        return base::fail(Code::Corrupt, (folder / "disk.json").string() + " is not that of an archive");
    return *id;
}

base::Status Disk::identify(const std::optional<std::string>& expected, DiskIo& io, base::Timestamp now) {
    std::error_code error;
    if (!expected && !options_.require_mount) std::filesystem::create_directories(folder(), error);
    if (!std::filesystem::is_directory(folder(), error))
        return base::fail(Code::NotFound, folder().string() + " is not there");
    if (options_.require_mount && !io.mounted(folder()))
        return base::fail(Code::NotFound, folder().string() + " is not mounted");
    auto found = read_id(folder());
    if (!found && found.error().code != Code::NotFound) return std::unexpected(std::move(found.error()));
    if (expected && !found)
        return base::fail(Code::NotFound,
                          folder().string() + " is empty: the disk that was there has gone, or is not mounted");
    if (expected && *found != *expected)
        return base::fail(Code::Refused,
                          fmt::format("{} holds disk {}, expected {}", folder().string(), *found, *expected));
    if (!found) {
        std::string bytes = crypto::random_bytes(8);
        std::string id = crypto::hex(crypto::as_bytes(bytes));
        std::ofstream out(folder() / "disk.json", std::ios::binary);
        out << fmt::format("{{\"format\":\"{}\",\"id\":\"{}\",\"adopted\":\"{}\"}}\n", kFormat, id, base::iso(now));
        out.close();
        if (!out) return base::fail(Code::Unavailable, "cannot write in " + folder().string());
        found = id;
    }
    {
        std::lock_guard lock(mutex_);
        id_ = *found;
    }
    return check(io);
}

base::Status Disk::check(DiskIo& io) {
    if (options_.require_mount && !io.mounted(folder()))
        return base::fail(Code::NotFound, folder().string() + " is not mounted");
    auto found = TRY(read_id(folder()));
    if (found != id())
        return base::fail(Code::Refused, fmt::format("{} holds disk {}, expected {}", folder().string(), found, id()));
    auto space = TRY(io.space(folder()));
    bytes_.store(space.bytes);
    free_.store(space.free);
    return {};
}

base::Status Disk::probe(DiskIo& io) const {
    const std::filesystem::path path = folder() / ".probe";
    TRY(io.remove(path));
    auto file = TRY(io.create(path));
    mp4::AlignedBytes block = mp4::allocate_aligned(mp4::kAlignment);
    std::fill_n(block.get(), mp4::kAlignment, std::uint8_t{0});
    TRY(io.write(*file, 0, {block.get(), mp4::kAlignment}));
    DiskFile* dirty = file.get();
    TRY(io.flush(folder(), {&dirty, 1}));
    return io.remove(path);
}

std::string Disk::id() const {
    std::lock_guard lock(mutex_);
    return id_;
}

}  // namespace beffroi::archive
