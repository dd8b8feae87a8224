#include "video/archive/erasures.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <fmt/format.h>

namespace beffroi::archive {

namespace {

constexpr std::uintmax_t kLongest = 256U << 10U;

// The older half goes when the log is long: those files were before the first one that is left.
void shorten(const std::filesystem::path& path) {
    std::error_code error;
    if (std::filesystem::file_size(path, error) < kLongest || error) return;
    std::vector<std::string> lines;
    {
        std::ifstream in(path);
        for (std::string line; std::getline(in, line);) lines.push_back(line);
    }
    std::filesystem::path fresh = path;
    fresh += ".new";
    {
        std::ofstream out(fresh);
        for (std::size_t i = lines.size() / 2; i < lines.size(); ++i) out << lines[i] << '\n';
        if (!out.flush()) return;
    }
    std::filesystem::rename(fresh, path, error);
}

std::string instant(std::int64_t us) {
    return base::iso(base::Timestamp{std::max<std::int64_t>(us, 0) / 1000});
}

}  // namespace

base::Status note_erasure(const std::filesystem::path& disk, const FileRow& row, base::Timestamp at,
                          const std::string& why) {
    std::filesystem::path path = disk / row.camera / "erased.log";
    shorten(path);
    std::ofstream out(path, std::ios::app);
    std::uint64_t first = row.last_sequence + 1 - std::min(row.fragments, row.last_sequence);
    out << fmt::format("{} {} {} {} {} {} {}\n", first, row.last_sequence, instant(row.from_us), instant(row.to_us),
                       base::iso(at), crypto::hex(row.last_hash), why);
    if (!out.flush()) return base::fail(base::Code::Unavailable, "cannot write " + path.string());
    return {};
}

std::vector<Erasure> erasures_of(const std::filesystem::path& disk, const CameraId& camera) {
    std::vector<Erasure> erasures;
    std::ifstream in(disk / camera / "erased.log");
    for (std::string line; std::getline(in, line);) {
        std::istringstream fields(line);
        Erasure one;
        std::string from;
        std::string to;
        if (!(fields >> one.first >> one.last >> from >> to)) continue;
        if (auto at = base::parse_timestamp(to)) one.to_us = at->ms * 1000;
        erasures.push_back(one);
    }
    return erasures;
}

bool covers(const std::vector<Erasure>& erasures, std::uint64_t first, std::uint64_t last) {
    std::vector<Erasure> sorted = erasures;
    std::sort(sorted.begin(), sorted.end(), [](const Erasure& a, const Erasure& b) { return a.first < b.first; });
    for (const Erasure& one : sorted)
        if (one.first <= first && one.last >= first) first = one.last + 1;
    return first > last;
}

}  // namespace beffroi::archive
