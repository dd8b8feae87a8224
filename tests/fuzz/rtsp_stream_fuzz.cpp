// A whole conversation as a camera may send it, in pieces of any size: taken apart without harm and within bounds,
// packets given to the receiver, descriptions and headers read.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "media/rtp/receiver.hpp"
#include "media/rtsp/auth.hpp"
#include "media/rtsp/demux.hpp"
#include "media/rtsp/fmtp.hpp"
#include "media/rtsp/headers.hpp"
#include "media/rtsp/sdp.hpp"

namespace {

using namespace beffroi;  // NOLINT(google-build-using-namespace)

class Scratch final : public rtp::FrameBuffer {
    void grow(std::size_t more) override {
        bytes_.resize(std::max(bytes_.size() * 2, size_ + more));
        data_ = bytes_.data();
        capacity_ = bytes_.size();
    }
    std::vector<std::uint8_t> bytes_;
};

class Sink final : public rtp::FrameSink {
  public:
    rtp::FrameBuffer& buffer() override { return buffer_; }
    void on_format(const codec::FormatPtr& /*format*/) override {}
    void on_frame(const rtp::Frame& frame) override {
        if (frame.offset + frame.size > buffer_.size()) std::abort();
        buffer_.truncate(0);
    }
    void on_sender_report(const rtp::SenderReport& /*report*/) override {}

  private:
    Scratch buffer_;
};

class Client final : public rtsp::Demux::Handler {
  public:
    explicit Client(rtsp::Demux& demux) : demux_(demux) {
        demux_.expect(0);
        demux_.expect(1);
    }
    void on_packet(std::uint8_t channel, std::span<const std::uint8_t> packet) override {
        if (packet.empty()) std::abort();
        ++time_us_;
        if (!receiver_) return;
        if (channel % 2 == 0) {
            receiver_->packet(packet, time_us_);
        } else {
            receiver_->rtcp(packet, time_us_);
        }
    }
    void on_message(rtsp::Message&& message) override {
        (void)rtsp::parse_challenges(message.headers_named("WWW-Authenticate"));
        const auto transport = rtsp::parse_transport(message.header("Transport"));
        if (transport.rtp_channel) demux_.expect(*transport.rtp_channel);
        if (message.method == "TEARDOWN") demux_.stop();
        const auto sdp = rtsp::parse_sdp(message.body);
        const auto choice = rtsp::choose_video(sdp);
        if (choice.format == nullptr) return;
        if (receiver_) receiver_->flush();
        receiver_ =
            std::make_unique<rtp::Receiver>(rtsp::receiver_options(*choice.format), sink_, rtp::RemarkListener{});
    }
    void on_resynchronised(std::size_t skipped) override {
        if (skipped == 0) std::abort();
    }
    void on_unknown_channel(std::uint8_t /*channel*/) override {}

  private:
    rtsp::Demux& demux_;
    Sink sink_;
    std::unique_ptr<rtp::Receiver> receiver_;
    std::int64_t time_us_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1) return 0;
    // The first byte says how it is cut: the network cuts anywhere.
    const std::size_t piece = data[0] == 0 ? size : data[0];
    rtsp::Demux demux;
    Client client(demux);
    std::vector<std::uint8_t> waiting;
    for (std::size_t at = 1; at < size; at += piece) {
        const auto count = std::min(piece, size - at);
        waiting.insert(waiting.end(), data + at, data + at + count);
        const auto used = demux.feed(waiting, client);
        if (!used) return 0;
        if (*used > waiting.size()) std::abort();
        waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(*used));
        if (waiting.size() > rtsp::kMostHead + rtsp::kMostBody + 65'540) std::abort();
    }
    return 0;
}
