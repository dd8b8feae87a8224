#include "media/mp4/box.hpp"

#include <algorithm>

#include "base/result.hpp"

namespace beffroi::mp4 {

void BoxWriter::begin(std::uint32_t type) {
    open_.push_back(out_.size());
    u32(0);
    u32(type);
}

void BoxWriter::begin_full(std::uint32_t type, std::uint8_t version, std::uint32_t flags) {
    begin(type);
    u32(std::uint32_t{version} << 24U | flags);
}

void BoxWriter::begin_uuid(const BoxId& id) {
    begin(four("uuid"));
    bytes(id);
}

void BoxWriter::end() {
    ASSERT(!open_.empty());
    std::size_t at = open_.back();
    open_.pop_back();
    put_u32(at, static_cast<std::uint32_t>(out_.size() - at));
}

void BoxWriter::u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8U));
    u8(static_cast<std::uint8_t>(value));
}

void BoxWriter::u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16U));
    u16(static_cast<std::uint16_t>(value));
}

void BoxWriter::u64(std::uint64_t value) {
    u32(static_cast<std::uint32_t>(value >> 32U));
    u32(static_cast<std::uint32_t>(value));
}

void BoxWriter::put_u32(std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) out_[at + i] = static_cast<std::uint8_t>(value >> (24U - 8U * i));
}

void BoxWriter::free_box(std::size_t bytes) {
    if (bytes == 0) return;
    ASSERT(bytes >= 8);
    begin(four("free"));
    zeros(bytes - 8);
    end();
}

std::uint64_t FieldReader::number(std::size_t count) {
    if (left() < count) {
        good_ = false;
        at_ = bytes_.size();
        return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8U | bytes_[at_ + i];
    at_ += count;
    return value;
}

Bytes FieldReader::take(std::size_t count) {
    if (left() < count) {
        good_ = false;
        at_ = bytes_.size();
        return {};
    }
    Bytes taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
}

std::optional<BoxHeader> box_header(Bytes bytes) {
    FieldReader in(bytes);
    BoxHeader header;
    header.bytes = in.u32();
    header.type = in.u32();
    if (header.bytes == 1) {
        header.bytes = in.u64();
        header.header = 16;
    }
    if (header.type == four("uuid")) {
        (void)in.take(16);
        header.header += 16;
    }
    // A size of 0 means "to the end of the file": we never write it, and zeros behind the end look like it.
    if (!in.good() || header.bytes < header.header) return std::nullopt;
    return header;
}

std::optional<Box> BoxReader::next() {
    auto header = box_header(bytes_);
    if (!header || header->bytes > bytes_.size()) {
        bytes_ = {};
        return std::nullopt;
    }
    Box box;
    box.type = header->type;
    box.bytes = static_cast<std::size_t>(header->bytes);
    box.payload = bytes_.subspan(header->header, box.bytes - header->header);
    if (box.type == four("uuid")) {
        BoxId id{};
        std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(header->header - id.size()), id.size(), id.begin());
        box.uuid = id;
    }
    bytes_ = bytes_.subspan(box.bytes);
    return box;
}

std::optional<Box> find_box(Bytes bytes, std::uint32_t type) {
    BoxReader reader(bytes);
    while (auto box = reader.next())
        if (box->type == type) return box;
    return std::nullopt;
}

}  // namespace beffroi::mp4
