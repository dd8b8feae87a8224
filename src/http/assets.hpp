// Scripts, styles, fonts and images from the folder assets/, in memory, under addresses that change with their content.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/router.hpp"

namespace beffroi::http {

// Unchanging after load, shared by threads.
class Assets {
  public:
    // Reads every regular file below `folder` (no links, no dot files; 16 MiB each at most). Errors: Unavailable,
    // TooLarge.
    [[nodiscard]] static base::Result<std::shared_ptr<const Assets>> load(const std::filesystem::path& folder);

    // "app.css" → "/assets/1f0c…/app.css", to be cached for ever by browsers. A name that does not exist is our own
    // mistake.
    [[nodiscard]] const std::string& url(std::string_view name) const;
    // Of all of them together: "/assets/<version>/css/app.css" may be cached for ever too, and a style sheet that names
    // its neighbour by a relative address gets it under the same version.
    [[nodiscard]] const std::string& version() const { return version_; }
    [[nodiscard]] bool has(std::string_view name) const { return files_.find(name) != files_.end(); }
    [[nodiscard]] std::size_t size() const { return files_.size(); }

    // GET /assets/{path...}, answered inline from memory, gzip form prepared. Also /favicon.ico when there is one.
    static void serve(std::shared_ptr<const Assets> assets, Router& router);

  private:
    struct File {
        std::string url;
        std::string content_type;
        std::string etag;
        SharedBody body;
    };
    [[nodiscard]] Response answer(std::string_view path) const;

    std::map<std::string, File, std::less<>> files_;
    std::string version_;
};

// By extension, "application/octet-stream" for those unknown; text types with their charset.
[[nodiscard]] std::string_view mime_type(std::string_view filename);

}  // namespace beffroi::http
