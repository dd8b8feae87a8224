#include "media/rtsp/auth.hpp"

#include <algorithm>
#include <cstdio>
#include <span>

#include "crypto/hash.hpp"
#include "crypto/md5.hpp"
#include "crypto/random.hpp"
#include "media/rtsp/text.hpp"

namespace beffroi::rtsp {

namespace {

// In a row. Two, since a nonce may have run out without anybody calling it stale; more would lock the account in some
// cameras.
constexpr int kMostRefusals = 2;
constexpr int kMostStale = 8;
constexpr std::size_t kMostChallenges = 16;

struct Parameter {
    std::string_view scheme;  // set when a new challenge begins here
    std::string name, value;
};

// The grammar of RFC 7235 leaves it to the reader to see whether "a b=c" goes on with a challenge or begins one.
class ChallengeReader {
  public:
    explicit ChallengeReader(std::string_view text) : text_(text) {}

    bool next(Parameter& out) {
        out = {};
        skip();
        if (at_ >= text_.size()) return false;
        auto word = token();
        if (word.empty()) {
            ++at_;  // a sign that fits nowhere
            return next_after_noise(out);
        }
        blanks();
        if (peek() != '=') {
            out.scheme = word;
            return true;
        }
        ++at_;
        blanks();
        out.name = word;
        out.value = peek() == '"' ? quoted() : std::string(bare());
        return true;
    }

  private:
    bool next_after_noise(Parameter& out) {
        while (at_ < text_.size() && !is_token(text_[at_])) ++at_;
        return at_ < text_.size() && next(out);
    }
    static bool is_token(char c) {
        return static_cast<unsigned char>(c) > ' ' && c != ',' && c != '=' && c != '"' && c != ';' && c != '\x7f';
    }
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void blanks() {
        while (peek() == ' ' || peek() == '\t') ++at_;
    }
    void skip() {
        while (at_ < text_.size() && (peek() == ',' || peek() == ';' || peek() == ' ' || peek() == '\t')) ++at_;
    }
    std::string_view token() {
        const auto from = at_;
        while (at_ < text_.size() && is_token(text_[at_])) ++at_;
        return text_.substr(from, at_ - from);
    }
    std::string_view bare() {
        const auto from = at_;
        while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != ' ' && text_[at_] != ';') ++at_;
        return text_.substr(from, at_ - from);
    }
    std::string quoted() {
        std::string out;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
            out += text_[at_];
        }
        if (at_ < text_.size()) ++at_;
        return out;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

Challenge::Scheme digest_scheme(std::string_view algorithm) {
    using enum Challenge::Scheme;
    if (algorithm.empty() || same_text(algorithm, "MD5")) return Md5;
    if (same_text(algorithm, "MD5-sess")) return Md5Session;
    if (same_text(algorithm, "SHA-256") || same_text(algorithm, "SHA256")) return Sha256;
    if (same_text(algorithm, "SHA-256-sess")) return Sha256Session;
    return Unknown;
}

bool is_digest(Challenge::Scheme scheme) {
    return scheme != Challenge::Scheme::Basic && scheme != Challenge::Scheme::Unknown;
}

void set_parameter(Challenge& challenge, const Parameter& parameter) {
    if (same_text(parameter.name, "realm")) challenge.realm = parameter.value;
    if (same_text(parameter.name, "nonce")) challenge.nonce = parameter.value;
    if (same_text(parameter.name, "opaque")) challenge.opaque = parameter.value;
    if (same_text(parameter.name, "stale")) challenge.stale = same_text(trimmed(parameter.value), "true");
    if (same_text(parameter.name, "algorithm")) challenge.algorithm = trimmed(parameter.value);
    if (same_text(parameter.name, "qop")) {
        std::string_view list = parameter.value;
        while (!list.empty())
            challenge.qop_auth = same_text(trimmed(take_until(list, ',')), "auth") || challenge.qop_auth;
    }
}

std::string hashed(Challenge::Scheme scheme, std::string_view text) {
    const bool sha = scheme == Challenge::Scheme::Sha256 || scheme == Challenge::Scheme::Sha256Session;
    return sha ? crypto::hex(crypto::sha256(text)) : crypto::md5_hex(text);
}

std::string quoted_value(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c != '\r' && c != '\n') out += c;
    }
    return out + '"';
}

std::string base64(std::string_view text) {
    auto out = crypto::base64url(std::as_bytes(std::span(text.data(), text.size())));
    std::ranges::replace(out, '-', '+');
    std::ranges::replace(out, '_', '/');
    out.append((4 - out.size() % 4) % 4, '=');
    return out;
}

}  // namespace

