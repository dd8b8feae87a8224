// Frames of RFC 6455 §5: reads those of a client, strictly, and writes the heads of ours. For src/http and its fuzz
// target.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace beffroi::http {

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

// The head of an unmasked, unfragmented frame.
void append_frame_head(std::string& out, Opcode opcode, std::uint64_t length);
// The payload of a close frame: 0 gives none.
[[nodiscard]] std::string close_payload(std::uint16_t code, std::string_view reason);

// Messages out of bytes as they come. Refused: frames that are not masked, reserved bits and opcodes, lengths in more
// bytes than needed, control frames that are long or in fragments, text that is not UTF-8, messages over the limit.
class FrameReader {
  public:
    explicit FrameReader(std::size_t message_bytes) : limit_(message_bytes) {}

    enum class Event { NeedMore, Text, Binary, Ping, Pong, Close, Bad };
    // Takes bytes from the front of `bytes` up to the next event.
    [[nodiscard]] Event feed(std::string_view& bytes);
    // Of the last event: message, ping payload, reason of the close. Until the next feed().
    [[nodiscard]] std::string_view payload() const { return payload_; }
    // Of Close: the client's code, 1005 when it gave none. Of Bad: what to close with (1002, 1007, 1009).
    [[nodiscard]] std::uint16_t code() const { return code_; }

  private:
    [[nodiscard]] bool read_head(std::string_view& bytes);
    [[nodiscard]] bool check_first_two();
    [[nodiscard]] Event finish_frame();
    [[nodiscard]] Event finish_close();
    Event refuse(std::uint16_t code);
    [[nodiscard]] bool is_control() const { return (static_cast<unsigned>(opcode_) & 8U) != 0; }

    enum class Step { Head, Payload, Bad };
    std::size_t limit_;
    Step step_ = Step::Head;
    std::uint8_t head_[14] = {};  // at most: two, eight of length, four of mask
    std::size_t head_have_ = 0;
    std::size_t head_need_ = 2;
    Opcode opcode_ = Opcode::Continuation;
    bool final_ = false;
    std::uint64_t length_ = 0;
    std::uint64_t have_ = 0;
    std::string message_;                         // of a text or binary message, over its fragments
    Opcode message_kind_ = Opcode::Continuation;  // Continuation: none has begun
    std::string control_;
    std::string_view payload_;
    std::uint16_t code_ = 0;
};

}  // namespace beffroi::http
