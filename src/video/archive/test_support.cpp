#include "video/archive/test_support.hpp"

#include <algorithm>

#include "media/mp4/stored.hpp"

namespace beffroi::archive {

TestArchive::TestArchive(std::size_t count)
    : clock(base::Timestamp{kTestStartUs / 1000}), log(stderr, clock, base::Level::Error) {
    for (std::size_t i = 0; i < count; ++i) options.disks.push_back({disk(i), 0, false});
    options.database = folder.path() / "index.db";
    options.migrations = "migrations/video";
    options.file_bytes = 1 << 20U;
}

TestArchive::~TestArchive() = default;

void TestArchive::open() {
    Seams seams;
    seams.io = io != nullptr ? io : system_io.get();
    seams.monotonic_us = [this] { return monotonic_us; };
    seams.threads = false;
    engine = base::value_or_throw(
        Engine::create(options, clock, log, [this](const ArchiveEvent& event) { events.push_back(event); }, seams));
}

void TestArchive::close() {
    engine.reset();
}

void TestArchive::crash(std::initializer_list<TestCamera*> cameras) {
    engine->abandon();
    for (TestCamera* camera : cameras) camera->track.reset();
    engine.reset();
}

void TestArchive::advance(std::int64_t us) {
    constexpr std::int64_t kStep = 100'000;
    while (us > 0) {
        std::int64_t step = std::min(us, kStep - monotonic_us % kStep);
        clock.set(base::Timestamp{clock.now().ms + step / 1000});
        monotonic_us += step;
        us -= step;
        if (monotonic_us % kStep != 0) continue;
        engine->tick();
        engine->step();
    }
}

std::vector<std::filesystem::path> TestArchive::disks() const {
    std::vector<std::filesystem::path> folders;
    for (const DiskOptions& disk : options.disks) folders.push_back(disk.folder);
    return folders;
}

bool TestArchive::saw(ArchiveEvent::Kind kind) const {
    return std::any_of(events.begin(), events.end(), [&](const ArchiveEvent& event) { return event.kind == kind; });
}

VerifyReport TestArchive::verified() const {
    return base::value_or_throw(verify(disks(), std::nullopt, {}));
}

TestCamera::TestCamera(TestArchive& where, CameraId name, const mp4::TestStream& frames, Retention keep)
    : archive(where), id(std::move(name)), stream(frames), retention(keep) {
    open();
}

void TestCamera::open() {
    track = archive.engine->track(id, retention);
    track->on_format(stream.format);
    restart = sent > 0;
}

void TestCamera::send_one() {
    std::size_t i = sent % stream.frames.size();
    auto rounds = static_cast<std::int64_t>(sent / stream.frames.size());
    const mp4::TestFrame& from = stream.frames[i];
    rtp::FrameBuffer& buffer = track->buffer();
    rtp::Frame frame;
    frame.offset = buffer.size();
    buffer.append(from.bytes);
    frame.size = from.bytes.size();
    frame.rtp_time = rtp_base + from.rtp_time + rounds * static_cast<std::int64_t>(stream.frames.size()) * 3600;
    frame.arrival_us = archive.clock.now().ms * 1000;
    frame.key = from.key;
    frame.discontinuity = std::exchange(restart, false);
    track->on_frame(frame);
    arrivals_us.push_back(frame.arrival_us);
    ++sent;
}

void TestCamera::send(double seconds) {
    auto frames = static_cast<int>(seconds * 25 + 0.5);
    for (int i = 0; i < frames; ++i) {
        send_one();
        archive.advance(40'000);
    }
}

std::vector<StoredFrame> stored_frames(Engine& engine, const CameraId& camera) {
    std::vector<StoredFrame> frames;
    for (const FileInfo& file : engine.files(camera, INT64_MIN / 2, INT64_MAX / 2)) {
        auto source = base::value_or_throw(mp4::open_source(file.path));
        for (const FragmentInfo& info : base::value_or_throw(engine.fragments(file))) {
            auto fragment = base::value_or_throw(mp4::read_fragment(*source, info.offset));
            for (const mp4::Sample& sample : fragment.samples)
                frames.push_back(
                    {base::value_or_throw(source->read_up_to(fragment.offset + sample.offset, sample.size)),
                     sample.arrival_us, sample.rtp_time});
        }
    }
    return frames;
}

}  // namespace beffroi::archive
