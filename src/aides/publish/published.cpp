#include "aides/publish/published.hpp"

namespace beffroi::aides::publish {

std::string_view origin_name(Origin origin) {
    switch (origin) {
        case Origin::Actual:
            return "actual";
        case Origin::Reconstructed:
            return "reconstructed";
        case Origin::Simulated:
            return "simulated";
    }
    return "simulated";
}

std::string_view origin_mark(Origin origin) {
    switch (origin) {
        case Origin::Actual:
            return "";
        case Origin::Reconstructed:
            return "[Montant réel, dossier reconstitué] ";
        case Origin::Simulated:
            return "[Donnée simulée] ";
    }
    return "";
}

namespace {

// FNV-1a with two bases: no secret and no adversary here, only names that must keep their number for ever.
std::uint64_t fnv(std::string_view text, std::uint64_t hash) {
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001B3ULL;
    }
    // A last mix, so that names that differ by their last character differ everywhere.
    hash ^= hash >> 33U;
    hash *= 0xFF51AFD7ED558CCDULL;
    hash ^= hash >> 33U;
    return hash;
}

}  // namespace

std::string scheme_uuid(std::string_view name) {
    std::uint64_t high = fnv(name, 0xCBF29CE484222325ULL);
    std::uint64_t low = fnv(name, 0x9AE16A3B2F90404FULL);
    high = (high & ~0xF000ULL) | 0x8000ULL;
    low = (low & ~(0xC0ULL << 56U)) | (0x80ULL << 56U);
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (int i = 0; i < 32; ++i) {
        const std::uint64_t half = i < 16 ? high : low;
        if (i == 8 || i == 12 || i == 16 || i == 20) out += '-';
        out += kDigits[(half >> (60U - 4U * static_cast<unsigned>(i % 16))) & 0xFU];
    }
    return out;
}

}  // namespace beffroi::aides::publish
