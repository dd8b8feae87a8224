#include "http/websocket_frames.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace beffroi::http {

namespace {

constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kNoCode = 1005;
constexpr std::uint16_t kNotUtf8 = 1007;
constexpr std::uint16_t kTooBig = 1009;
constexpr std::size_t kControlBytes = 125;

// §7.4.1, §7.4.2 and the registry of IANA: what may stand in a close frame.
bool valid_close_code(unsigned code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

void append_frame_head(std::string& out, Opcode opcode, std::uint64_t length) {
    out += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
    unsigned length_bytes = 0;
    if (length < 126) {
        out += static_cast<char>(length);
    } else if (length < 65536) {
        out += static_cast<char>(126);
        length_bytes = 2;
    } else {
        out += static_cast<char>(127);
        length_bytes = 8;
    }
    for (unsigned i = length_bytes; i > 0; --i) out += static_cast<char>((length >> (8 * (i - 1))) & 0xffU);
}

std::string close_payload(std::uint16_t code, std::string_view reason) {
    std::string out;
    if (code == 0 || code == kNoCode) return out;
    out += static_cast<char>(code >> 8U);
    out += static_cast<char>(code & 0xffU);
    out += reason.substr(0, kControlBytes - 2);
    return out;
}

FrameReader::Event FrameReader::refuse(std::uint16_t code) {
    step_ = Step::Bad;
    code_ = code;
    payload_ = {};
    return Event::Bad;
}

bool FrameReader::check_first_two() {
    final_ = (head_[0] & 0x80U) != 0;
    const bool reserved = (head_[0] & 0x70U) != 0;
    const unsigned opcode = head_[0] & 0x0fU;
    const bool masked = (head_[1] & 0x80U) != 0;
    const unsigned length = head_[1] & 0x7fU;
    if (reserved || !masked || (opcode > 2 && opcode < 8) || opcode > 10) return false;
    opcode_ = static_cast<Opcode>(opcode);
    if (is_control()) return final_ && length <= kControlBytes;
    const bool continues = opcode_ == Opcode::Continuation;
    return continues == (message_kind_ != Opcode::Continuation);
}

// False: refused, or more is needed.
bool FrameReader::read_head(std::string_view& bytes) {
    while (head_have_ < head_need_ && !bytes.empty()) {
        head_[head_have_++] = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        if (head_have_ == 2) {
            if (!check_first_two()) {
                refuse(kProtocolError);
                return false;
            }
            const unsigned length = head_[1] & 0x7fU;
            head_need_ = 2 + (length == 126 ? 2U : length == 127 ? 8U : 0U) + 4;
        }
    }
    if (head_have_ < head_need_) return false;
    length_ = head_[1] & 0x7fU;
    const std::size_t length_bytes = head_need_ - 6;
    if (length_bytes > 0) {
        length_ = 0;
        for (std::size_t i = 0; i < length_bytes; ++i) length_ = (length_ << 8U) | head_[2 + i];
        const std::uint64_t least = length_bytes == 2 ? 126 : 65536;
        if (length_ < least || (length_ >> 63U) != 0) {  // §5.2: the fewest bytes must be used
            refuse(kProtocolError);
            return false;
        }
    }
    if (!is_control() && length_ > limit_ - std::min(limit_, message_.size())) {
        refuse(kTooBig);
        return false;
    }
    if (is_control()) {
        control_.clear();
    } else if (opcode_ != Opcode::Continuation) {
        message_.clear();
        message_kind_ = opcode_;
    }
    have_ = 0;
    step_ = Step::Payload;
    return true;
}

FrameReader::Event FrameReader::feed(std::string_view& bytes) {
    if (step_ == Step::Bad) return Event::Bad;
    // A message that was given away is done with.
    if (message_kind_ == Opcode::Continuation) message_.clear();
    payload_ = {};
    while (true) {
        if (step_ == Step::Head && !read_head(bytes)) return step_ == Step::Bad ? Event::Bad : Event::NeedMore;
        std::string& into = is_control() ? control_ : message_;
        const std::uint8_t* mask = head_ + head_need_ - 4;
        const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), length_ - have_));
        for (std::size_t i = 0; i < taken; ++i)
            into += static_cast<char>(static_cast<std::uint8_t>(bytes[i]) ^ mask[(have_ + i) & 3U]);
        have_ += taken;
        bytes.remove_prefix(taken);
        if (have_ < length_) return Event::NeedMore;
        step_ = Step::Head;
        head_have_ = 0;
        head_need_ = 2;
        if (is_control() || final_) return finish_frame();
    }
}

FrameReader::Event FrameReader::finish_frame() {
    switch (opcode_) {
        case Opcode::Close:
            return finish_close();
        case Opcode::Ping:
            payload_ = control_;
            return Event::Ping;
        case Opcode::Pong:
            payload_ = control_;
            return Event::Pong;
        case Opcode::Continuation:
        case Opcode::Text:
        case Opcode::Binary:
            break;
    }
    const bool text = message_kind_ == Opcode::Text;
    message_kind_ = Opcode::Continuation;
    if (text && !base::valid_utf8(message_)) return refuse(kNotUtf8);
    payload_ = message_;
    return text ? Event::Text : Event::Binary;
}

FrameReader::Event FrameReader::finish_close() {
    if (control_.empty()) {
        code_ = kNoCode;
        return Event::Close;
    }
    if (control_.size() == 1) return refuse(kProtocolError);
    const unsigned code = static_cast<std::uint8_t>(control_[0]) * 256U + static_cast<std::uint8_t>(control_[1]);
    if (!valid_close_code(code)) return refuse(kProtocolError);
    payload_ = std::string_view(control_).substr(2);
    if (!base::valid_utf8(payload_)) return refuse(kNotUtf8);
    code_ = static_cast<std::uint16_t>(code);
    return Event::Close;
}

}  // namespace beffroi::http
