#include "video/archive/retention.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "video/archive/names.hpp"
#include "video/archive/test_support.hpp"

namespace beffroi::archive {

namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kForever = INT64_MAX / 2;

base::Timestamp utc(const char* text) {
    return base::value_or_throw(base::parse_timestamp(text));
}

}  // namespace

TEST_CASE("how long images may be kept: the calendar month, or the days of the authorisation (CSI L252-5)") {
    struct Case {
        const char* recorded;
        std::optional<int> days;
        const char* term;
    };
    const Case cases[] = {
        // Paris is one hour ahead in winter, two in summer.
        {"2026-01-15T09:00:00Z", {}, "2026-02-15T09:00:00Z"},
        {"2026-03-10T09:00:00Z", {}, "2026-04-10T08:00:00Z"},  // the same wall time, summer time in between
        {"2026-01-31T09:00:00Z", {}, "2026-02-28T09:00:00Z"},
        {"2026-01-29T09:00:00Z", {}, "2026-02-28T09:00:00Z"},
        {"2028-01-31T09:00:00Z", {}, "2028-02-29T09:00:00Z"},
        {"2028-01-29T09:00:00Z", {}, "2028-02-29T09:00:00Z"},
        {"2028-02-29T09:00:00Z", {}, "2028-03-29T08:00:00Z"},
        {"2026-02-28T09:00:00Z", {}, "2026-03-28T09:00:00Z"},
        {"2026-12-31T23:30:00Z", {}, "2027-01-31T23:30:00Z"},  // already 1 January in Paris
        {"2026-01-15T09:00:00Z", 15, "2026-01-30T09:00:00Z"},
        {"2026-01-15T09:00:00Z", 0, "2026-01-15T09:00:00Z"},
        {"2026-02-10T09:00:00Z", 30, "2026-03-10T09:00:00Z"},  // the month is shorter: it is the limit
        {"2026-07-10T09:00:00Z", 90, "2026-08-10T09:00:00Z"},
        // The night that is an hour longer, 25 October 2026: 02:00 to 03:00 comes twice, the first time counts.
        {"2026-09-25T00:30:00Z", {}, "2026-10-25T00:30:00Z"},
        {"2026-10-25T01:30:00Z", 1, "2026-10-26T01:30:00Z"},
        {"2026-10-24T10:00:00Z", 1, "2026-10-25T11:00:00Z"},
        // The night that is an hour shorter, 29 March 2026: 02:00 to 03:00 does not exist, the change counts.
        {"2026-03-28T01:30:00Z", 1, "2026-03-29T01:00:00Z"},
        {"2026-03-28T10:00:00Z", 1, "2026-03-29T09:00:00Z"},
        // Seconds are dropped: never later than the law has it.
        {"2026-01-15T09:00:59Z", {}, "2026-02-15T09:00:00Z"},
    };
    for (const Case& one : cases) {
        CAPTURE(one.recorded);
        CHECK(base::iso(term_of(utc(one.recorded), {one.days})) == base::iso(utc(one.term)));
    }
}

TEST_CASE("a term is never more than a month and never before the image") {
    for (std::int64_t hour = 0; hour < std::int64_t{3} * 366 * 24; ++hour) {
        base::Timestamp at{utc("2026-01-01T00:00:00Z").ms + hour * kHourMs + 17 * 60'000};
        base::Timestamp term = term_of(at, {});
        REQUIRE(term.ms >= at.ms + 28 * kDayMs - kHourMs);
        REQUIRE(term.ms <= at.ms + 31 * kDayMs + kHourMs);
        REQUIRE(term_of(at, {7}).ms <= at.ms + 7 * kDayMs + kHourMs);
    }
}

TEST_CASE("what comes to its term is erased by itself, and the erasure is logged") {
    TestArchive archive;
    archive.options.file_length = std::chrono::seconds(5);
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 200), {2});
    camera.send(12);
    camera.close();
    archive.engine->flush();
    auto files = archive.engine->files("porte-nord", 0, kForever);
    REQUIRE(files.size() == 3);
    auto set = [&](std::int64_t us) {
        archive.monotonic_us += us - archive.clock.now().ms * 1000;
        archive.clock.set(base::Timestamp{us / 1000});
        archive.engine->enforce_retention();
    };
    // Half a minute before the oldest frame's term nothing goes; then file after file, none later than its own.
    set(kTestStartUs + 2 * kDayMs * 1000 - 60 * kSecond);
    CHECK(archive.engine->files("porte-nord", 0, kForever).size() == 3);
    set(kTestStartUs + 2 * kDayMs * 1000);
    CHECK(archive.engine->files("porte-nord", 0, kForever).empty());  // all three began in the same minute
    for (const FileInfo& file : files) CHECK_FALSE(std::filesystem::exists(file.path));
    CHECK(archive.saw(ArchiveEvent::Kind::Erased));
    CHECK_FALSE(archive.engine->events(0, kForever).empty());
    auto spans = archive.engine->timeline("porte-nord", kTestStartUs, kTestStartUs + 60 * kSecond);
    REQUIRE(spans.size() == 1);
    CHECK(spans[0].reason == "erased");
    // And the chain of what comes later is whole, without what is gone.
    camera.open();
    camera.send(6);
    camera.close();
    archive.engine->flush();
    CHECK(archive.verified().faults.empty());
}

