// Reads or sends what lies in pieces, in order, from any byte on. For src/http only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "http/response.hpp"

namespace beffroi::http {

// A descriptor that closes itself.
class OpenFile {
  public:
    OpenFile() = default;
    explicit OpenFile(int descriptor) : descriptor_(descriptor) {}
    OpenFile(OpenFile&& other) noexcept;
    OpenFile& operator=(OpenFile&& other) noexcept;
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile();
    [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }
    [[nodiscard]] int descriptor() const { return descriptor_; }

  private:
    int descriptor_ = -1;
};

// Errors: NotFound, Unavailable.
[[nodiscard]] base::Result<OpenFile> open_for_reading(const std::filesystem::path& path);

// One thread at a time, one that may wait for a disk.
class PieceSource {
  public:
    PieceSource() = default;
    // `length` bytes of it from `first` on; both lie within. Opens the file that comes first, so that one that is gone
    // is told before anything was answered.
    [[nodiscard]] static base::Result<PieceSource> open(std::shared_ptr<const Pieces> pieces, std::uint64_t first,
                                                        std::uint64_t length);
    // One file, already open.
    PieceSource(OpenFile file, std::uint64_t offset, std::uint64_t length);

    [[nodiscard]] std::uint64_t left() const { return left_; }
    // Appends what comes next, `most` bytes or all that is left. False: a file is gone or shorter than it was.
    [[nodiscard]] bool read(std::string& out, std::size_t most);

    struct Sent {
        enum class State {
            More,
            Full,
            Failed,
            Gone
        };  // Full: the socket takes no more now; Gone: nobody reads there any more
        State state = State::More;
        std::uint64_t bytes = 0;
    };
    // Sends up to `most` bytes into a socket that does not block.
    [[nodiscard]] Sent send(int socket, std::uint64_t most);

  private:
    // What is at hand of the piece that comes next; opens its file.
    struct Next {
        int file = -1;  // or memory
        const char* data = nullptr;
        std::uint64_t offset = 0;
        std::uint64_t length = 0;
    };
    [[nodiscard]] base::Result<Next> next();
    void advance(std::uint64_t bytes);

    std::shared_ptr<const Pieces> pieces_;  // none: file_ alone
    std::size_t at_ = 0;                    // piece
    std::uint64_t within_ = 0;              // bytes of it already taken; of a file alone: its offset
    std::uint64_t left_ = 0;
    OpenFile file_;
    std::uint32_t opened_ = Pieces::Piece::kMemory;
};

}  // namespace beffroi::http