std::vector<Challenge> parse_challenges(const std::vector<std::string_view>& headers) {
    std::vector<Challenge> challenges;
    for (const auto header : headers) {
        ChallengeReader reader(header);
        Parameter parameter;
        bool any = false;
        std::vector<std::pair<bool, Challenge>> found;  // first: a Digest
        while (reader.next(parameter) && found.size() <= kMostChallenges) {
            if (!parameter.scheme.empty()) {
                Challenge challenge;
                if (same_text(parameter.scheme, "Basic")) challenge.scheme = Challenge::Scheme::Basic;
                found.emplace_back(same_text(parameter.scheme, "Digest"), std::move(challenge));
                any = true;
            } else if (any) {
                set_parameter(found.back().second, parameter);
            }
        }
        for (auto& [digest, challenge] : found) {
            if (digest) challenge.scheme = digest_scheme(challenge.algorithm);
            if (challenges.size() < kMostChallenges) challenges.push_back(std::move(challenge));
        }
    }
    return challenges;
}

bool Authenticator::take(const std::vector<Challenge>& challenges) {
    const bool stale = armed_ && std::ranges::any_of(challenges, &Challenge::stale);
    if (!has_credentials() || (stale ? ++stale_ > kMostStale : ++refusals_ > kMostRefusals)) return false;
    // Once a Digest was refused, Basic would only tell the password to whoever listens.
    const bool digest_refused = armed_ && is_digest(challenge_.scheme);
    const Challenge* best = nullptr;
    for (const auto& challenge : challenges) {
        const bool digest = is_digest(challenge.scheme);
        if (challenge.scheme == Challenge::Scheme::Unknown || (digest && challenge.nonce.empty())) continue;
        if (!digest && (digest_refused || !basic_allowed_)) continue;
        if (tried_.contains(std::to_string(static_cast<int>(challenge.scheme)) + challenge.nonce)) continue;
        if (best == nullptr || challenge.scheme > best->scheme) best = &challenge;
    }
    if (best == nullptr) return false;
    challenge_ = *best;
    tried_.insert(std::to_string(static_cast<int>(best->scheme)) + best->nonce);
    armed_ = true;
    uses_ = 0;
    const std::string random = crypto::random_bytes(12);
    client_nonce_ = crypto::base64url(std::as_bytes(std::span(random)));
    return true;
}

void Authenticator::accepted() {
    refusals_ = 0;
    stale_ = 0;
    if (tried_.size() > 64) tried_.clear();
}

std::string Authenticator::digest(std::string_view method, std::string_view uri) {
    const auto scheme = challenge_.scheme;
    const bool session = scheme == Challenge::Scheme::Md5Session || scheme == Challenge::Scheme::Sha256Session;
    std::string count(8, '0');
    std::snprintf(count.data(), count.size() + 1, "%08x", ++uses_);
    std::string first = hashed(scheme, user_ + ":" + challenge_.realm + ":" + password_);
    if (session) first = hashed(scheme, first + ":" + challenge_.nonce + ":" + client_nonce_);
    const std::string second = hashed(scheme, std::string(method) + ":" + std::string(uri));
    const std::string middle =
        challenge_.qop_auth ? challenge_.nonce + ":" + count + ":" + client_nonce_ + ":auth" : challenge_.nonce;
    const std::string response = hashed(scheme, first + ":" + middle + ":" + second);

    std::string out = "Digest username=" + quoted_value(user_) + ", realm=" + quoted_value(challenge_.realm) +
                      ", nonce=" + quoted_value(challenge_.nonce) + ", uri=" + quoted_value(uri) + ", response=\"" +
                      response + '"';
    if (!challenge_.algorithm.empty()) out += ", algorithm=" + challenge_.algorithm;
    if (!challenge_.opaque.empty()) out += ", opaque=" + quoted_value(challenge_.opaque);
    if (challenge_.qop_auth) out += ", qop=auth, nc=" + count;
    if (challenge_.qop_auth || session) out += ", cnonce=\"" + client_nonce_ + '"';
    return out;
}

std::string Authenticator::authorize(std::string_view method, std::string_view uri) {
    if (!armed_) return {};
    if (challenge_.scheme == Challenge::Scheme::Basic) return "Basic " + base64(user_ + ":" + password_);
    return digest(method, uri);
}

}  // namespace beffroi::rtsp
