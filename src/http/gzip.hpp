// gzip (RFC 1952) of answers, whole or as a stream.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace beffroi::http {

inline constexpr int kFastGzip = 1;
inline constexpr int kBestGzip = 9;

[[nodiscard]] std::string gzip(std::string_view bytes, int level);

// One thread at a time.
class GzipStream {
  public:
    explicit GzipStream(int level);
    ~GzipStream();
    GzipStream(const GzipStream&) = delete;
    GzipStream& operator=(const GzipStream&) = delete;

    enum class Last { No, Yes };
    // Appends to `out` what is ready.
    void write(std::string_view bytes, Last last, std::string& out);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Accept-Encoding (RFC 9110 §12.5.3) allows gzip.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);
// Text, scripts, JSON, SVG: what compressing makes smaller.
[[nodiscard]] bool compressible(std::string_view content_type);

}  // namespace beffroi::http
