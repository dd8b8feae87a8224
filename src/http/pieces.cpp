#include "http/pieces.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

namespace beffroi::http {

OpenFile::OpenFile(OpenFile&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
OpenFile& OpenFile::operator=(OpenFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}
OpenFile::~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

base::Result<OpenFile> open_for_reading(const std::filesystem::path& path) {
    OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file) return file;
    const bool gone = errno == ENOENT;
    return base::fail(gone ? base::Code::NotFound : base::Code::Unavailable, "cannot open " + path.string());
}

SharedBytes share(std::string bytes) {
    auto kept = std::make_shared<const std::string>(std::move(bytes));
    const char* data = kept->data();
    const std::size_t size = kept->size();
    return {.memory = std::move(kept), .data = data, .size = size};
}

void Pieces::add(SharedBytes bytes) {
    if (bytes.size == 0) return;
    Piece piece;
    piece.start = size_;
    piece.length = bytes.size;
    piece.memory = static_cast<std::uint32_t>(memory_.size());
    size_ += bytes.size;
    memory_.push_back(std::move(bytes));
    list_.push_back(piece);
}

void Pieces::add(std::string bytes) {
    add(share(std::move(bytes)));
}

std::uint32_t Pieces::file(std::filesystem::path path) {
    files_.push_back(std::move(path));
    return static_cast<std::uint32_t>(files_.size() - 1);
}

void Pieces::add(std::uint32_t file, std::uint64_t offset, std::uint64_t length) {
    ASSERT(file < files_.size());
    if (length == 0) return;
    size_ += length;
    if (!list_.empty() && list_.back().file == file && list_.back().offset + list_.back().length == offset) {
        list_.back().length += length;
        return;
    }
    Piece piece;
    piece.start = size_ - length;
    piece.length = length;
    piece.offset = offset;
    piece.file = file;
    list_.push_back(piece);
}

PieceSource::PieceSource(OpenFile file, std::uint64_t offset, std::uint64_t length)
    : within_(offset), left_(length), file_(std::move(file)) {}

base::Result<PieceSource> PieceSource::open(std::shared_ptr<const Pieces> pieces, std::uint64_t first,
                                            std::uint64_t length) {
    ASSERT(first + length <= pieces->size());
    PieceSource source;
    source.pieces_ = std::move(pieces);
    source.left_ = length;
    if (length == 0) return source;
    const auto& list = source.pieces_->list();
    const auto after = std::ranges::upper_bound(list, first, {}, &Pieces::Piece::start);
    source.at_ = static_cast<std::size_t>(after - list.begin()) - 1;
    source.within_ = first - list[source.at_].start;
    for (std::size_t i = source.at_; i < list.size(); ++i) {
        if (list[i].file == Pieces::Piece::kMemory) continue;
        source.file_ = TRY(open_for_reading(source.pieces_->files()[list[i].file]));
        source.opened_ = list[i].file;
        break;
    }
    return source;
}

base::Result<PieceSource::Next> PieceSource::next() {
    if (!pieces_) return Next{.file = file_.descriptor(), .offset = within_, .length = left_};
    const Pieces::Piece& piece = pieces_->list()[at_];
    Next next{.offset = piece.offset + within_, .length = std::min(piece.length - within_, left_)};
    if (piece.file == Pieces::Piece::kMemory) {
        next.data = pieces_->memory()[piece.memory].data + within_;
        return next;
    }
    if (opened_ != piece.file) {
        file_ = TRY(open_for_reading(pieces_->files()[piece.file]));
        opened_ = piece.file;
    }
    next.file = file_.descriptor();
    return next;
}

void PieceSource::advance(std::uint64_t bytes) {
    within_ += bytes;
    left_ -= bytes;
    if (pieces_ && within_ == pieces_->list()[at_].length) {
        ++at_;
        within_ = 0;
    }
    if (left_ == 0) file_ = OpenFile();
}

bool PieceSource::read(std::string& out, std::size_t most) {
    const std::size_t begin = out.size();
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(most, left_));
    out.resize(begin + wanted);
    for (std::size_t have = 0; have < wanted;) {
        const auto piece = next();
        if (!piece) return false;
        std::uint64_t got = std::min<std::uint64_t>(piece->length, wanted - have);
        if (piece->data != nullptr) {
            std::copy_n(piece->data, got, out.data() + begin + have);
        } else {
            const ssize_t bytes =
                ::pread(piece->file, out.data() + begin + have, got, static_cast<off_t>(piece->offset));
            if (bytes < 0 && errno == EINTR) continue;
            if (bytes <= 0) return false;
            got = static_cast<std::uint64_t>(bytes);
        }
        have += got;
        advance(got);
    }
    return true;
}

PieceSource::Sent PieceSource::send(int socket, std::uint64_t most) {
    Sent sent;
    while (left_ > 0 && sent.bytes < most) {
        const auto piece = next();
        if (!piece) {
            sent.state = Sent::State::Failed;
            return sent;
        }
        const std::uint64_t wanted = std::min(piece->length, most - sent.bytes);
        ssize_t bytes = 0;
        if (piece->data != nullptr) {
            const int more = wanted < left_ ? MSG_MORE : 0;
            bytes = ::send(socket, piece->data, wanted, MSG_DONTWAIT | MSG_NOSIGNAL | more);
        } else {
            auto offset = static_cast<off_t>(piece->offset);
            bytes = ::sendfile(socket, piece->file, &offset, wanted);
            if (bytes == 0) errno = EIO;  // the file has become shorter
        }
        if (bytes > 0) {
            sent.bytes += static_cast<std::uint64_t>(bytes);
            advance(static_cast<std::uint64_t>(bytes));
            continue;
        }
        if (errno == EINTR) continue;
        const bool full = errno == EAGAIN || errno == EWOULDBLOCK;
        const bool gone = errno == EPIPE || errno == ECONNRESET;
        sent.state = full ? Sent::State::Full : gone ? Sent::State::Gone : Sent::State::Failed;
        return sent;
    }
    return sent;
}

}  // namespace beffroi::http
