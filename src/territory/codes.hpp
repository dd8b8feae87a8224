// The codes of the French territory, as values that can only hold a well-formed code.
//
// All are a few bytes, trivially copied, ordered as their text is. A default-made one is empty: it stands for "none"
// and is never given by parse(). parse() takes what people type (spaces around and inside, lower case) and says in
// French and English what was expected. Well-formed does not mean that the thing exists: ask the Directory.
//
// Sources: INSEE, Code officiel géographique (communes: 5 characters, départements 2A and 2B since 1976, so old
// Corsican codes start with 20); SIREN and SIRET: Code de commerce R123-220 and R123-221, check digit of Luhn (ISO/IEC
// 7812-1 annex B).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace beffroi::territory {

namespace detail {

// At most N characters, padded with zeros so that comparing the arrays compares the texts.
template <std::size_t N>
struct ShortText {
    std::array<char, N> chars{};
    auto operator<=>(const ShortText&) const = default;
    [[nodiscard]] constexpr std::size_t size() const {
        std::size_t n = 0;
        while (n < N && chars[n] != 0) ++n;
        return n;
    }
    // Of the object itself: valid while it lives.
    [[nodiscard]] constexpr std::string_view view() const { return {chars.data(), size()}; }
};

}  // namespace detail

// 59, 2A, 971, 988. Overseas collectivities count as one, as the COG files do.
class DepartementCode {
  public:
    DepartementCode() = default;
    [[nodiscard]] static base::Result<DepartementCode> parse(std::string_view text);
    [[nodiscard]] std::string str() const { return std::string(text_.view()); }
    [[nodiscard]] std::string_view view() const& { return text_.view(); }
    std::string_view view() && = delete;
    [[nodiscard]] explicit operator bool() const { return text_.size() != 0; }
    auto operator<=>(const DepartementCode&) const = default;

  private:
    friend class InseeCode;
    detail::ShortText<3> text_;
};

// 32 for Hauts-de-France, 01 to 06 overseas; a collectivity without a region (975, 988…) is its own.
class RegionCode {
  public:
    RegionCode() = default;
    [[nodiscard]] static base::Result<RegionCode> parse(std::string_view text);
    [[nodiscard]] std::string str() const { return std::string(text_.view()); }
    [[nodiscard]] std::string_view view() const& { return text_.view(); }
    std::string_view view() && = delete;
    [[nodiscard]] explicit operator bool() const { return text_.size() != 0; }
    auto operator<=>(const RegionCode&) const = default;

  private:
    detail::ShortText<3> text_;
};

// Of a commune: 59172, 2A004, 97105.
class InseeCode {
  public:
    InseeCode() = default;
    [[nodiscard]] static base::Result<InseeCode> parse(std::string_view text);
    [[nodiscard]] std::string str() const { return std::string(text_.view()); }
    [[nodiscard]] std::string_view view() const& { return text_.view(); }
    std::string_view view() && = delete;
    // As the code says. A few communes changed département and kept nothing of their old code: the Directory knows.
    [[nodiscard]] DepartementCode departement() const;
    [[nodiscard]] explicit operator bool() const { return text_.size() != 0; }
    auto operator<=>(const InseeCode&) const = default;

  private:
    detail::ShortText<5> text_;
};

// A legal person, 9 digits, the last one by Luhn.
class Siren {
  public:
    Siren() = default;
    [[nodiscard]] static base::Result<Siren> parse(std::string_view text);
    [[nodiscard]] std::string str() const;
    // As people read it: 215 901 729, with no-break spaces.
    [[nodiscard]] std::string spaced() const;
    [[nodiscard]] std::uint32_t number() const { return number_; }
    [[nodiscard]] explicit operator bool() const { return number_ != 0; }
    auto operator<=>(const Siren&) const = default;

  private:
    friend class Siret;
    std::uint32_t number_ = 0;
};

// An establishment of a legal person, 14 digits: SIREN, then 5 (NIC). By Luhn, except those of La Poste (SIREN 356 000
// 000), too many for one check digit: the sum of their digits must be a multiple of 5 (INSEE, note of the Sirene
// repertory; its head office 356 000 000 00048 passes Luhn and is taken as well).
class Siret {
  public:
    Siret() = default;
    [[nodiscard]] static base::Result<Siret> parse(std::string_view text);
    [[nodiscard]] std::string str() const;
    [[nodiscard]] std::string spaced() const;  // 200 053 742 00017
    [[nodiscard]] Siren siren() const;
    [[nodiscard]] explicit operator bool() const { return number_ != 0; }
    auto operator<=>(const Siret&) const = default;

  private:
    std::uint64_t number_ = 0;
};

}  // namespace beffroi::territory

template <>
struct std::hash<beffroi::territory::InseeCode> {
    std::size_t operator()(const beffroi::territory::InseeCode& code) const noexcept {
        return std::hash<std::string_view>{}(code.view());
    }
};
template <>
struct std::hash<beffroi::territory::DepartementCode> {
    std::size_t operator()(const beffroi::territory::DepartementCode& code) const noexcept {
        return std::hash<std::string_view>{}(code.view());
    }
};
template <>
struct std::hash<beffroi::territory::RegionCode> {
    std::size_t operator()(const beffroi::territory::RegionCode& code) const noexcept {
        return std::hash<std::string_view>{}(code.view());
    }
};
template <>
struct std::hash<beffroi::territory::Siren> {
    std::size_t operator()(beffroi::territory::Siren siren) const noexcept {
        return std::hash<std::uint32_t>{}(siren.number());
    }
};
