#include "tokens.hpp"

#include <cstring>
#include <fstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace beffroi::apps {

namespace {

using base::Code;

base::Status make_file(const std::filesystem::path& file) {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) return base::fail(Code::Unavailable, file.string() + ": cannot be made");
    std::string text =
        "# One \"name token\" a line. Whoever holds a token sees the cameras: one for each person or "
        "post.\nexploitant " +
        crypto::random_token() + "\n";
    bool whole = ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(descriptor);
    if (!whole) return base::fail(Code::Unavailable, file.string() + ": cannot be written");
    return {};
}

}  // namespace

base::Result<std::vector<video_pages::Token>> load_tokens(const std::filesystem::path& file) {
    if (std::error_code error; !std::filesystem::exists(file, error)) TRY(make_file(file));
    std::ifstream in(file);
    if (!in) return base::fail(Code::Unavailable, file.string() + ": cannot be read");
    std::vector<video_pages::Token> out;
    std::string line;
    for (int number = 1; std::getline(in, line); ++number) {
        std::string_view text = base::trim(line);
        if (text.empty() || text.starts_with('#')) continue;
        std::size_t space = text.find_last_of(" \t");
        std::string_view secret = space == std::string_view::npos ? std::string_view{} : text.substr(space + 1);
        if (secret.size() < 20)
            return base::fail(Code::Invalid,
                              fmt::format("{}:{}: expected a name, a space and a token of at least 20 characters",
                                          file.string(), number));
        video_pages::Token token;
        token.name = base::trim(text.substr(0, space));
        crypto::Digest digest = crypto::sha256(secret);
        std::memcpy(token.sha256.data(), digest.data(), digest.size());
        out.push_back(std::move(token));
    }
    return out;
}

}  // namespace beffroi::apps
