#include "media/rtsp/demux.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace beffroi::rtsp {

namespace {

using Span = std::span<const std::uint8_t>;

constexpr std::size_t kPrefix = 4;  // "$", channel, length

std::string_view text_of(Span bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t packet_size(Span rest) {
    return kPrefix + (static_cast<std::size_t>(rest[2]) << 8U | rest[3]);
}

// RTP and RTCP both begin with version 2 (RFC 3550 §5.1, §6.4.1). An empty packet is one too: some cameras keep alive
// with it.
bool plausible(Span rest, std::size_t size) {
    return size == kPrefix || rest.size() <= kPrefix || rest[kPrefix] >> 6U == 2;
}

}  // namespace

bool Demux::begins_something(Span rest) const {
    return rest.empty() || rest[0] == '$' || rest[0] == '\r' || rest[0] == '\n' ||
           message_start(text_of(rest)) != Start::No;
}

bool Demux::good_packet_at(Span rest) const {
    if (rest.size() <= kPrefix) return true;  // to be seen
    const auto size = packet_size(rest);
    return known_.test(rest[1]) && size > kPrefix && plausible(rest, size) &&
           (size >= rest.size() || begins_something(rest.subspan(size)));
}

// The next place where sense may begin; the size when there is none. A place too near the end to be judged is one.
std::size_t Demux::find_start(Span bytes, std::size_t from) const {
    for (std::size_t at = from; at < bytes.size(); ++at) {
        const auto rest = bytes.subspan(at);
        if (rest[0] == '$' && (rest.size() < 2 || known_.test(rest[1])) && good_packet_at(rest)) return at;
        // Inside garbage only a whole "RTSP/1" will do: three letters of a method are found everywhere.
        if (rest[0] == 'R') {
            constexpr std::string_view kAnswer = "RTSP/1";
            const auto shared = std::min(kAnswer.size(), rest.size());
            if (text_of(rest.first(shared)) == kAnswer.substr(0, shared)) return at;
        }
    }
    return bytes.size();
}

void Demux::found_again(Handler& handler) {
    if (skipped_ > 0) handler.on_resynchronised(std::exchange(skipped_, 0));
}

Demux::Step Demux::packet(View& view, Handler& handler) {
    const auto rest = view.bytes.subspan(view.at);
    if (rest.size() < kPrefix) return Step::NeedMore;
    const std::uint8_t channel = rest[1];
    const auto size = packet_size(rest);
    const bool known = known_.test(channel);
    if (!known && !plausible(rest, size)) return Step::Lost;
    if (rest.size() < size) return Step::NeedMore;
    const bool next_fits = begins_something(rest.subspan(size));
    if (!next_fits) {
        if (!known) return Step::Lost;
        // Either this packet was cut short and something else begins inside it, or it is whole and rubbish follows it.
        const auto inside = find_start(view.bytes.first(view.at + size), view.at + 1);
        if (inside < view.at + size && view.at + size - inside > kPrefix) return Step::Lost;
    }
    view.at += size;
    garbage_ -= std::min(garbage_, size);
    found_again(handler);
    if (!known) {
        handler.on_unknown_channel(channel);
    } else if (size > kPrefix && plausible(rest, size)) {
        handler.on_packet(channel, rest.subspan(kPrefix, size - kPrefix));
    }
    return Step::Took;
}

Demux::Step Demux::message(View& view, Handler& handler) {
    const auto text = text_of(view.bytes.subspan(view.at));
    switch (message_start(text)) {
        case Start::No:
            return Step::Lost;
        case Start::Perhaps:
            return Step::NeedMore;
        case Start::Yes:
            break;
    }
    auto parsed = parse_message(text);
    if (parsed.state == ParsedMessage::State::NeedMore) return Step::NeedMore;
    if (parsed.state == ParsedMessage::State::Bad) return Step::Lost;
    view.at += parsed.used;
    garbage_ -= std::min(garbage_, parsed.used);
    found_again(handler);
    handler.on_message(std::move(parsed.message));
    return Step::Took;
}

base::Result<std::size_t> Demux::feed(Span bytes, Handler& handler) {
    View view{bytes, 0};
    while (view.at < bytes.size() && !stopped_) {
        const std::uint8_t first = bytes[view.at];
        if (first == '\r' || first == '\n') {  // between messages, and after bodies longer than announced
            ++view.at;
            continue;
        }
        const Step step = first == '$' ? packet(view, handler) : message(view, handler);
        if (step == Step::Took) continue;
        if (step == Step::NeedMore) break;
        const auto next = find_start(bytes, view.at + 1);
        skipped_ += next - view.at;
        garbage_ += next - view.at;
        view.at = next;
        if (garbage_ > kMostGarbage) return base::fail(base::Code::Corrupt, "the connection carries no RTSP any more");
    }
    return view.at;
}

}  // namespace beffroi::rtsp
