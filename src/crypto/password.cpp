#include "crypto/password.hpp"

#include <sodium.h>

#include "crypto/random.hpp"
#include "crypto/sodium_init.hpp"

namespace beffroi::crypto {

namespace {

using base::Code;

base::Error no_memory() {
    return {Code::Unavailable, "argon2id: not enough memory", {}};
}

}  // namespace

// One of the hashes that may be computed at once.
class PasswordHasher::Turn {
  public:
    explicit Turn(PasswordHasher& hasher) : hasher_(hasher), given_(hasher.enter()) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        if (given_) hasher_.leave();
    }
    [[nodiscard]] const base::Status& given() const { return given_; }

  private:
    PasswordHasher& hasher_;
    base::Status given_;
};

PasswordHasher::PasswordHasher(PasswordCost cost) : cost_(cost) {
    ensure_sodium();
    ASSERT(cost.at_once >= 1 && cost.memory_kib * 1024 >= crypto_pwhash_argon2id_MEMLIMIT_MIN &&
           cost.passes >= crypto_pwhash_argon2id_OPSLIMIT_MIN);
    nobody_ = base::value_or_throw(compute(random_token()));
}

base::Status PasswordHasher::enter() {
    std::unique_lock lock(mutex_);
    if (running_ >= cost_.at_once) {
        if (waiting_ >= cost_.waiting)
            return base::fail(Code::Unavailable, "too many passwords to check at once", {"error.code.unavailable", {}});
        ++waiting_;
        free_.wait(lock, [&] { return running_ < cost_.at_once; });
        --waiting_;
    }
    ++running_;
    return {};
}

void PasswordHasher::leave() {
    std::lock_guard lock(mutex_);
    --running_;
    free_.notify_one();
}

base::Result<std::string> PasswordHasher::compute(std::string_view password) const {
    char out[crypto_pwhash_argon2id_STRBYTES];
    if (crypto_pwhash_argon2id_str(out, password.data(), password.size(), cost_.passes, cost_.memory_kib * 1024) != 0)
        return std::unexpected(no_memory());
    return std::string(out);
}

base::Result<std::string> PasswordHasher::hash(std::string_view password) {
    Turn turn(*this);
    if (!turn.given()) return std::unexpected(turn.given().error());
    return compute(password);
}

base::Result<bool> PasswordHasher::verify(std::string_view hash, std::string_view password) {
    // libsodium reads the parameters from the hash: one that it cannot read would come back at once, and tell.
    std::string known(hash);
    bool usable = known.size() < crypto_pwhash_argon2id_STRBYTES &&
                  crypto_pwhash_argon2id_str_needs_rehash(known.c_str(), cost_.passes, cost_.memory_kib * 1024) >= 0;
    Turn turn(*this);
    if (!turn.given()) return std::unexpected(turn.given().error());
    const std::string& against = usable ? known : nobody_;
    bool right = crypto_pwhash_argon2id_str_verify(against.c_str(), password.data(), password.size()) == 0;
    return right && usable;
}

bool PasswordHasher::outdated(std::string_view hash) const {
    std::string known(hash);
    return known.size() >= crypto_pwhash_argon2id_STRBYTES ||
           crypto_pwhash_argon2id_str_needs_rehash(known.c_str(), cost_.passes, cost_.memory_kib * 1024) != 0;
}

}  // namespace beffroi::crypto
