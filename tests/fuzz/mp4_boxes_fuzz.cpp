// Any bytes as a stored file: read or refused; what is read lies inside the file, and an export of it too.
#include <cstdint>
#include <cstdlib>

#include "media/mp4/stored.hpp"
#include "media/mp4/virtual_file.hpp"

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace beffroi::mp4;  // NOLINT(google-build-using-namespace)
    auto source = memory_source({data, size});
    auto header = read_file_header(*source);
    if (header) require(header->bytes <= size && header->bytes % kAlignment == 0);
    if (auto tables = read_closing_tables(*source)) require(tables->offset <= size);
    // Also where no header leads: a fragment is looked for at each place where one may begin.
    Part part;
    part.path = "stored.mp4";
    part.format =
        std::make_shared<const beffroi::codec::VideoFormat>(header ? header->format : beffroi::codec::VideoFormat{});
    std::uint64_t start = header ? header->bytes : 0;
    auto end = walk(*source, start, [&](const StoredFragment& fragment) {
        require(fragment.bytes > 0 && fragment.offset + fragment.bytes <= size);
        for (const Sample& sample : fragment.samples)
            require(std::uint64_t{sample.offset} + sample.size <= fragment.bytes);
        require(fragment.hash_at < fragment.offset + fragment.bytes);
        require(whole(*source, fragment).has_value());
        part.fragments.push_back(fragment);
        return part.fragments.size() < 1000;
    });
    require(end.has_value());
    if (part.fragments.empty()) return 0;
    std::int64_t from = part.fragments.front().evidence.from_us;
    if (from < -(1LL << 60) || from > 1LL << 60) return 0;
    auto file = plan_virtual_file({part}, from, from + 3'600'000'000LL);
    if (!file) return 0;
    std::uint64_t at = file->header.size();
    for (const Piece& piece : file->pieces) {
        require(piece.position == at && piece.offset + piece.bytes <= size);
        at += piece.bytes;
    }
    require(at == file->bytes);
    return 0;
}
