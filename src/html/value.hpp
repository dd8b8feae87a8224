// What can fill a hole of a template: Value borrows it until the end of the call. Never keep one.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "base/money.hpp"
#include "base/time.hpp"
#include "html/str.hpp"
#include "html/template.hpp"

namespace beffroi::html {

class Writer;

// One attribute that may be left out: attr("checked", is_checked), attr("aria-describedby", ids).
// A flag is written or not; an empty text, or none, leaves the attribute out (write name='{}' in the template to keep
// it).
class Attr {
  public:
    template <std::same_as<bool> Flag>
    Attr(AttrName name, Flag flag) : name_(name), present_(flag) {}
    Attr(AttrName name, Str value)
        : name_(name), value_(std::move(value)), present_(!value_.empty()), has_value_(true) {}
    template <std::integral T>
        requires(!std::same_as<T, bool> && !std::same_as<T, char>)
    Attr(AttrName name, T value) : Attr(name, Str(std::to_string(value))) {}

    [[nodiscard]] const AttrName& name() const { return name_; }
    [[nodiscard]] std::string_view value() const { return value_; }
    [[nodiscard]] bool present() const { return present_; }
    [[nodiscard]] bool has_value() const { return has_value_; }

  private:
    AttrName name_;
    Str value_;
    bool present_;
    bool has_value_ = false;
};

using Attrs = std::vector<Attr>;

template <typename T>
[[nodiscard]] Attr attr(AttrName name, T&& value) {
    return Attr(name, std::forward<T>(value));
}

// A finished piece of page, made by Writer only; written as it is.
class Html {
  public:
    Html() = default;
    [[nodiscard]] std::string_view view() const { return text_; }
    [[nodiscard]] bool empty() const { return text_.empty(); }

  private:
    friend class Writer;
    explicit Html(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

template <typename T>
concept StringLike = std::convertible_to<const T&, std::string_view>;
template <typename T>
concept Callback = std::invocable<const T&> || std::invocable<const T&, Writer&>;
// A component small enough to fill a hole: `void render(Writer&, const T&)` beside it.
template <typename T>
concept Renderable = requires(Writer& w, const T& component) { render(w, component); };

namespace detail {

template <typename T>
inline constexpr bool kIsId = false;
template <typename Tag>
inline constexpr bool kIsId<base::Id<Tag>> = true;
template <typename T>
inline constexpr bool kIsInteger = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;
template <typename T>
inline constexpr bool kIsHuman = std::same_as<T, base::Cents> || std::same_as<T, base::Rate> ||
                                 std::same_as<T, base::Date> || std::same_as<T, base::Timestamp>;

template <typename T>
consteval Fill fill_of() {
    using U = std::remove_cvref_t<T>;
    if constexpr (StringLike<U> || kIsInteger<U> || kIsId<U>)
        return Fill::Plain;
    else if constexpr (std::floating_point<U>)
        return Fill::Real;
    else if constexpr (kIsHuman<U>)
        return Fill::Human;
    else if constexpr (std::same_as<U, Attr> || std::same_as<U, Attrs>)
        return Fill::Attributes;
    else {
        static_assert(std::same_as<U, Html> || Renderable<U> || Callback<U>, "this type cannot be written on a page");
        return Fill::Content;
    }
}

}  // namespace detail

class Value {
  public:
    enum class Kind : std::uint8_t { Text, Integer, Real, Cents, Rate, Date, Timestamp, OneAttr, ManyAttrs, Raw, Call };

    template <typename T>
    Value(const T& value) {  // NOLINT(google-explicit-constructor): any value fills a hole
        if constexpr (StringLike<T>)
            set_text(Kind::Text, std::string_view(value));
        else if constexpr (detail::kIsInteger<T>)
            set_integer(Kind::Integer, static_cast<std::int64_t>(value));
        else if constexpr (detail::kIsId<T>)
            set_integer(Kind::Integer, value.value);
        else if constexpr (std::floating_point<T>)
            kind_ = Kind::Real, real_ = static_cast<double>(value);
        else if constexpr (std::same_as<T, base::Cents>)
            set_integer(Kind::Cents, value.value);
        else if constexpr (std::same_as<T, base::Rate>)
            set_integer(Kind::Rate, value.per_10000);
        else if constexpr (std::same_as<T, base::Timestamp>)
            set_integer(Kind::Timestamp, value.ms);
        else if constexpr (std::same_as<T, base::Date>)
            kind_ = Kind::Date, object_ = &value;
        else if constexpr (std::same_as<T, Attr>)
            kind_ = Kind::OneAttr, object_ = &value;
        else if constexpr (std::same_as<T, Attrs>)
            kind_ = Kind::ManyAttrs, object_ = &value;
        else if constexpr (std::same_as<T, Html>)
            set_text(Kind::Raw, value.view());
        else {
            static_assert(Renderable<T> || Callback<T>, "this type cannot be written on a page");
            kind_ = Kind::Call;
            object_ = &value;
            call_ = [](Writer& w, const void* object) {
                const T& component = *static_cast<const T*>(object);
                if constexpr (Renderable<T>)
                    render(w, component);
                else if constexpr (std::invocable<const T&>)
                    component();
                else
                    component(w);
            };
        }
    }

  private:
    friend class Writer;
    void set_text(Kind kind, std::string_view text) {
        kind_ = kind, text_ = text.data(), integer_ = static_cast<std::int64_t>(text.size());
    }
    void set_integer(Kind kind, std::int64_t value) { kind_ = kind, integer_ = value; }

    Kind kind_ = Kind::Text;
    std::int64_t integer_ = 0;  // or the length of text_
    union {
        const char* text_ = nullptr;
        double real_;
        const void* object_;
    };
    void (*call_)(Writer&, const void*) = nullptr;
};

// Content held by the description of a component: a text (escaped), a fragment, or a function that writes.
class Slot {
  public:
    Slot() = default;
    template <typename T>
        requires(std::convertible_to<T &&, Str>)
    Slot(T&& text) : text_(std::forward<T>(text)) {}
    Slot(Html html) : html_(std::move(html)) {}
    template <typename T>
        requires(!std::convertible_to<T &&, Str> && Callback<std::remove_cvref_t<T>>)
    Slot(T&& write) {
        if constexpr (std::invocable<T&>)
            write_ = [write = std::forward<T>(write)](Writer&) { write(); };
        else
            write_ = std::forward<T>(write);
    }
    [[nodiscard]] bool empty() const { return text_.empty() && html_.empty() && !write_; }
    friend void render(Writer& w, const Slot& slot);

  private:
    Str text_;
    Html html_;
    std::function<void(Writer&)> write_;
};

}  // namespace beffroi::html
