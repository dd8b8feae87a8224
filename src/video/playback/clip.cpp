#include "video/playback/clip.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/time.hpp"
#include "media/mp4/virtual_file.hpp"
#include "video/playback/playable.hpp"

namespace beffroi::playback {

namespace {

constexpr std::size_t kKept = 8;

base::Result<mp4::Part> read_part(const Stretch& stretch) {
    mp4::Part part{.path = stretch.file.path, .format = stretch.file.format, .fragments = {}};
    const auto source = TRY(mp4::open_source(stretch.file.path));
    for (const auto& segment : stretch.segments) {
        const std::uint64_t end = segment.offset + segment.bytes;
        for (std::uint64_t at = segment.offset; at < end;) {
            part.fragments.push_back(TRY(mp4::read_fragment(*source, at)));
            at += part.fragments.back().bytes;
        }
    }
    return part;
}

}  // namespace

base::Result<std::shared_ptr<const Clip>> Clips::plan(const archive::CameraId& camera, std::int64_t from_us,
                                                      std::int64_t to_us) {
    const Playable playable = TRY(find_playable(archive_, camera, from_us, to_us));
    std::vector<mp4::Part> parts;
    for (const auto& stretch : playable.stretches) parts.push_back(TRY(read_part(stretch)));
    const mp4::VirtualFile file = TRY(mp4::plan_virtual_file(parts, from_us, to_us));
    auto pieces = std::make_shared<http::Pieces>();
    pieces->add(std::string(file.header.begin(), file.header.end()));
    std::vector<std::uint32_t> numbers;
    for (const auto& path : file.paths) numbers.push_back(pieces->file(path));
    for (const auto& piece : file.pieces) pieces->add(numbers[piece.part], piece.offset, piece.bytes);
    ASSERT(pieces->size() == file.bytes);
    auto clip = std::make_shared<Clip>();
    clip->pieces = std::move(pieces);
    clip->from_us = file.from_us;
    clip->to_us = file.to_us;
    clip->frames = file.frames;
    clip->lead_in = file.lead_in;
    clip->begins_at_key = file.begins_at_key;
    clip->etag = fmt::format("\"{}-{}-{}-{}\"", file.from_us, file.to_us, file.frames, file.bytes);
    return clip;
}

base::Result<std::shared_ptr<const Clip>> Clips::find(const archive::CameraId& camera, std::int64_t from_us,
                                                      std::int64_t to_us) {
    auto found = kept_.with([&](std::deque<Kept>& kept) -> std::shared_ptr<const Clip> {
        for (const auto& one : kept)
            if (one.camera == camera && one.from_us == from_us && one.to_us == to_us) return one.clip;
        return nullptr;
    });
    if (found) return found;
    auto clip = TRY(plan(camera, from_us, to_us));
    // Of an interval that is still being recorded the file would grow: it is planned anew each time.
    if (clip->to_us >= to_us) {
        kept_.with([&](std::deque<Kept>& kept) {
            kept.push_front({camera, from_us, to_us, clip});
            if (kept.size() > kKept) kept.pop_back();
        });
    }
    return clip;
}

// Instants with their microseconds: two frames can lie within one millisecond of each other's edge.
http::Response answer(const Clip& clip) {
    return http::pieces("video/mp4", clip.pieces)
        .header("ETag", clip.etag)
        .header("Cache-Control", "private, no-cache")
        .header("Beffroi-First-Frame", base::iso_us(clip.from_us))
        .header("Beffroi-End", base::iso_us(clip.to_us))
        .header("Beffroi-Frames", std::to_string(clip.frames))
        .header("Beffroi-Lead-In", std::to_string(clip.lead_in))
        .header("Beffroi-Exact-Start", clip.begins_at_key ? "yes" : "no");
}

}  // namespace beffroi::playback
