#include "video/archive/archive.hpp"

#include <algorithm>
#include <fstream>
#include <random>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "video/archive/names.hpp"
#include "video/archive/test_support.hpp"

namespace beffroi::archive {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kForever = INT64_MAX / 2;

// What was sent is what is stored, frame by frame.
void check_same(TestArchive& archive, const TestCamera& camera, std::size_t at_least) {
    auto stored = stored_frames(*archive.engine, camera.id);
    CHECK(stored.size() >= at_least);
    CHECK(stored.size() <= camera.sent);
    for (std::size_t i = 0; i < stored.size(); ++i) {
        REQUIRE(stored[i].bytes == camera.stream.frames[i % camera.stream.frames.size()].bytes);
        REQUIRE(stored[i].arrival_us == camera.arrivals_us[i]);
    }
}

std::string reasons(const std::vector<Span>& spans) {
    std::string text;
    for (const Span& span : spans) text += (span.recorded ? "+" : span.reason) + " ";
    return text;
}

}  // namespace

TEST_CASE("a camera is recorded: every frame is there, in files that close in order, chained") {
    TestArchive archive;
    archive.options.file_length = std::chrono::seconds(10);
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 900));
    camera.send(35);
    camera.close();
    archive.engine->flush();
    check_same(archive, camera, camera.sent);
    auto files = archive.engine->files("porte-nord", 0, kForever);
    CHECK(files.size() == 4);
    for (const FileInfo& file : files) CHECK_FALSE(file.open);
    auto report = archive.verified();
    CHECK(report.faults.empty());
    CHECK(report.files == 4);
    auto spans = archive.engine->timeline("porte-nord", kTestStartUs, kTestStartUs + 35 * kSecond);
    CHECK(reasons(spans) == "+ ");
    auto heads = chain_heads(archive.disks());
    REQUIRE(heads);
    CHECK(heads->at(0).sequence == report.fragments);
}

TEST_CASE("what was received more than two seconds ago is readable while the recorder runs, and after it is killed") {
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 900));
    for (int round = 0; round < 5; ++round) {
        camera.send(3.3);
        auto stored = stored_frames(*archive.engine, camera.id);
        auto due = static_cast<std::size_t>(
            std::count_if(camera.arrivals_us.begin(), camera.arrivals_us.end(),
                          [&](std::int64_t at) { return at <= archive.clock.now().ms * 1000 - 2 * kSecond; }));
        CHECK(stored.size() >= due);
    }
    std::size_t due = camera.sent - 50;
    archive.crash({&camera});
    archive.open();
    check_same(archive, camera, due);
    CHECK(archive.verified().faults.empty());
}

TEST_CASE("a camera that falls silent: its last frames are on disk all the same") {
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 250, 900));
    camera.send(2.4);
    archive.advance(2 * kSecond);
    check_same(archive, camera, camera.sent);
    // And it goes on as if nothing had been.
    camera.send(3);
    archive.advance(2 * kSecond);
    check_same(archive, camera, camera.sent);
    CHECK(archive.verified().faults.empty());
}

TEST_CASE("gaps are told with their reason, and a silence nobody told is one too") {
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 300));
    camera.send(10);
    camera.track->gap("camera_lost");
    archive.advance(20 * kSecond);
    auto open_gap = archive.engine->timeline("porte-nord", kTestStartUs, archive.clock.now().ms * 1000);
    CHECK(reasons(open_gap) == "+ camera_lost ");
    camera.restart = true;
    camera.send(10);
    archive.advance(8 * kSecond);
    camera.rtp_base += 8 * 90'000;
    camera.send(10);
    archive.advance(2 * kSecond);
    auto spans = archive.engine->timeline("porte-nord", kTestStartUs, archive.clock.now().ms * 1000 - 2 * kSecond);
    CHECK(reasons(spans) == "+ camera_lost + camera_lost + ");
    REQUIRE(spans.size() == 5);
    CHECK(std::abs(spans[1].to_us - spans[1].from_us - 20 * kSecond) < kSecond / 10);
    CHECK(std::abs(spans[3].to_us - spans[3].from_us - 8 * kSecond) < kSecond / 10);
    std::string told;
    for (const ArchiveEvent& event : archive.engine->events(0, kForever))
        told += fmt::format("{}: {}; ", event_name(event.kind), event.detail);
    CHECK(told ==
          "interrupted: camera_lost; resumed: after 20.0 s without an image; "
          "interrupted: nothing came for 8.0 s; resumed: after 8.0 s without an image; ");
}

