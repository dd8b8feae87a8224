// Who we are, as RTSP servers ask it: Digest (RFC 2617, RFC 7616: MD5, SHA-256, their -sess, qop=auth) and Basic (RFC
// 7617).
//
// Belongs to one conversation. The secrets it holds leave it only as what goes into an Authorization header.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace beffroi::rtsp {

struct Challenge {
    enum class Scheme { Basic, Md5, Md5Session, Sha256, Sha256Session, Unknown };
    Scheme scheme = Scheme::Unknown;
    std::string realm, nonce, opaque;
    std::string algorithm;  // as written; empty: not said
    bool qop_auth = false;  // "auth" is offered
    bool stale = false;
};

// All challenges of an answer: its WWW-Authenticate headers, each of which may hold several.
[[nodiscard]] std::vector<Challenge> parse_challenges(const std::vector<std::string_view>& headers);

class Authenticator {
  public:
    Authenticator(std::string user, std::string password) : user_(std::move(user)), password_(std::move(password)) {}

    [[nodiscard]] bool has_credentials() const { return !user_.empty() || !password_.empty(); }
    // Digest only from now on: Basic would hand the password to a host that the person never named.
    void forbid_basic() { basic_allowed_ = false; }

    // After a 401: takes the strongest challenge not tried yet; false when there is no use in asking again.
    [[nodiscard]] bool take(const std::vector<Challenge>& challenges);
    // A request was accepted: a later refusal is about that moment's nonce, not about the password.
    void accepted();
    // The value of Authorization for this request; empty before a challenge was taken.
    [[nodiscard]] std::string authorize(std::string_view method, std::string_view uri);

  private:
    [[nodiscard]] std::string digest(std::string_view method, std::string_view uri);

    std::string user_, password_;
    Challenge challenge_;
    bool armed_ = false;
    bool basic_allowed_ = true;
    std::uint32_t uses_ = 0;  // of this nonce
    std::set<std::string> tried_;
    int refusals_ = 0;  // in a row
    int stale_ = 0;     // in a row
    std::string client_nonce_;
};

}  // namespace beffroi::rtsp
