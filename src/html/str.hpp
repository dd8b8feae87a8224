// Text held by the description of a component: borrowed when it lives elsewhere, owned when it was made on the spot.
//
//   .label = t("aides.amount")                 borrowed: catalogues live as long as the program
//   .label = t("aides.until", {{"date", d}})   owned: moved in from the std::string that was made for it
//   .label = model.name                        borrowed: the model outlives the page being written
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace beffroi::html {

class Str {
  public:
    Str() = default;
    Str(const char* text) : text_(std::string_view(text)) {}
    Str(std::string_view text) : text_(text) {}
    Str(const std::string& text) : text_(std::string_view(text)) {}
    Str(std::string&& text) : text_(std::move(text)) {}
    Str(const std::string&& text)
        : text_(std::string(text)) {}  // what `cond ? a_const_string : f()` makes: soon gone, so copied

    [[nodiscard]] std::string_view view() const {
        if (const auto* owned = std::get_if<std::string>(&text_)) return *owned;
        return *std::get_if<std::string_view>(&text_);
    }
    [[nodiscard]] bool empty() const { return view().empty(); }
    operator std::string_view() const { return view(); }

  private:
    std::variant<std::string_view, std::string> text_;
};

}  // namespace beffroi::html
