#include "http/multipart.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/text.hpp"
#include "http/encoding.hpp"
#include "http/form_text.hpp"

namespace beffroi::http {

namespace {

constexpr std::size_t kPartHeaderLimit = 8192;

base::Status write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            return base::fail(base::Code::Unavailable, std::string("writing an upload: ") + std::strerror(errno));
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

// The value of parameter `name` in `form-data; name="a"; filename="b"`; nothing when it is not there or the text is
// broken. A quote stands as \" (RFC) or %22 (browsers, WHATWG HTML §4.10.22.8).
std::optional<std::string> parameter(std::string_view text, std::string_view name) {
    std::size_t at = text.find(';');
    while (at != std::string_view::npos && at < text.size()) {
        ++at;
        while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
        const std::size_t equals = text.find('=', at);
        if (equals == std::string_view::npos) return std::nullopt;
        const std::string_view key = base::trim(text.substr(at, equals - at));
        std::string value;
        at = equals + 1;
        if (at < text.size() && text[at] == '"') {
            ++at;
            while (at < text.size() && text[at] != '"') {
                const bool escape =
                    text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
                if (escape) ++at;
                value += text[at++];
            }
            if (at == text.size()) return std::nullopt;  // the quote never ends
            at = text.find(';', at);
        } else {
            const std::size_t end = std::min(text.find(';', at), text.size());
            value = base::trim(text.substr(at, end - at));
            at = end;
        }
        if (equals_ignoring_case(key, name)) return value;
    }
    return std::nullopt;
}

std::string undo_browser_escapes(std::string text) {
    constexpr std::pair<std::string_view, std::string_view> kEscapes[] = {{"%22", "\""}, {"%0D", "\r"}, {"%0A", "\n"}};
    for (const auto& [from, to] : kEscapes) {
        for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + 1)) {
            text.replace(at, from.size(), to);
        }
    }
    return text;
}

// 255 letters are what the usual disks take; each may be three bytes here.
constexpr std::size_t kLongestFileName = 1024;

// For display only: no folders, nothing that moves the cursor.
std::string display_name(std::string text) {
    text = undo_browser_escapes(std::move(text));
    text.erase(0, text.find_last_of("/\\") + 1);
    std::erase_if(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    return text;
}

bool boundary_char(char c) {
    constexpr std::string_view kSigns = "'()+_,-./:=? ";  // RFC 2046 §5.1.1
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kSigns.find(c) != std::string_view::npos;
}

}  // namespace

UploadedFile::UploadedFile(UploadedFile&& other) noexcept
    : field(std::move(other.field)),
      filename(std::move(other.filename)),
      content_type(std::move(other.content_type)),
      path(std::exchange(other.path, {})),
      size(other.size) {}

UploadedFile& UploadedFile::operator=(UploadedFile&& other) noexcept {
    std::swap(field, other.field);
    std::swap(filename, other.filename);
    std::swap(content_type, other.content_type);
    std::swap(path, other.path);
    std::swap(size, other.size);
    return *this;
}

UploadedFile::~UploadedFile() {
    if (!path.empty()) ::unlink(path.c_str());
}

const UploadedFile* Multipart::file(std::string_view field) const {
    const auto found = std::ranges::find(files, field, &UploadedFile::field);
    return found == files.end() ? nullptr : &*found;
}

std::string multipart_boundary(std::string_view content_type) {
    const std::string_view essence =
        base::trim(content_type.substr(0, std::min(content_type.find(';'), content_type.size())));
    if (!equals_ignoring_case(essence, "multipart/form-data")) return {};
    auto boundary = parameter(content_type, "boundary").value_or("");
    const bool valid = !boundary.empty() && boundary.size() <= 70 && boundary.back() != ' ' &&
                       std::ranges::all_of(boundary, boundary_char);
    return valid ? boundary : std::string{};
}

struct MultipartReader::Impl {
    enum class State { Preamble, AfterBoundary, Header, Text, File, Epilogue };

    base::Status step(bool& progress);
    base::Status content(bool& progress);
    base::Status begin_part(std::string_view header);
    base::Status take(std::string_view bytes);
    base::Status end_part();
    base::Status open_file();

    std::string delimiter;  // CRLF, two hyphens, boundary
    UploadLimits limits;
    std::filesystem::path folder;
    State state = State::Preamble;
    std::string buffer;
    std::uint64_t total = 0;
    Multipart result;
    Field field;
    UploadedFile file;
    int descriptor = -1;
};

MultipartReader::MultipartReader(std::string boundary, UploadLimits limits, std::filesystem::path folder)
    : impl_(std::make_unique<Impl>()) {
    impl_->delimiter = "\r\n--" + std::move(boundary);
    impl_->limits = limits;
    impl_->folder = std::move(folder);
    impl_->buffer = "\r\n";  // the first boundary may open the body: it is found like the others
}

MultipartReader::~MultipartReader() {
    if (impl_->descriptor >= 0) ::close(impl_->descriptor);
}

base::Status MultipartReader::write(std::string_view bytes) {
    impl_->total += bytes.size();
    if (impl_->total > impl_->limits.total_bytes)
        return base::fail(base::Code::TooLarge, "the whole upload is over its limit");
    impl_->buffer.append(bytes);
    bool progress = true;
    while (progress) {
        progress = false;
        TRY(impl_->step(progress));
    }
    return {};
}

