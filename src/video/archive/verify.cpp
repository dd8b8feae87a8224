// Every byte of the archive against its hashes, from the folders alone.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
#include <tuple>

#include "media/mp4/stored.hpp"
#include "video/archive/archive.hpp"
#include "video/archive/erasures.hpp"
#include "video/archive/names.hpp"

namespace beffroi::archive {

namespace {

namespace fs = std::filesystem;
using base::Code;

struct Found {
    fs::path path;
    CameraId camera;
    std::uint64_t bytes = 0;
    std::uint64_t sequence = 0;  // of its first fragment
};

class Verifier {
  public:
    Verifier(VerifyReport& report, const std::function<void(std::uint64_t, std::uint64_t)>& progress)
        : report_(report), progress_(progress) {}

    void find(const std::vector<fs::path>& disks, const std::optional<CameraId>& only) {
        for (const fs::path& disk : disks)
            for (const CameraId& camera : cameras_on(disk)) {
                if (only && camera != *only) continue;
                auto gone = erasures_of(disk, camera);
                auto& all = erased_[camera];
                all.insert(all.end(), gone.begin(), gone.end());
                for (const fs::path& file : files_of(disk, camera)) add(disk / file, camera);
            }
    }

    void run() {
        for (auto& [camera, files] : files_) {
            std::sort(files.begin(), files.end(), [](const Found& a, const Found& b) {
                return std::tie(a.sequence, a.path) < std::tie(b.sequence, b.path);
            });
            any_ = false;
            for (const Found& file : files) check_file(file);
        }
    }

  private:
    void fault(const Found& file, std::uint64_t offset, std::string what) {
        report_.faults.push_back({file.path, offset, file.camera, std::move(what)});
    }

    void add(const fs::path& path, const CameraId& camera) {
        Found file{path, camera, 0, UINT64_MAX};
        auto source = mp4::open_source(path);
        if (source) {
            file.bytes = (*source)->size();
            all_bytes_ += file.bytes;
            // The first fragment that can be read; a broken one at the beginning does not lose the file its place.
            if (auto header = mp4::read_file_header(**source)) {
                std::uint64_t at = header->bytes;
                auto first = next_fragment(**source, at);
                if (first) file.sequence = first->evidence.sequence;
            }
        }
        files_[camera].push_back(std::move(file));
    }

    // At `at`, or at the next place where one begins; `at` is moved there.
    static std::optional<mp4::StoredFragment> next_fragment(mp4::ByteSource& source, std::uint64_t& at) {
        constexpr std::uint64_t kStep = 1 << 20U;
        if (auto here = mp4::read_fragment(source, at)) return std::move(*here);
        for (std::uint64_t block = at + mp4::kAlignment; block < source.size(); block += kStep) {
            auto bytes = source.read_up_to(block, kStep);
            if (!bytes) return std::nullopt;
            for (std::size_t i = 0; i + 8 <= bytes->size(); i += mp4::kAlignment) {
                if (std::memcmp(bytes->data() + i + 4, "prft", 4) != 0) continue;
                if (auto found = mp4::read_fragment(source, block + i)) {
                    at = block + i;
                    return std::move(*found);
                }
            }
        }
        return std::nullopt;
    }

    void check_file(const Found& file) {
        ++report_.files;
        auto source = mp4::open_source(file.path);
        if (!source) return fault(file, 0, "unreadable");
        auto header = mp4::read_file_header(**source);
        if (!header || header->origin.camera != file.camera) return fault(file, 0, "unreadable");
        auto header_hash = mp4::hash_of(**source, 0, header->bytes);
        if (!header_hash) return fault(file, 0, "unreadable");
        header_hash_ = *header_hash;
        header_told_ = false;
        entries_.clear();
        std::uint64_t at = header->bytes;
        bool broken = false;
        while (true) {
            std::uint64_t from = at;
            auto fragment = next_fragment(**source, at);
            if (!fragment) {
                at = from;
                break;
            }
            if (at != from) {
                fault(file, from, "unreadable");
                broken = true;
                any_ = false;  // its neighbours can't be told to follow each other
            }
            check_fragment(file, **source, *fragment);
            entries_.push_back(mp4::table_entry(*fragment));
            at += fragment->bytes;
        }
        if (!broken) check_end(file, **source, at);
        report_.bytes += file.bytes;
        if (progress_) progress_(report_.bytes, all_bytes_);
    }