TEST_CASE("the recorder was switched off: the timeline says so") {
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 300));
    camera.send(10);
    camera.close();
    archive.close();
    archive.clock.set(base::Timestamp{archive.clock.now().ms + 600'000});
    archive.open();
    camera.open();
    camera.send(10);
    archive.advance(2 * kSecond);
    auto spans = archive.engine->timeline("porte-nord", kTestStartUs, archive.clock.now().ms * 1000 - 3 * kSecond);
    CHECK(reasons(spans) == "+ recorder_stopped + ");
    CHECK(archive.verified().faults.empty());  // and the chain goes on
}

TEST_CASE("the format changes in the middle: a new file, nothing lost") {
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 300));
    camera.send(5);
    codec::VideoFormat night = *camera.stream.format;
    night.width = 320;
    camera.track->on_format(std::make_shared<const codec::VideoFormat>(night));
    camera.send(5);
    camera.close();
    archive.engine->flush();
    auto files = archive.engine->files("porte-nord", 0, kForever);
    REQUIRE(files.size() == 2);
    CHECK(files[0].format->width == 640);
    CHECK(files[1].format->width == 320);
    check_same(archive, camera, camera.sent);
}

TEST_CASE("one flipped bit anywhere in the archive is found, and where") {
    TestArchive archive;
    archive.options.file_length = std::chrono::seconds(5);
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 200));
    camera.send(12);
    camera.close();
    archive.close();
    CHECK(archive.verified().faults.empty());
    std::mt19937 random(11);
    for (const auto& name : files_of(archive.disk(0), "porte-nord")) {
        auto path = archive.disk(0) / name;
        auto bytes = mp4::read_file(path);
        for (int round = 0; round < 60; ++round) {
            auto changed = bytes;
            std::size_t at = random() % changed.size();
            changed[at] = static_cast<std::uint8_t>(changed[at] ^ (1U << (random() % 8)));
            mp4::write_file(path, changed);
            auto report = archive.verified();
            CHECK_MESSAGE(!report.faults.empty(), path.filename().string(), " byte ", at);
            if (report.faults.empty()) continue;
            // A changed number of a fragment also upsets its neighbours; the place itself is always named.
            CHECK(std::any_of(report.faults.begin(), report.faults.end(), [&](const VerifyFault& fault) {
                return fault.path == path && fault.camera == "porte-nord" && fault.offset <= at;
            }));
        }
        mp4::write_file(path, bytes);
    }
}

TEST_CASE("a file that was taken away, put in another's place or cut is found") {
    TestArchive archive;
    archive.options.file_length = std::chrono::seconds(5);
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 200));
    camera.send(18);
    camera.close();
    archive.close();
    auto files = files_of(archive.disk(0), "porte-nord");
    REQUIRE(files.size() >= 3);
    auto middle = archive.disk(0) / files[1];
    auto bytes = mp4::read_file(middle);
    std::filesystem::remove(middle);
    auto report = archive.verified();
    REQUIRE(report.faults.size() == 1);
    CHECK(report.faults[0].what == "missing");
    mp4::write_file(middle, mp4::read_file(archive.disk(0) / files[2]));
    CHECK_FALSE(archive.verified().faults.empty());
    auto cut = bytes;
    cut.resize(cut.size() - 5000);
    mp4::write_file(middle, cut);
    CHECK_FALSE(archive.verified().faults.empty());
}

