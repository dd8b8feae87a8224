// Boxes of the ISO base media file format (ISO/IEC 14496-12 §4.2): written into memory, read from bytes that may be
// anything.
//
// Threads: values, none shared.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "media/codec/video.hpp"

namespace beffroi::mp4 {

using codec::Bytes;

// Four letters as the number that lies in the file.
[[nodiscard]] constexpr std::uint32_t four(const char (&name)[5]) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8U | static_cast<std::uint8_t>(name[i]);
    return value;
}

// 128 bits that say whose `uuid` box it is (§11.1).
using BoxId = std::array<std::uint8_t, 16>;

class BoxWriter {
  public:
    // Begins a box; end() closes the innermost one and writes its size.
    void begin(std::uint32_t type);
    void begin_full(std::uint32_t type, std::uint8_t version, std::uint32_t flags);  // FullBox, §4.2
    void begin_uuid(const BoxId& id);
    void end();

    void u8(std::uint8_t value) { out_.push_back(value); }
    void u16(std::uint16_t value);
    void u32(std::uint32_t value);
    void u64(std::uint64_t value);
    void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
    void bytes(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
    void text(std::string_view text) { out_.insert(out_.end(), text.begin(), text.end()); }
    void zeros(std::size_t count) { out_.insert(out_.end(), count, 0); }
    void put_u32(std::size_t at, std::uint32_t value);
    // A `free` box (§8.1.2) of `bytes` in all, 0 or at least 8.
    void free_box(std::size_t bytes);

    [[nodiscard]] std::size_t size() const { return out_.size(); }
    [[nodiscard]] const std::vector<std::uint8_t>& data() const { return out_; }
    [[nodiscard]] std::vector<std::uint8_t> take() { return std::move(out_); }

  private:
    std::vector<std::uint8_t> out_;
    std::vector<std::size_t> open_;
};

// Big-endian numbers from a span; once it ran out, good() is false and everything is 0.
class FieldReader {
  public:
    explicit FieldReader(Bytes bytes) : bytes_(bytes) {}
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::size_t left() const { return bytes_.size() - at_; }
    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }
    std::int64_t i64() { return static_cast<std::int64_t>(number(8)); }
    Bytes take(std::size_t count);
    Bytes rest() { return take(left()); }

  private:
    std::uint64_t number(std::size_t count);
    Bytes bytes_;
    std::size_t at_ = 0;
    bool good_ = true;
};

struct Box {
    std::uint32_t type = 0;
    Bytes payload;              // behind the header (of `uuid`: behind the id too)
    std::size_t bytes = 0;      // of the whole box
    std::optional<BoxId> uuid;  // of a `uuid` box
};
// Header of a box alone: what can be known without its payload. None: not a box (too short, a size that can't be).
struct BoxHeader {
    std::uint32_t type = 0;
    std::uint64_t bytes = 0;  // of the whole box
    std::uint32_t header = 8;
};
[[nodiscard]] std::optional<BoxHeader> box_header(Bytes bytes);

// The boxes that lie one behind the other; stops at the first that is not whole.
class BoxReader {
  public:
    explicit BoxReader(Bytes bytes) : bytes_(bytes) {}
    [[nodiscard]] std::optional<Box> next();

  private:
    Bytes bytes_;
};
// The first box of that type among those in `bytes`.
[[nodiscard]] std::optional<Box> find_box(Bytes bytes, std::uint32_t type);

}  // namespace beffroi::mp4
