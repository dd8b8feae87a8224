// What cameras and sessions share: settings, time, randomness, sockets for UDP. Belongs to the server's thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include "testcam/channel.hpp"
#include "testcam/packets.hpp"
#include "testcam/settings.hpp"

namespace beffroi::testcam {

class Camera;

// Pictures that cameras of the same settings share, by profile, number and place in their group.
class PictureCache {
  public:
    using Batch = std::shared_ptr<const PacketBatch>;
    [[nodiscard]] Batch find(std::uint32_t profile, std::uint64_t frame, std::uint32_t slot) const;
    void keep(std::uint32_t profile, std::uint64_t frame, std::uint32_t slot, Batch batch);

  private:
    struct Generation {
        std::uint32_t profile = 0;
        std::uint64_t frame = 0;
        std::unordered_map<std::uint32_t, Batch> batches;
    };
    std::deque<Generation> generations_;
};

struct World {
    ServerSettings settings;
    std::vector<std::unique_ptr<Camera>> cameras;
    std::int64_t now_us = 0;  // since the start, at the server's pace
    std::int64_t start_utc_us = 0;
    std::mt19937_64 random{20221122};  // the same faults in each run
    Descriptor rtp;                    // UDP
    Descriptor rtcp;
    Descriptor other;  // for packets from another source
    std::uint16_t port = 0;
    std::uint16_t rtp_port = 0;
    std::uint16_t rtcp_port = 0;
    std::shared_ptr<ServerTls> tls;
    PictureCache cache;
    Buffer scratch;
    std::vector<int> blocked;  // sockets that took less than they were given
    std::uint64_t connections = 0;
    std::deque<std::string> requests;
    std::int64_t refuse_until_us = 0;  // all cameras reboot: nobody listens

    [[nodiscard]] double chance() { return std::uniform_real_distribution<double>(0, 100)(random); }
    [[nodiscard]] std::uint32_t number() { return static_cast<std::uint32_t>(random()); }
};

}  // namespace beffroi::testcam
