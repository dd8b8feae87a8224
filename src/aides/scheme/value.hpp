// A value of a scheme file: what it is from which date, who says so, and whether it is known, assumed for a
// demonstration, or unknown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aides/scheme/vocabulary.hpp"
#include "base/time.hpp"

namespace beffroi::scheme {

struct Bilingual {
    std::string fr;
    std::string en;
    [[nodiscard]] const std::string& in(base::Language language) const {
        return language == base::Language::Fr ? fr : en;
    }
    [[nodiscard]] bool empty() const { return fr.empty() && en.empty(); }
    bool operator==(const Bilingual&) const = default;
};

// An act, a page, a reading: what stands behind a value.
struct Source {
    std::string id;
    std::string title;
    std::string url;  // may be empty
    std::optional<base::Date> date;
    Mark mark = Mark::Read;
    int line = 0;
};

using Refs = std::vector<std::string>;  // ids of sources

enum class State : std::uint8_t { Known, Assumed, Unknown };

template <typename T>
struct Setting {
    base::Date from = base::make_date(1900, 1, 1);
    State state = State::Known;
    T value{};         // meaningless when Unknown
    Bilingual remark;  // the note, the reason of the assumption, or the open question
    Refs refs;
    int line = 0;
};

// Settings by increasing date; each holds until the next.
template <typename T>
struct Value {
    std::string key;  // as in "rate.rows[0].percent"
    std::vector<Setting<T>> settings;

    // Written in the file, be it as unknown.
    [[nodiscard]] bool present() const { return !settings.empty(); }
    // Nothing when not present, or before the first date.
    [[nodiscard]] const Setting<T>* at(base::Date date) const {
        const Setting<T>* found = nullptr;
        for (const auto& setting : settings)
            if (setting.from <= date) found = &setting;
        return found;
    }
    // The value of that date, or `otherwise` when absent or unknown: for showing, never for deciding.
    [[nodiscard]] T value_or(base::Date date, T otherwise) const {
        const auto* setting = at(date);
        return setting && setting->state != State::Unknown ? setting->value : otherwise;
    }
};

}  // namespace beffroi::scheme