TEST_CASE("the recorder was off when the term came: it erases before it does anything else") {
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 200));
    camera.send(12);
    camera.close();
    archive.close();
    archive.clock.set(utc("2026-04-10T08:00:30Z"));
    archive.open();
    CHECK(archive.engine->files("porte-nord", 0, kForever).empty());
    CHECK(files_of(archive.disk(0), "porte-nord").empty());
}

TEST_CASE("the clock is set by an hour while recording: nothing is erased too early, nothing is kept too long") {
    for (std::int64_t step_ms : {kHourMs, -kHourMs}) {
        CAPTURE(step_ms);
        TestArchive archive;
        archive.open();
        TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 200), {1});
        camera.send(5);
        archive.clock.set(base::Timestamp{archive.clock.now().ms + step_ms});
        camera.send(5);
        camera.close();
        archive.engine->flush();
        CHECK(archive.saw(ArchiveEvent::Kind::ClockStep));
        CHECK(archive.verified().faults.empty());
        auto files = archive.engine->files("porte-nord", 0, kForever);
        CHECK(files.size() == 2);
        std::uint64_t frames = 0;
        for (const FileInfo& file : files) frames += file.frames;
        CHECK(frames == camera.sent);
        auto set = [&](std::int64_t ms) {
            archive.monotonic_us += (ms - archive.clock.now().ms) * 1000;
            archive.clock.set(base::Timestamp{ms});
            archive.engine->enforce_retention();
        };
        // By the clock as it is now, and by the wrong one, the earlier counts.
        std::int64_t first = kTestStartUs / 1000 + std::min<std::int64_t>(step_ms, 0);
        set(first + kDayMs - 60'000);
        CHECK(archive.engine->files("porte-nord", 0, kForever).size() == 2);
        set(first + kDayMs + std::abs(step_ms) + 60'000);
        CHECK(archive.engine->files("porte-nord", 0, kForever).empty());
    }
}

TEST_CASE("what was recorded while the clock was an hour ahead is on the timeline when the clock has been set back") {
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 200));
    for (std::int64_t step_ms : {std::int64_t{0}, kHourMs, -kHourMs}) {
        archive.clock.set(base::Timestamp{archive.clock.now().ms + step_ms});
        camera.send(60);
    }
    archive.engine->flush();
    std::string told;
    for (const Span& span : archive.engine->timeline("porte-nord", kTestStartUs, kTestStartUs + 2 * kHourMs * 1000))
        told += fmt::format("{} {}; ", (span.to_us - span.from_us + 500'000) / 1'000'000,
                            span.recorded ? "recorded" : span.reason);
    // Two hours by the wrong clock, of which nothing is missing; and nothing is missing yet of what is to come.
    CHECK(told == "60 recorded; 60 clock_set; 60 recorded; 60 recorded; ");
}

TEST_CASE(
    "a machine without a clock's battery starts in 1970: nothing is erased, and what it records is not lost when the "
    "clock is right") {
    TestArchive archive;
    archive.open();
    TestCamera camera(archive, "porte-nord", mp4::synthetic(250, 25, 200), {3});
    camera.send(5);
    camera.close();
    archive.close();
    archive.clock.set(base::Timestamp{42'000});
    archive.open();
    CHECK(archive.engine->files("porte-nord", 0, kForever).size() == 1);
    camera.open();
    camera.send(6);
    archive.clock.set(base::Timestamp{kTestStartUs / 1000 + kHourMs});
    camera.send(6);
    camera.close();
    archive.engine->flush();
    archive.engine->enforce_retention();
    CHECK(archive.engine->files("porte-nord", 0, kForever).size() == 3);
    CHECK(archive.verified().faults.empty());
    archive.monotonic_us += 4 * kDayMs * 1000;
    archive.clock.set(base::Timestamp{archive.clock.now().ms + 4 * kDayMs});
    archive.engine->enforce_retention();
    CHECK(archive.engine->files("porte-nord", 0, kForever).empty());
}

}  // namespace beffroi::archive
