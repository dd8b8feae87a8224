// Takes the chunks of a body apart (RFC 9112 §7.1), byte by byte if it must: strict line ends, bounded extensions and
// trailers, both ignored. Ours, because Beast 1.81 asserts on a last chunk that comes in pieces. For src/http only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace beffroi::http {

class ChunkDecoder {
  public:
    enum class State { More, Done, Bad };

    // Gives how many bytes were used: all of them, unless the body ends or breaks before. `take` gets body bytes; false
    // ends it as Bad.
    std::size_t feed(std::string_view bytes, const std::function<bool(std::string_view)>& take);
    [[nodiscard]] State state() const {
        return step_ == Step::Done ? State::Done : step_ == Step::Bad ? State::Bad : State::More;
    }

  private:
    enum class Step {
        Size,
        Extension,
        SizeEnd,  // after its CR
        Data,
        DataCr,
        DataLf,
        TrailerStart,  // of a line
        Trailer,
        TrailerEnd,  // after its CR
        LastLf,
        Done,
        Bad,
    };

    [[nodiscard]] Step next(char c);
    [[nodiscard]] Step size_char(char c);
    [[nodiscard]] Step ignored_char(char c, Step stay, Step after_cr);

    Step step_ = Step::Size;
    std::uint64_t left_ = 0;  // of the chunk
    std::size_t digits_ = 0;
    std::size_t ignored_ = 0;  // bytes of extensions and trailers, of the whole body
};

}  // namespace beffroi::http
