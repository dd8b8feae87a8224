#include "http/chunk_decoder.hpp"

#include <algorithm>

namespace beffroi::http {

namespace {

constexpr std::size_t kMostDigits = 15;
constexpr std::size_t kMostIgnored = 8192;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

std::size_t ChunkDecoder::feed(std::string_view bytes, const std::function<bool(std::string_view)>& take) {
    std::size_t used = 0;
    while (used < bytes.size() && step_ != Step::Done && step_ != Step::Bad) {
        if (step_ != Step::Data) {
            step_ = next(bytes[used++]);
            continue;
        }
        const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
        const bool taken = take(bytes.substr(used, length));
        used += length;
        left_ -= length;
        if (!taken) {
            step_ = Step::Bad;
        } else if (left_ == 0) {
            step_ = Step::DataCr;
        }
    }
    return used;
}

ChunkDecoder::Step ChunkDecoder::next(char c) {
    switch (step_) {
        case Step::Size:
            return size_char(c);
        case Step::Extension:
            return ignored_char(c, Step::Extension, Step::SizeEnd);
        case Step::SizeEnd:
            digits_ = 0;
            if (c != '\n') return Step::Bad;
            return left_ > 0 ? Step::Data : Step::TrailerStart;
        case Step::DataCr:
            return c == '\r' ? Step::DataLf : Step::Bad;
        case Step::DataLf:
            return c == '\n' ? Step::Size : Step::Bad;
        case Step::TrailerStart:
            if (c == '\r') return Step::LastLf;
            if (c == ' ' || c == '\t') return Step::Bad;  // a folded line
            return ignored_char(c, Step::Trailer, Step::Bad);
        case Step::Trailer:
            return ignored_char(c, Step::Trailer, Step::TrailerEnd);
        case Step::TrailerEnd:
            return c == '\n' ? Step::TrailerStart : Step::Bad;
        case Step::LastLf:
            return c == '\n' ? Step::Done : Step::Bad;
        case Step::Data:
        case Step::Done:
        case Step::Bad:
            break;
    }
    return Step::Bad;
}

ChunkDecoder::Step ChunkDecoder::size_char(char c) {
    const int value = hex_value(c);
    if (value >= 0) {
        if (++digits_ > kMostDigits) return Step::Bad;
        left_ = left_ * 16 + static_cast<std::uint64_t>(value);
        return Step::Size;
    }
    if (digits_ == 0) return Step::Bad;
    if (c == '\r') return Step::SizeEnd;
    return c == ';' ? Step::Extension : Step::Bad;
}

ChunkDecoder::Step ChunkDecoder::ignored_char(char c, Step stay, Step after_cr) {
    if (c == '\r') return after_cr;
    const auto byte = static_cast<unsigned char>(c);
    const bool text = c == '\t' || (byte >= 0x20 && byte != 0x7f);
    return text && ++ignored_ <= kMostIgnored ? stay : Step::Bad;
}

}  // namespace beffroi::http