base::Result<Multipart> MultipartReader::finish() {
    if (impl_->state != Impl::State::Epilogue)
        return base::fail(base::Code::Invalid, "the multipart body ends too early");
    return std::move(impl_->result);
}

base::Status MultipartReader::Impl::step(bool& progress) {
    switch (state) {
        case State::Preamble:
        case State::Text:
        case State::File:
            return content(progress);
        case State::AfterBoundary: {
            if (buffer.size() < 2) return {};
            const std::string_view next = std::string_view(buffer).substr(0, 2);
            if (next != "--" && next != "\r\n") return base::fail(base::Code::Invalid, "broken multipart boundary");
            state = next == "--" ? State::Epilogue : State::Header;
            buffer.erase(0, 2);
            progress = true;
            return {};
        }
        case State::Header: {
            const std::size_t end = buffer.find("\r\n\r\n");
            if (std::min(end, buffer.size()) > kPartHeaderLimit)
                return base::fail(base::Code::TooLarge, "multipart header too long");
            if (end == std::string::npos) return {};
            TRY(begin_part(std::string_view(buffer).substr(0, end)));
            buffer.erase(0, end + 4);
            progress = true;
            return {};
        }
        case State::Epilogue:
            buffer.clear();
            return {};
    }
    return {};
}

base::Status MultipartReader::Impl::content(bool& progress) {
    const std::size_t found = buffer.find(delimiter);
    if (found == std::string::npos) {
        // The end of the buffer may be the beginning of the delimiter.
        const std::size_t keep = delimiter.size() - 1;
        if (buffer.size() > keep) {
            TRY(take(std::string_view(buffer).substr(0, buffer.size() - keep)));
            buffer.erase(0, buffer.size() - keep);
        }
        return {};
    }
    TRY(take(std::string_view(buffer).substr(0, found)));
    TRY(end_part());
    buffer.erase(0, found + delimiter.size());
    state = State::AfterBoundary;
    progress = true;
    return {};
}

base::Status MultipartReader::Impl::begin_part(std::string_view header) {
    std::string_view disposition;
    std::string_view type;
    while (!header.empty()) {
        const std::size_t end = std::min(header.find("\r\n"), header.size());
        const std::string_view line = header.substr(0, end);
        header.remove_prefix(std::min(end + 2, header.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) return base::fail(base::Code::Invalid, "multipart header without a colon");
        const std::string_view name = line.substr(0, colon);
        if (equals_ignoring_case(name, "Content-Disposition")) disposition = base::trim(line.substr(colon + 1));
        if (equals_ignoring_case(name, "Content-Type")) type = base::trim(line.substr(colon + 1));
    }
    auto name = parameter(disposition, "name");
    if (!name || !equals_ignoring_case(base::trim(disposition.substr(0, disposition.find(';'))), "form-data")) {
        return base::fail(base::Code::Invalid, "multipart part without a name");
    }
    *name = undo_browser_escapes(*std::move(name));
    if (name->size() > limits.fields.name_bytes) return base::fail(base::Code::TooLarge, "multipart name too long");
    TRY(check_form_text(*name));
    auto filename = parameter(disposition, "filename");
    if (!filename) {
        if (result.fields.size() == limits.fields.count)
            return base::fail(base::Code::TooLarge, "too many form fields");
        field = {.name = *std::move(name), .value = {}};
        state = State::Text;
        return {};
    }
    if (result.files.size() == limits.files) return base::fail(base::Code::TooLarge, "too many files in one upload");
    TRY(check_form_text(*filename));
    TRY(check_form_text(type));
    file = UploadedFile();
    file.field = *std::move(name);
    file.filename = display_name(*std::move(filename));
    if (file.filename.size() > kLongestFileName)
        return base::fail(base::Code::TooLarge, "the name of a file is too long");
    file.content_type = type.substr(0, 255);
    state = State::File;
    return {};
}

base::Status MultipartReader::Impl::take(std::string_view bytes) {
    if (bytes.empty() || state == State::Preamble) return {};
    if (state == State::Text) {
        if (field.value.size() + bytes.size() > limits.fields.value_bytes) {
            return base::fail(base::Code::TooLarge, "a form field is longer than its limit");
        }
        field.value.append(bytes);
        return {};
    }
    if (descriptor < 0) TRY(open_file());
    file.size += bytes.size();
    if (file.size > limits.file_bytes) return base::fail(base::Code::TooLarge, "a file is larger than its limit");
    return write_all(descriptor, bytes);
}

base::Status MultipartReader::Impl::open_file() {
    std::string path = (folder / "beffroi-upload-XXXXXX").string();
    descriptor = ::mkostemp(path.data(), O_CLOEXEC);  // mode 0600
    if (descriptor < 0) return base::fail(base::Code::Unavailable, "making " + path + ": " + std::strerror(errno));
    file.path = path;
    return {};
}

base::Status MultipartReader::Impl::end_part() {
    if (state == State::Text) {
        TRY(check_form_text(field.value));
        normalise_line_ends(field.value);
        result.fields.add(std::move(field.name), std::move(field.value));
    }
    if (state == State::File) {
        const bool chosen = !file.filename.empty() || file.size > 0;
        if (chosen && descriptor < 0) TRY(open_file());
        const bool closed = descriptor < 0 || ::close(std::exchange(descriptor, -1)) == 0;
        if (!closed)
            return base::fail(base::Code::Unavailable, std::string("writing an upload: ") + std::strerror(errno));
        if (chosen) result.files.push_back(std::move(file));
    }
    return {};
}

}  // namespace beffroi::http
