#include "video/recorder/config.hpp"

#include <doctest/doctest.h>

#include "video/recorder/camera.hpp"

namespace beffroi::recorder {

TEST_CASE("a camera needs an id and an address, the rest has its default") {
    auto config = parse_config("[[cameras]]\nid = \"place\"\nurl = \"rtsp://192.0.2.7/main\"\n", "x.toml");
    REQUIRE(config);
    REQUIRE(config->cameras.size() == 1);
    const CameraConfig& camera = config->cameras.front();
    CHECK(camera.name == "place");
    CHECK(camera.days == 0);
    CHECK(camera.function == Function::Wide);
    auto options = archive_options(*config, "migrations/video");
    REQUIRE(options.disks.size() == 1);
    CHECK(options.disks.front().folder == "var/video/archive");
    CHECK(options.chain);
}

TEST_CASE("faults between keys are told together, with the camera they are about") {
    auto config = parse_config(
        "[server]\ntls_key = \"k.pem\"\n[[cameras]]\nid = \"Place !\"\nurl = \"http://x\"\n[[cameras]]\nid = "
        "\"a\"\nurl = \"rtsp://x\"\npassword = \"p\"\npassword_file = \"f\"\n[[cameras]]\nid = \"a\"\nurl = "
        "\"rtsps://x\"\n",
        "x.toml");
    REQUIRE_FALSE(config);
    const std::string& said = config.error().detail;
    CHECK(said.find("camera \"Place !\": id: expected") != std::string::npos);
    CHECK(said.find("camera \"Place !\": url: expected rtsp://") != std::string::npos);
    CHECK(said.find("camera \"a\": this id is given twice") != std::string::npos);
    CHECK(said.find("password and password_file exclude each other") != std::string::npos);
    CHECK(said.find("tls_certificate and server.tls_key go together") != std::string::npos);
}

TEST_CASE("no image can be kept beyond the calendar month: more than 31 days is refused") {
    auto text = [](int days) {
        return "[[cameras]]\nid = \"a\"\nurl = \"rtsp://x\"\ndays = " + std::to_string(days) + "\n";
    };
    CHECK(parse_config(text(15), "x.toml"));
    CHECK_FALSE(parse_config(text(32), "x.toml"));
    CHECK_FALSE(parse_config(text(-1), "x.toml"));
}

TEST_CASE("an address is shown without its password, however it was typed") {
    CHECK(without_credentials("rtsp://user:secret@192.0.2.7/main") == "rtsp://192.0.2.7/main");
    CHECK(without_credentials("rtsp://user:se@cret@192.0.2.7/main") == "rtsp://192.0.2.7/main");
    CHECK(without_credentials("rtsp://user:se/cret@192.0.2.7/main") == "rtsp://192.0.2.7/main");
    CHECK(without_credentials("rtsp://user:s@c/ret@192.0.2.7/main") == "rtsp://192.0.2.7/main");
    CHECK(without_credentials("rtsp://user:secret@192.0.2.7/main@hd") == "rtsp://hd");
    CHECK(without_credentials("rtsp://192.0.2.7:554/a") == "rtsp://192.0.2.7:554/a");
    CHECK(without_credentials("nonsense") == "nonsense");
}

TEST_CASE(
    "images meet the norm of what the camera is for, or it is said which part they miss (arrêté of 3 August 2007)") {
    struct Case {
        Function function;
        std::uint16_t width, height;
        double rate;
        Norm norm;
    };
    const Case cases[] = {
        {Function::Narrow, 704, 576, 12, Norm::Met},       {Function::Narrow, 1920, 1080, 25, Norm::Met},
        {Function::Narrow, 576, 704, 12, Norm::Met},       {Function::Narrow, 640, 480, 25, Norm::TooSmall},
        {Function::Narrow, 1920, 1080, 10, Norm::TooSlow}, {Function::Narrow, 1920, 1080, 11.99, Norm::Met},
        {Function::Wide, 352, 288, 6, Norm::Met},          {Function::Wide, 320, 240, 25, Norm::TooSmall},
        {Function::Wide, 1280, 720, 5, Norm::TooSlow},     {Function::Wide, 0, 0, 25, Norm::Unknown},
        {Function::Wide, 1280, 720, 0, Norm::Unknown},
    };
    for (const auto& one : cases) {
        codec::VideoFormat format;
        format.width = one.width;
        format.height = one.height;
        CHECK_MESSAGE(norm_of(one.function, format, one.rate) == one.norm, one.width, "x", one.height, " ", one.rate);
    }
}

}  // namespace beffroi::recorder
