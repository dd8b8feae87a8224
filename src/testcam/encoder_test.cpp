#include "testcam/encoder.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "testcam/decode_support.hpp"

using namespace beffroi::testcam;

namespace {

constexpr std::int64_t kNoon = 1'669'118'400'000'000;  // 2022-11-22T12:00:00Z

void add(Buffer& stream, const Buffer& nal) {
    const std::uint8_t start[] = {0, 0, 0, 1};
    stream.insert(stream.end(), std::begin(start), std::end(start));
    stream.insert(stream.end(), nal.begin(), nal.end());
}

struct Run {
    VideoShape shape;
    std::uint64_t first = 0;
    std::uint32_t count = 30;
    std::uint32_t group = 12;
    std::size_t texture = 0;
};

Scene scene_of(const Run& run, std::uint64_t frame) {
    return draw(scene_size(run.shape.width, run.shape.height),
                {frame, kNoon + static_cast<std::int64_t>(frame) * 40'000, 7});
}

// In order of decoding: with B pictures I0 P2 B1 P4 B3 …
Buffer stream_of(const PictureEncoder& encoder, const Run& run) {
    Buffer stream;
    for (std::uint32_t begin = 0; begin < run.count; begin += run.group) {
        for (const Buffer& nal : encoder.parameter_sets()) add(stream, nal);
        std::uint32_t references = 0;
        const auto picture = [&](PictureType type, std::uint32_t order, std::uint32_t past, std::uint32_t future) {
            const Scene now = scene_of(run, run.first + begin + order);
            const Scene before = scene_of(run, run.first + begin + past);
            const Scene after = scene_of(run, run.first + begin + future);
            PictureJob job{type,       &now,  &before, type == PictureType::Between ? &after : nullptr,
                           references, order, begin};
            job.texture = run.texture * (type == PictureType::Key ? 8 : 1);
            job.seed = begin + order;
            add(stream, encoder.mark({7, 1, run.first + begin + order, kNoon}));
            add(stream, encoder.slice(job));
            add(stream, encoder.filler(50));
            if (type != PictureType::Between) ++references;
        };
        const std::uint32_t length = std::min(run.group, run.count - begin);
        picture(PictureType::Key, 0, 0, 0);
        if (!run.shape.b_frames) {
            for (std::uint32_t i = 1; i < length; ++i) picture(PictureType::Forward, i, i - 1, i - 1);
            continue;
        }
        for (std::uint32_t i = 1; i < length; i += 2) {
            if (i + 1 == length) {
                picture(PictureType::Forward, i, i - 1, i - 1);
                break;
            }
            picture(PictureType::Forward, i + 1, i - 1, i - 1);
            picture(PictureType::Between, i, i - 1, i + 1);
        }
    }
    return stream;
}

void check_pictures(const std::string& format, const PictureEncoder& encoder, const Run& run) {
    const auto decoded = test::decode(format, stream_of(encoder, run), run.shape.width, run.shape.height);
    CAPTURE(run.shape.width);
    CAPTURE(run.first);
    CHECK(decoded.complaints == "");
    REQUIRE(decoded.luma.size() == run.count);
    for (std::uint32_t i = 0; i < run.count; ++i) {
        CAPTURE(i);
        // All ground is of one shade, wherever the square and the digits went.
        const SceneSize size = scene_size(run.shape.width, run.shape.height);
        const Scene scene = scene_of(run, run.first + i);
        const std::uint8_t shade = decoded.luma[i][0];
        std::uint32_t wrong = 0;
        for (std::uint32_t block = 0; block < size.columns * (size.rows - free_rows(size)); ++block) {
            const std::size_t x = std::size_t{block % size.columns} * kBlock;
            const std::size_t y = std::size_t{block / size.columns} * kBlock;
            for (std::size_t pixel = 0; pixel < 256 && !is_drawn(scene, block); ++pixel) {
                if (x + pixel % 16 >= run.shape.width || y + pixel / 16 >= run.shape.height) continue;
                if (decoded.luma[i][(y + pixel / 16) * run.shape.width + x + pixel % 16] != shade) ++wrong;
            }
        }
        CHECK(wrong == 0);
        CHECK(read_number(decoded.luma[i], run.shape.width) == static_cast<std::uint32_t>(run.first + i));
        if (run.shape.width >= 176) {
            CHECK(read_digits(decoded.luma[i], run.shape.width) == fmt::format("{:08}", (run.first + i) % 100'000'000));
        }
    }
}

}  // namespace

TEST_CASE("H.264: the frame number is read back from each decoded picture, whatever the size") {
    for (auto [width, height] :
         {std::pair{1280U, 720U}, {640U, 360U}, {352U, 288U}, {1920U, 1080U}, {176U, 144U}, {704U, 576U}}) {
        Run run{{width, height, 25, false, (width + height) % 8}, 99'999'990};
        check_pictures("h264", *make_h264(run.shape), run);
    }
}

TEST_CASE("H.264: texture gives the stream its bit rate and disturbs no digit") {
    Run run{{1280, 720, 25, false, 1}, 4'000'000'000, 30, 25, 20'000};
    const auto encoder = make_h264(run.shape);
    CHECK(stream_of(*encoder, run).size() > 28 * 19'000);
    check_pictures("h264", *encoder, run);
    run.texture = 100'000'000;  // more than there is room for
    check_pictures("h264", *encoder, run);
}

TEST_CASE("H.264 with B pictures: shown in the right order") {
    for (std::size_t texture : {0U, 5'000U}) {
        Run run{{1280, 720, 25, true, 2}, 777, 40, 13, texture};
        check_pictures("h264", *make_h264(run.shape), run);
    }
}

TEST_CASE("H.265: the frame number is read back from each decoded picture, whatever the size") {
    for (auto [width, height] : {std::pair{1280U, 720U}, {352U, 288U}, {1920U, 1080U}, {176U, 144U}}) {
        Run run{{width, height, 25, false, width % 8 + height % 3}, 99'999'990};
        check_pictures("hevc", *make_h265(run.shape), run);
    }
}

TEST_CASE("H.265: texture gives the stream its bit rate and disturbs no digit") {
    Run run{{1280, 720, 25, false, 1}, 4'000'000'000, 30, 25, 20'000};
    const auto encoder = make_h265(run.shape);
    CHECK(stream_of(*encoder, run).size() > 28 * 19'000);
    check_pictures("hevc", *encoder, run);
}
