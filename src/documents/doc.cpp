#include "documents/doc.hpp"

namespace beffroi::documents {

namespace {

bool is_word(char c) {
    const auto u = static_cast<unsigned char>(c);
    return u >= 0x80 || (u >= '0' && u <= '9') || (u >= 'A' && u <= 'Z') || (u >= 'a' && u <= 'z');
}

}  // namespace

Spans parse_spans(std::string_view text) {
    Spans spans;
    Span current;
    const auto flush = [&] {
        if (current.text.empty()) return;
        spans.push_back(current);
        current.text.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const bool before = i > 0 && is_word(text[i - 1]);
        if (c == '\\' && i + 1 < text.size() && (text[i + 1] == '*' || text[i + 1] == '_' || text[i + 1] == '\\')) {
            current.text += text[++i];
        } else if (text.substr(i, 2) == "**" && (current.bold || text.find("**", i + 2) != std::string_view::npos)) {
            flush();
            current.bold = !current.bold;
            ++i;
        } else if (c == '_' && current.italic && !(i + 1 < text.size() && is_word(text[i + 1]))) {
            flush();
            current.italic = false;
        } else if (c == '_' && !current.italic && !before && text.find('_', i + 1) != std::string_view::npos) {
            flush();
            current.italic = true;
        } else {
            current.text += c;
        }
    }
    flush();
    return spans;
}

}  // namespace beffroi::documents