TEST_CASE("rebuild makes the same index from the folders alone") {
    TestArchive archive(2);
    archive.options.file_length = std::chrono::seconds(5);
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 200));
    TestCamera other(archive, "mairie", mp4::synthetic(250, 50, 300));
    for (int i = 0; i < 3; ++i) {
        camera.send(6);
        other.send(4);
        camera.track->gap("camera_lost");
        archive.advance(5 * kSecond);
    }
    camera.close();
    other.close();
    archive.engine->flush();
    auto rows_of = [&] {
        std::vector<std::string> rows;
        for (const CameraId& id : archive.engine->cameras()) {
            for (const FileInfo& file : archive.engine->files(id, 0, kForever))
                rows.push_back(fmt::format("{} {} {} {} {} {} {} {}", file.camera, file.path.string(), file.from_us,
                                           file.to_us, file.bytes, file.frames, file.open, file.format->codec_string));
            for (const Span& span : archive.engine->timeline(id, kTestStartUs, kTestStartUs + 60 * kSecond))
                rows.push_back(fmt::format("{} {} {} {}", span.from_us, span.to_us, span.recorded, span.reason));
        }
        return rows;
    };
    auto before = rows_of();
    archive.close();
    auto count = rebuild(archive.options, {});
    REQUIRE(count);
    archive.open();
    CHECK(rows_of() == before);
    // The chain goes on where it was.
    camera.open();
    camera.send(3);
    camera.close();
    archive.engine->flush();
    CHECK(archive.verified().faults.empty());
}

TEST_CASE("the index is lost: recording goes on at once, the chain too") {
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 200));
    camera.send(6);
    camera.close();
    archive.close();
    for (const char* name : {"index.db", "index.db-wal", "index.db-shm"})
        std::filesystem::remove(archive.folder.path() / name);
    archive.open();
    camera.open();
    camera.send(6);
    camera.close();
    archive.engine->flush();
    CHECK(archive.verified().faults.empty());
    CHECK(archive.engine->files("porte-nord", 0, kForever).size() == 2);
}

TEST_CASE("players open the file being written, the closed one and the recovered one") {
    if (!mp4::have_ffmpeg()) return;
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::encode({codec::Codec::H264, 4, 25, 2, 320}));
    auto decoded = [&] {
        auto files = archive.engine->files("porte-nord", 0, kForever);
        REQUIRE_FALSE(files.empty());
        auto ran = mp4::run_command(fmt::format(
            "ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 '{}'",
            files.back().path.string()));
        CHECK(ran.code == 0);
        return std::atoi(ran.out.c_str());
    };
    camera.send(4);
    archive.engine->flush();
    CHECK(decoded() == 100);
    archive.crash({&camera});
    archive.open();
    CHECK(decoded() == 100);
    archive.advance(5 * kSecond);  // its tables are made
    CHECK(decoded() == 100);
    CHECK(archive.verified().faults.empty());
    camera.open();
    camera.send(4);
    camera.close();
    archive.engine->flush();
    CHECK(decoded() == 100);
}

TEST_CASE("live viewers get every frame at once, from the memory it is recorded from") {
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 500));
    std::vector<Track::LiveFrame> seen;
    camera.track->set_live([&](const Track::LiveFrame& frame) { seen.push_back(frame); });
    camera.send(3);
    REQUIRE(seen.size() == camera.sent);
    std::int64_t last = INT64_MIN;
    for (std::size_t i = 0; i < seen.size(); ++i) {
        CHECK(std::equal(seen[i].data, seen[i].data + seen[i].frame.size, camera.stream.frames[i].bytes.begin()));
        CHECK(seen[i].decode_time > last);
        last = seen[i].decode_time;
    }
}

}  // namespace beffroi::archive
