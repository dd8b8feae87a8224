#include "media/mp4/virtual_file.hpp"

#include <algorithm>
#include <optional>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "db/test_support.hpp"
#include "media/mp4/decode_clock.hpp"
#include "media/mp4/test_support.hpp"

namespace beffroi::mp4 {

namespace {

constexpr std::int64_t kStart = 1'764'000'000'000'000;

// Files of `per_file` frames each, as the archive would write them; the wall clock runs with the camera's.
struct Stored {
    std::vector<std::vector<std::uint8_t>> files;
    std::vector<Part> parts;
    db::ScratchFolder folder;
};

void store(Stored& stored, const TestStream& stream, std::size_t per_file, std::int64_t late_us = 0) {
    auto pool = MemoryPool::create(0);
    DecodeClock clock;
    clock.configure(stream.format->reorder_frames, 25);
    for (std::size_t begin = 0; begin < stream.frames.size(); begin += per_file) {
        std::size_t end = std::min(begin + per_file, stream.frames.size());
        std::vector<std::uint8_t> bytes = file_header(*stream.format, {"porte-nord", kStart});
        std::optional<std::int64_t> origin;
        for (std::size_t i = begin; i < end;) {
            Fragment fragment(pool, 1000, 30);
            std::size_t first = i;
            for (; i < end && (i == first || !stream.frames[i].key); ++i) {
                auto times = clock.next(stream.frames[i].rtp_time);
                if (!origin) origin = times.decode;
                Sample sample;
                sample.offset = static_cast<std::uint32_t>(fragment.size());
                sample.size = static_cast<std::uint32_t>(stream.frames[i].bytes.size());
                sample.composition = times.composition;
                sample.decode_time = times.decode - *origin;
                sample.rtp_time = stream.frames[i].rtp_time;
                sample.arrival_us = kStart + late_us + static_cast<std::int64_t>(i) * 40'000;
                sample.key = stream.frames[i].key;
                fragment.append(stream.frames[i].bytes);
                fragment.add(sample);
            }
            fragment.close({}, std::nullopt);
            bytes.insert(bytes.end(), fragment.bytes().begin(), fragment.bytes().end());
        }
        Part part;
        part.path = stored.folder.path() / fmt::format("{}.mp4", stored.files.size());
        part.format = stream.format;
        write_file(part.path, bytes);
        auto source = memory_source(bytes);
        auto header = read_file_header(*source);
        REQUIRE(header);
        REQUIRE(walk(*source, header->bytes, [&](const StoredFragment& fragment) {
            part.fragments.push_back(fragment);
            return true;
        }));
        stored.files.push_back(std::move(bytes));
        stored.parts.push_back(std::move(part));
    }
}

std::vector<std::uint8_t> whole_file(const Stored& stored, const VirtualFile& file) {
    std::vector<std::uint8_t> bytes = file.header;
    for (const Piece& piece : file.pieces) {
        CHECK(piece.position == bytes.size());
        CHECK(&file.piece_at(piece.position) == &piece);
        CHECK(&file.piece_at(piece.position + piece.bytes - 1) == &piece);
        const auto& from = stored.files[piece.part];
        bytes.insert(bytes.end(), from.begin() + static_cast<std::ptrdiff_t>(piece.offset),
                     from.begin() + static_cast<std::ptrdiff_t>(piece.offset + piece.bytes));
    }
    CHECK(bytes.size() == file.bytes);
    return bytes;
}

// Frames decoded, and the number of lines that ffmpeg complains.
std::string shown(const Stored& stored, const VirtualFile& file) {
    std::string path = stored.folder.file("export.mp4");
    write_file(path, whole_file(stored, file));
    Ran ran = run_command(fmt::format("ffmpeg -v warning -i '{}' -f framecrc - | grep -vc '^#'", path));
    return ran.out;
}

}  // namespace

TEST_CASE("any interval becomes one plain MP4 that shows exactly its frames, B-frames or not, across files") {
    if (!have_ffmpeg()) return;
    for (int b_frames : {0, 2}) {
        CAPTURE(b_frames);
        Stored stored;
        store(stored, encode({codec::Codec::H264, 8, 50, b_frames, 320}), 100);
        CHECK(stored.parts.size() == 2);
        // Whole; from a key frame; from within a group; across the border of the files.
        for (auto [from, to] : {std::pair{0, 200}, {50, 150}, {63, 141}, {90, 110}, {7, 8}}) {
            CAPTURE(from);
            CAPTURE(to);
            // Showing times begin where the first frame was to be shown.
            auto file = plan_virtual_file(stored.parts, kStart + from * 40'000 - 5'000, kStart + to * 40'000);
            REQUIRE(file);
            CHECK(file->begins_at_key);
            if (b_frames == 0) {
                CHECK(shown(stored, *file) == fmt::format("{}\n", to - from));
                CHECK(file->from_us == kStart + from * 40'000);
                CHECK(file->to_us - file->from_us == (to - from) * 40'000);
            } else {
                CHECK(shown(stored, *file).size() <= 4);
            }
        }
    }
}

TEST_CASE("the exported frames are byte for byte those that were stored") {
    Stored stored;
    TestStream stream = synthetic(200, 25, 333);
    store(stored, stream, 80);
    auto file = plan_virtual_file(stored.parts, kStart, kStart + 100 * 1'000'000);
    REQUIRE(file);
    std::vector<std::uint8_t> sent;
    for (const TestFrame& frame : stream.frames) sent.insert(sent.end(), frame.bytes.begin(), frame.bytes.end());
    auto bytes = whole_file(stored, *file);
    CHECK(std::vector<std::uint8_t>(bytes.begin() + static_cast<std::ptrdiff_t>(file->header.size()), bytes.end()) ==
          sent);
    CHECK(file->frames == 200);
}

TEST_CASE("a gap stays a gap, another format gets its own description") {
    if (!have_ffmpeg()) return;
    Stored stored;
    store(stored, encode({codec::Codec::H264, 2, 25, 0, 320}), 50);
    store(stored, encode({codec::Codec::H264, 2, 25, 0, 480}), 50, 60'000'000);
    auto file = plan_virtual_file(stored.parts, kStart, kStart + 100'000'000);
    REQUIRE(file);
    CHECK(file->to_us - file->from_us >= 61'000'000);
    std::string path = stored.folder.file("export.mp4");
    write_file(path, whole_file(stored, *file));
    Ran ran = run_command(fmt::format(
        "ffprobe -v error -count_packets -show_entries stream=nb_read_packets:format=duration -of csv=p=0 '{}'", path));
    CHECK(ran.out.starts_with("100\n62."));
}

TEST_CASE("nothing is recorded in the interval") {
    Stored stored;
    store(stored, synthetic(50, 25, 100), 50);
    auto file = plan_virtual_file(stored.parts, kStart + 60'000'000, kStart + 70'000'000);
    REQUIRE_FALSE(file);
    CHECK(file.error().code == base::Code::NotFound);
}

}  // namespace beffroi::mp4
