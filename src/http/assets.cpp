#include "http/assets.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <utility>

#include <openssl/evp.h>

#include "http/encoding.hpp"
#include "http/gzip.hpp"

namespace beffroi::http {

namespace {

constexpr std::uintmax_t kMostBytes = 16U << 20U;
constexpr std::string_view kPrefix = "/assets/";

// 64 bits of SHA-256: enough to tell two versions of one file apart.
std::string content_hash(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int length = 0;
    ASSERT(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1);
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < 8; ++i) {
        out += kHex[digest.at(i) >> 4U];
        out += kHex[digest.at(i) & 15U];
    }
    return out;
}

std::string encode_name(std::string_view name) {
    std::string out;
    for (std::size_t start = 0; start <= name.size();) {
        const std::size_t slash = std::min(name.find('/', start), name.size());
        if (start > 0) out += '/';
        out += percent_encode(name.substr(start, slash - start));
        start = slash + 1;
    }
    return out;
}

}  // namespace

std::string_view mime_type(std::string_view filename) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 26> kTypes{{
        {"atom", "application/atom+xml"},
        {"css", "text/css; charset=utf-8"},
        {"csv", "text/csv; charset=utf-8"},
        {"gif", "image/gif"},
        {"html", "text/html; charset=utf-8"},
        {"ico", "image/x-icon"},
        {"jpeg", "image/jpeg"},
        {"jpg", "image/jpeg"},
        {"js", "text/javascript; charset=utf-8"},
        {"json", "application/json"},
        {"jsonld", "application/ld+json"},
        {"map", "application/json"},
        {"md", "text/plain; charset=utf-8"},
        {"mjs", "text/javascript; charset=utf-8"},
        {"mp4", "video/mp4"},
        {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
        {"odt", "application/vnd.oasis.opendocument.text"},
        {"pdf", "application/pdf"},
        {"png", "image/png"},
        {"svg", "image/svg+xml"},
        {"txt", "text/plain; charset=utf-8"},
        {"webmanifest", "application/manifest+json"},
        {"webp", "image/webp"},
        {"woff2", "font/woff2"},
        {"xml", "application/xml"},
        {"zip", "application/zip"},
    }};
    const std::size_t dot = filename.rfind('.');
    if (dot != std::string_view::npos) {
        const std::string_view extension = filename.substr(dot + 1);
        for (const auto& [known, type] : kTypes) {
            if (equals_ignoring_case(known, extension)) return type;
        }
    }
    return "application/octet-stream";
}

base::Result<std::shared_ptr<const Assets>> Assets::load(const std::filesystem::path& folder) {
    namespace fs = std::filesystem;
    auto assets = std::make_shared<Assets>();
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        const bool hidden = it->path().filename().string().starts_with('.');
        if (hidden && it->is_directory()) it.disable_recursion_pending();
        if (hidden || it->is_symlink() || !it->is_regular_file()) continue;
        if (it->file_size() > kMostBytes)
            return base::fail(base::Code::TooLarge, "asset too large: " + it->path().string());
        std::ifstream stream(it->path(), std::ios::binary);
        std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
        if (!stream) return base::fail(base::Code::Unavailable, "cannot read the asset " + it->path().string());
        const std::string name = it->path().lexically_relative(folder).generic_string();
        const std::string hash = content_hash(bytes);
        const std::string_view type = mime_type(name);
        File file{.url = std::string(kPrefix) + hash + "/" + encode_name(name),
                  .content_type = std::string(type),
                  .etag = "W/\"" + hash + "\"",
                  .body = shared_body(std::move(bytes), compressible(type) ? Compress::Yes : Compress::No)};
        assets->files_.emplace(name, std::move(file));
    }
    if (error)
        return base::fail(base::Code::Unavailable,
                          "cannot read the assets in " + folder.string() + ": " + error.message());
    std::string all;
    for (const auto& [name, file] : assets->files_) all += name + file.etag;
    assets->version_ = content_hash(all);
    return assets;
}

const std::string& Assets::url(std::string_view name) const {
    const auto found = files_.find(name);
    ASSERT(found != files_.end());
    return found->second.url;
}

Response Assets::answer(std::string_view path) const {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view hash = path.substr(0, slash);
    const auto found = files_.find(path.substr(std::min(slash + 1, path.size())));
    if (found == files_.end()) throw base::Failure(base::Error{base::Code::NotFound, "no such asset", {}});
    const File& file = found->second;
    // A page of before an update, or a style sheet that names its neighbour under its own hash: today's bytes, asked
    // for again each time.
    const bool current = hash == version_ || (std::string_view(file.etag).substr(3, hash.size()) == hash &&
                                              hash.size() + 4 == file.etag.size());
    return shared(file.content_type, file.body)
        .header("ETag", file.etag)
        .header("Cache-Control", current ? "public, max-age=31536000, immutable" : "public, no-cache")
        .compressed();
}

void Assets::serve(std::shared_ptr<const Assets> assets, Router& router) {
    const RouteOptions quick{.where = Where::IoThread, .body_limit = 0};
    if (assets->has("favicon.ico")) {
        router.add(
            Method::Get, "/favicon.ico", [assets](const Request&) { return assets->answer("0/favicon.ico"); }, quick);
    }
    router.add(
        Method::Get, "/assets/{path...}",
        [assets = std::move(assets)](const Request& request) { return assets->answer(request.param("path")); }, quick);
}

}  // namespace beffroi::http
