#include <fstream>
#include <iterator>

#include <doctest/doctest.h>

#include "http/server.hpp"
#include "http/test_client.hpp"
#include "video/playback/clip.hpp"
#include "video/playback/playable.hpp"
#include "video/playback/test_support.hpp"

using namespace beffroi;
using namespace beffroi::playback;
using beffroi::http::testing::Answer;
using beffroi::http::testing::Client;

namespace {

constexpr std::int64_t kNoon = 1'795'608'000'000'000;  // 2026-11-25T12:00:00Z
constexpr std::int64_t kSecond = 1'000'000;

std::string read(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t bytes) {
    std::ifstream in(path, std::ios::binary);
    std::string all((std::istreambuf_iterator<char>(in)), {});
    return all.substr(offset, bytes);
}

struct Stored {
    Stored() {
        first = archive.add_file("porte-nord", kNoon, 250);                  // 10 s
        second = archive.add_file("porte-nord", kNoon + 10 * kSecond, 100);  // 4 s, follows at once
        third = archive.add_file("porte-nord", kNoon + 60 * kSecond, 50);    // 2 s, after a gap
    }
    FakeArchive archive;
    std::string first, second, third;
};

}  // namespace

TEST_CASE("a playlist names byte ranges of the stored files, with gaps and changes of file as discontinuities") {
    Stored stored;
    const auto playable = find_playable(stored.archive, "porte-nord", kNoon + 1'500'000, kNoon + 61 * kSecond);
    REQUIRE(playable.has_value());
    const auto& files = playable->stretches;
    REQUIRE(files.size() == 3);
    CHECK(playable->first_us == kNoon + kSecond);  // its key frame
    CHECK(files[2].segments.front().gap_before);
    CHECK_FALSE(files[1].segments.front().gap_before);
    std::string expected =
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-TARGETDURATION:4\n"
        "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-START:TIME-OFFSET=0.500,PRECISE=YES\n";
    auto map = [&](std::size_t i) {
        expected += "#EXT-X-MAP:URI=\"" + file_address(files[i].file) + "\",BYTERANGE=\"" +
                    std::to_string(files[i].header_bytes) + "@0\"\n";
    };
    auto segment = [&](std::size_t i, std::size_t s, const std::string& seconds) {
        const Segment& one = files[i].segments[s];
        expected += "#EXTINF:" + seconds + ",\n#EXT-X-BYTERANGE:" + std::to_string(one.bytes) + "@" +
                    std::to_string(one.offset) + "\n" + file_address(files[i].file) + "\n";
    };
    map(0);
    expected += "#EXT-X-PROGRAM-DATE-TIME:2026-11-25T12:00:01.000Z\n";
    segment(0, 0, "4.00000");
    segment(0, 1, "4.00000");
    segment(0, 2, "1.00000");
    expected += "#EXT-X-DISCONTINUITY\n";
    map(1);
    expected += "#EXT-X-PROGRAM-DATE-TIME:2026-11-25T12:00:10.000Z\n";
    segment(1, 0, "4.00000");
    expected += "#EXT-X-DISCONTINUITY\n";
    map(2);
    expected += "#EXT-X-PROGRAM-DATE-TIME:2026-11-25T12:01:00.000Z\n";
    segment(2, 0, "1.00000");
    expected += "#EXT-X-ENDLIST\n";
    CHECK(vod_playlist(*playable) == expected);
    CHECK(file_address(files[0].file) == "/recordings/porte-nord/1-1795608000000000.mp4");
    // Bytes of a range begin with a box of the fragment, and end where the next begins.
    CHECK(files[0].segments[0].offset + files[0].segments[0].bytes == files[0].segments[1].offset);
    CHECK(read(files[0].file.path, files[0].segments[0].offset + 4, 4) == "prft");
    CHECK(read(files[0].file.path, 4, 4) == "ftyp");
}

TEST_CASE("intervals that are empty, too long, or hold nothing are told apart") {
    Stored stored;
    CHECK(find_playable(stored.archive, "porte-nord", kNoon, kNoon).error().code == base::Code::Invalid);
    CHECK(find_playable(stored.archive, "porte-nord", kNoon, kNoon + 2 * kDay).error().code == base::Code::Invalid);
    CHECK(find_playable(stored.archive, "porte-nord", kNoon + 20 * kSecond, kNoon + 30 * kSecond).error().code ==
          base::Code::NotFound);
    CHECK(find_playable(stored.archive, "autre", kNoon, kNoon + kSecond).error().code == base::Code::NotFound);
}

TEST_CASE("an interval is one MP4 that is never written: any range of it equals the whole") {
    Stored stored;
    Clips clips(stored.archive);
    const auto found = clips.find("porte-nord", kNoon + 1'500'000, kNoon + 12 * kSecond);
    REQUIRE(found.has_value());
    const Clip& clip = **found;
    CHECK(clip.begins_at_key);
    CHECK(clip.from_us >= kNoon + 1'500'000);
    CHECK(clip.from_us < kNoon + 1'500'000 + 40'000);
    CHECK(clip.to_us == kNoon + 12 * kSecond);
    CHECK(clip.lead_in == 13);  // from 12:00:01.000 to 12:00:01.480
    CHECK(clip.frames == 275);
    CHECK(clips.find("porte-nord", kNoon + 1'500'000, kNoon + 12 * kSecond)->get() == found->get());

    const base::SystemClock clock;
    base::Log log(stderr, clock, base::Level::Error);
    http::Router router;
    router.add(http::Method::Get, "/clip.mp4", [&](const http::Request&) { return answer(clip); });
    http::ServerOptions options;
    options.port = 0;
    auto server = base::value_or_throw(http::Server::start(
        options, std::move(router),
        [](const http::Request&, const base::Error& e) { return http::text(e.detail, 500); }, log, clock));
    Client client(server->port());
    const Answer whole = client.get("/clip.mp4");
    CHECK(whole.status == 200);
    CHECK(whole.header("Beffroi-Exact-Start") == "yes");
    CHECK(whole.header("Beffroi-Lead-In") == "13");
    CHECK(whole.header("Beffroi-First-Frame") == "2026-11-25T12:00:01.520000Z");
    CHECK(whole.header("Beffroi-End") == "2026-11-25T12:00:12.000000Z");
    // The media are those that were stored, in order, and nothing else.
    std::size_t skipped = 0;  // frames before the key frame, of differing sizes
    for (int i = 0; i < 25; ++i) skipped += 1000 + static_cast<std::size_t>(i % 7);
    std::size_t of_second = 0;
    for (int i = 0; i < 50; ++i) of_second += 1000 + static_cast<std::size_t>(i % 7);
    const std::string media = stored.first.substr(skipped) + stored.second.substr(0, of_second);
    CHECK(whole.body.ends_with(media));
    std::string joined;
    for (std::size_t at = 0; at < whole.body.size(); at += 77'777) {
        const Answer part =
            client.get("/clip.mp4", "Range: bytes=" + std::to_string(at) + "-" + std::to_string(at + 77'776) + "\r\n");
        CHECK(part.status == 206);
        joined += part.body;
    }
    CHECK(joined == whole.body);
}
