#include "video/playback/test_support.hpp"

#include <cstdlib>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "media/mp4/fragment.hpp"
#include "media/mp4/init.hpp"
#include "media/mp4/stored.hpp"

namespace beffroi::playback {

namespace {

codec::FormatPtr format() {
    auto out = std::make_shared<codec::VideoFormat>();
    out->codec = codec::Codec::H264;
    out->width = 640;
    out->height = 360;
    out->codec_string = "avc1.64001F";
    out->configuration = {1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 0, 0};
    return out;
}

}  // namespace

FakeArchive::FakeArchive() {
    std::string text = (std::filesystem::temp_directory_path() / "beffroi-archive-XXXXXX").string();
    folder = ::mkdtemp(text.data());
}
FakeArchive::~FakeArchive() {
    std::filesystem::remove_all(folder);
}

std::string FakeArchive::add_file(const archive::CameraId& camera, std::int64_t from_us, int frames) {
    constexpr int kPerFragment = 25;
    constexpr int kTicks = 3600;
    Stored stored;
    stored.info.id = static_cast<std::int64_t>(stored_.size()) + 1;
    stored.info.camera = camera;
    stored.info.path = folder / fmt::format("{}-{}.mp4", camera, stored.info.id);
    stored.info.from_us = from_us;
    stored.info.to_us = from_us + frames * 40'000LL;
    stored.info.frames = static_cast<std::uint64_t>(frames);
    stored.info.format = format();
    auto bytes = mp4::file_header(*stored.info.format, {camera, from_us});
    auto pool = mp4::MemoryPool::create(1U << 20U);
    std::string media;
    std::optional<mp4::Fragment> fragment;
    int first = 0;
    auto close = [&](int next) {
        mp4::Evidence evidence;
        evidence.sequence = static_cast<std::uint64_t>(first / kPerFragment) + 1;
        fragment->close(evidence,
                        next < frames ? std::optional<std::int64_t>(next * std::int64_t{kTicks}) : std::nullopt);
        fragment->seal(bytes.size(), {}, {}, false);
        const auto whole = fragment->bytes();
        stored.fragments.push_back({.offset = bytes.size(),
                                    .bytes = whole.size(),
                                    .from_us = from_us + first * 40'000LL,
                                    .to_us = from_us + next * 40'000LL,
                                    .decode_time = first * std::int64_t{kTicks},
                                    .frames = static_cast<std::uint32_t>(next - first),
                                    .key = true});
        bytes.insert(bytes.end(), whole.begin(), whole.end());
        fragment.reset();
        first = next;
    };
    for (int i = 0; i < frames; ++i) {
        if (fragment && i % kPerFragment == 0) close(i);
        if (!fragment) fragment.emplace(pool, 60'000, 30);
        const std::vector<std::uint8_t> frame(1000 + static_cast<std::size_t>(i % 7),
                                              static_cast<std::uint8_t>(1 + i % 250));
        mp4::Sample sample;
        sample.offset = static_cast<std::uint32_t>(fragment->size());
        sample.size = static_cast<std::uint32_t>(frame.size());
        sample.decode_time = i * std::int64_t{kTicks};
        sample.rtp_time = sample.decode_time;
        sample.arrival_us = from_us + i * 40'000LL;
        sample.key = i % kPerFragment == 0;
        fragment->append(frame);
        fragment->add(sample);
        media.append(frame.begin(), frame.end());
    }
    close(frames);
    stored.info.bytes = bytes.size();
    std::ofstream(stored.info.path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    stored_.push_back(std::move(stored));
    return media;
}

std::unique_ptr<archive::Track> FakeArchive::track(const archive::CameraId& /*camera*/,
                                                   archive::Retention /*retention*/) {
    return nullptr;
}
std::vector<archive::CameraId> FakeArchive::cameras() {
    return {};
}

std::vector<archive::FileInfo> FakeArchive::files(const archive::CameraId& camera, std::int64_t from_us,
                                                  std::int64_t to_us) {
    std::vector<archive::FileInfo> out;
    for (const auto& one : stored_)
        if (one.info.camera == camera && one.info.from_us < to_us && one.info.to_us > from_us) out.push_back(one.info);
    return out;
}

std::vector<archive::Span> FakeArchive::timeline(const archive::CameraId& camera, std::int64_t from_us,
                                                 std::int64_t to_us) {
    std::vector<archive::Span> out;
    std::int64_t at = from_us;
    for (const auto& file : files(camera, from_us, to_us)) {
        if (file.from_us > at)
            out.push_back({.from_us = at, .to_us = file.from_us, .recorded = false, .reason = "camera_lost"});
        out.push_back({.from_us = file.from_us, .to_us = file.to_us, .recorded = true, .reason = {}});
        at = file.to_us;
    }
    if (at < to_us) out.push_back({.from_us = at, .to_us = to_us, .recorded = false, .reason = "recorder_stopped"});
    return out;
}

base::Result<std::vector<archive::FragmentInfo>> FakeArchive::fragments(const archive::FileInfo& file) {
    for (const auto& one : stored_)
        if (one.info.id == file.id) return one.fragments;
    return base::fail(base::Code::NotFound, "no such file");
}

std::vector<archive::ArchiveEvent> FakeArchive::events(std::int64_t from_us, std::int64_t /*to_us*/) {
    return {{.kind = archive::ArchiveEvent::Kind::DiskSlow,
             .at = base::Timestamp{from_us / 1000},
             .camera = "porte-nord",
             .detail = "took 3 s"}};
}

std::vector<archive::Archive::DiskState> FakeArchive::disks() {
    return {{.folder = "/video", .id = "d1", .state = "good", .bytes = 1000, .free = 500, .days_left = 12.5}};
}

}  // namespace beffroi::playback