    void check_fragment(const Found& file, mp4::ByteSource& source, const mp4::StoredFragment& fragment) {
        ++report_.fragments;
        const mp4::Evidence& evidence = fragment.evidence;
        auto there = mp4::whole(source, fragment);
        if (!there)
            fault(file, fragment.offset, "unreadable");
        else if (!*there)
            fault(file, fragment.offset, "hash");
        else if (evidence.header_hash != header_hash_ && !std::exchange(header_told_, true))
            fault(file, 0, "hash");
        if (any_) {
            if (evidence.sequence <= last_sequence_)
                fault(file, fragment.offset, "chain");
            else if (evidence.sequence > last_sequence_ + 1) {
                if (!covers(erased_[file.camera], last_sequence_ + 1, evidence.sequence - 1))
                    fault(file, fragment.offset, "missing");
            } else if (evidence.chained && chained_ && evidence.previous != last_hash_)
                fault(file, fragment.offset, "chain");
        }
        any_ = true;
        last_sequence_ = evidence.sequence;
        last_hash_ = evidence.hash;
        chained_ = evidence.chained;
    }

    // Behind the last fragment: the closing tables, byte for byte, or nothing, or zeros of a file being written.
    void check_end(const Found& file, mp4::ByteSource& source, std::uint64_t at) {
        if (at == source.size()) return;
        std::vector<std::uint8_t> tables = mp4::closing_tables(entries_);
        auto tail = source.read_up_to(at, tables.size() + 1);
        if (tail && *tail == tables) return;
        constexpr std::uint64_t kStep = 1 << 20U;
        for (std::uint64_t from = at; from < source.size(); from += kStep) {
            auto part = source.read_up_to(from, kStep);
            if (!part) return fault(file, from, "unreadable");
            auto other = std::find_if(part->begin(), part->end(), [](std::uint8_t byte) { return byte != 0; });
            if (other == part->end()) continue;
            if (!mp4::read_closing_tables(source) && being_written(file.path)) return;
            bool closed = tail && source.size() - at == tables.size();
            return fault(file, at, closed ? "tables" : "truncated");
        }
    }

    static bool being_written(const fs::path& path) {
        std::error_code error;
        auto changed = fs::last_write_time(path, error);
        return !error && fs::file_time_type::clock::now() - changed < std::chrono::seconds(10);
    }

    VerifyReport& report_;
    const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
    std::map<CameraId, std::vector<Found>> files_;
    std::map<CameraId, std::vector<Erasure>> erased_;
    std::uint64_t all_bytes_ = 0;
    std::vector<mp4::TableEntry> entries_;
    crypto::Digest header_hash_{};
    bool header_told_ = false;
    // Of the camera's fragment before.
    bool any_ = false;
    bool chained_ = false;
    std::uint64_t last_sequence_ = 0;
    crypto::Digest last_hash_{};
};

}  // namespace

base::Result<VerifyReport> verify(const std::vector<fs::path>& disks, const std::optional<CameraId>& camera,
                                  const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
    for (const fs::path& disk : disks)
        if (std::error_code error; !fs::is_directory(disk, error))
            return base::fail(Code::NotFound, disk.string() + " is not there");
    VerifyReport report;
    Verifier verifier(report, progress);
    verifier.find(disks, camera);
    verifier.run();
    return report;
}

base::Result<std::vector<ChainHead>> chain_heads(const std::vector<fs::path>& disks) {
    std::map<CameraId, ChainHead> heads;
    for (const fs::path& disk : disks)
        for (const CameraId& camera : cameras_on(disk))
            for (const fs::path& file : newest_files_of(disk, camera)) {
                auto source = mp4::open_source(disk / file);
                if (!source) continue;
                auto header = mp4::read_file_header(**source);
                if (!header) continue;
                std::uint64_t from = header->bytes;
                if (auto tables = mp4::read_closing_tables(**source); tables && !tables->entries.empty())
                    from = tables->entries.back().offset;
                TRY(mp4::walk(**source, from, [&](const mp4::StoredFragment& fragment) {
                    ChainHead& head = heads[camera];
                    if (fragment.evidence.sequence < head.sequence) return true;
                    head = {camera, fragment.evidence.sequence, crypto::hex(fragment.evidence.hash),
                            fragment.evidence.to_us};
                    return true;
                }));
            }
    std::vector<ChainHead> result;
    for (auto& [camera, head] : heads) result.push_back(std::move(head));
    return result;
}

}  // namespace beffroi::archive
