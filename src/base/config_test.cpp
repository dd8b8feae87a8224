#include "base/config.hpp"

#include <deque>

#include <doctest/doctest.h>

namespace beffroi::base {
namespace {

enum class Way { Auto, Tcp };
struct Camera {
    std::string id;
    Way way = Way::Auto;
};
struct Settings {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    bool tls = false;
    std::vector<std::string> hosts;
    std::deque<Camera> cameras;
};

ConfigLayout layout(Settings& s) {
    ConfigLayout out;
    out.sections["server"] = {{"address", config_text(s.address)},
                              {"port", config_number(s.port, 0, 65535)},
                              {"tls", config_flag(s.tls)},
                              {"hosts", config_texts(s.hosts)}};
    out.lists["cameras"] = [&s] {
        Camera& camera = s.cameras.emplace_back();
        return ConfigSection{{"id", config_text(camera.id)},
                             {"transport", config_choice<Way>(camera.way, {{"auto", Way::Auto}, {"tcp", Way::Tcp}})}};
    };
    return out;
}

}  // namespace

TEST_CASE("a configuration is read into what it was bound to, and what it does not say keeps its default") {
    Settings s;
    auto read = read_config_text(
        "[server]\nport = 9000\nhosts = [\"a\", \"b\"]\n[[cameras]]\nid = \"gare\"\n[[cameras]]\nid = "
        "\"mairie\"\ntransport = \"tcp\"\n",
        "x.toml", layout(s));
    REQUIRE(read);
    CHECK(s.address == "127.0.0.1");
    CHECK(s.port == 9000);
    CHECK(s.hosts == std::vector<std::string>{"a", "b"});
    REQUIRE(s.cameras.size() == 2);
    CHECK(s.cameras[1].way == Way::Tcp);
}

TEST_CASE("every fault of a configuration is told at once, with file, line, key and what was expected") {
    Settings s;
    auto read = read_config_text(
        "[server]\nport = 70000\ntls = \"yes\"\nadress = \"x\"\n[servers]\n[[cameras]]\ntransport = \"carrier "
        "pigeon\"\n",
        "x.toml", layout(s));
    REQUIRE_FALSE(read);
    const std::string& said = read.error().detail;
    CHECK(said.find("x.toml:2: server.port: expected a whole number from 0 to 65535") != std::string::npos);
    CHECK(said.find("x.toml:3: server.tls: expected true or false") != std::string::npos);
    CHECK(said.find("x.toml:4: server.adress: no such key; expected one of address, hosts, port, tls") !=
          std::string::npos);
    CHECK(said.find("x.toml:5: servers: expected one of the sections server or the lists cameras") !=
          std::string::npos);
    CHECK(said.find("x.toml:7: cameras.transport: expected one of \"auto\", \"tcp\"") != std::string::npos);
    CHECK(read.error().code == Code::Invalid);
    CHECK(read_config_text("a = ", "x.toml", layout(s)).error().detail.starts_with("x.toml:1: "));
    CHECK(read_config("no-such-file.toml", layout(s)).error().code == Code::NotFound);
}

}  // namespace beffroi::base
