// What a password must be. Length does most (ANSSI, Recommandations relatives à l'authentification multifacteur et aux
// mots de passe, 2021, and NIST SP 800-63B section 5.1.1): no rule about capitals or signs, no forced change, but none
// that everybody tries first.
#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "accounts/accounts.hpp"
#include "base/text.hpp"

namespace beffroi::accounts {

namespace {

using base::Code;

constexpr std::size_t kShortest = 12;
constexpr std::size_t kLongest = 200;
constexpr std::size_t kFewestDifferent = 5;

// What is left of the commonest passwords of France and elsewhere once digits and signs at both ends are taken off: a
// list of words makes "Motdepasse2026!" and "!!azerty1234567" fall too.
constexpr std::array<std::string_view, 58> kCommon = {"azerty",
                                                      "azertyuiop",
                                                      "qwerty",
                                                      "qwertyuiop",
                                                      "qsdfghjklm",
                                                      "asdfghjkl",
                                                      "wxcvbn",
                                                      "azertyuiopqsdfghjklm",
                                                      "motdepasse",
                                                      "motdepass",
                                                      "mot de passe",
                                                      "password",
                                                      "passw rd",
                                                      "pass",
                                                      "passe",
                                                      "passport",
                                                      "loulou",
                                                      "doudou",
                                                      "chouchou",
                                                      "marseille",
                                                      "bonjour",
                                                      "soleil",
                                                      "jetaime",
                                                      "je taime",
                                                      "camille",
                                                      "nicolas",
                                                      "admin",
                                                      "administrateur",
                                                      "administrator",
                                                      "administration",
                                                      "root",
                                                      "bienvenue",
                                                      "welcome",
                                                      "welcome to",
                                                      "iloveyou",
                                                      "letmein",
                                                      "let me in",
                                                      "monkey",
                                                      "dragon",
                                                      "football",
                                                      "princess",
                                                      "sunshine",
                                                      "superman",
                                                      "trustno",
                                                      "changeme",
                                                      "change me",
                                                      "changezmoi",
                                                      "mairie",
                                                      "mairie de",
                                                      "commune",
                                                      "region",
                                                      "videoprotection",
                                                      "video protection",
                                                      "beffroi",
                                                      "beffroi aides",
                                                      "secret",
                                                      "correct horse battery staple",
                                                      "test"};

constexpr std::array<std::string_view, 6> kRows = {"01234567890123456789012345678901234567890",
                                                   "98765432109876543210987654321098765432109",
                                                   "abcdefghijklmnopqrstuvwxyzabcdefghijklm",
                                                   "azertyuiopqsdfghjklmwxcvbn",
                                                   "qwertyuiopasdfghjklzxcvbnm",
                                                   "zyxwvutsrqponmlkjihgfedcba"};

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

std::string_view without_ends(std::string_view text) {
    while (!text.empty() && !is_letter(text.front())) text.remove_prefix(1);
    while (!text.empty() && !is_letter(text.back())) text.remove_suffix(1);
    return text;
}

// "abcabcabcabc": a short piece again and again is as easy as the piece.
bool repeats_itself(std::string_view text) {
    for (std::size_t piece = 1; piece <= text.size() / 3; ++piece) {
        bool same = true;
        for (std::size_t i = piece; same && i < text.size(); ++i) same = text[i] == text[i - piece];
        if (same) return true;
    }
    return false;
}

bool common(std::string_view password) {
    std::string folded = base::fold(password);
    std::string_view core = without_ends(folded);
    if (std::ranges::find(kCommon, core) != kCommon.end()) return true;
    if (std::set<char>(password.begin(), password.end()).size() < kFewestDifferent) return true;
    std::string lower(password);
    std::ranges::transform(lower, lower.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return repeats_itself(lower) ||
           std::ranges::any_of(kRows, [&](std::string_view row) { return row.find(lower) != std::string_view::npos; });
}

// The address, the part before its @, or the name, with nothing of one's own but digits and signs around it.
bool own_name(std::string_view password, std::string_view email, std::string_view name) {
    std::string folded = base::fold(password);
    std::string_view core = without_ends(folded);
    if (core.empty()) return false;
    std::string address = base::fold(email);
    std::string local = base::fold(email.substr(0, email.find('@')));
    return core == address || core == without_ends(address) || core == without_ends(local) || core == base::fold(name);
}

base::Error refused(std::string key, std::string detail) {
    return {Code::Invalid, std::move(detail), {std::move(key), {}}};
}

}  // namespace

base::Status check_password(std::string_view password, std::string_view email, std::string_view name) {
    if (password.size() > kLongest * 4 || !base::valid_utf8(password))
        return std::unexpected(refused("accounts.password.too_long", "password: too long or not UTF-8"));
    std::size_t length = characters(password);
    if (length < kShortest) return std::unexpected(refused("accounts.password.too_short", "password: too short"));
    if (length > kLongest) return std::unexpected(refused("accounts.password.too_long", "password: too long"));
    if (common(password))
        return std::unexpected(refused("accounts.password.too_common", "password: among the commonest"));
    if (own_name(password, email, name))
        return std::unexpected(refused("accounts.password.own_name", "password: the address or the name"));
    return {};
}

base::Result<std::string> email_key(std::string_view email) {
    std::string key(base::trim(email));
    auto wrong = [&] { return base::fail(Code::Invalid, "not an e-mail address", {"accounts.email.invalid", {}}); };
    // RFC 5321 section 4.5.3.1.3: a path is 256 at most, with its angle brackets.
    if (key.size() > 254 || !base::valid_utf8(key)) return wrong();
    std::size_t at = key.find('@');
    if (at == std::string::npos || at == 0 || at > 64 || key.find('@', at + 1) != std::string::npos) return wrong();
    std::string_view domain = std::string_view(key).substr(at + 1);
    std::size_t dot = domain.find('.');
    if (dot == std::string_view::npos || domain.front() == '.' || domain.back() == '.' ||
        domain.find("..") != std::string_view::npos)
        return wrong();
    for (char& c : key) {
        unsigned char byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte == 0x7F || std::string_view("\"<>()[],;:\\").find(c) != std::string_view::npos)
            return wrong();
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return key;
}

}  // namespace beffroi::accounts
