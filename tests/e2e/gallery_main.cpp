// Writes the gallery as a file: html_gallery LOCALE_FOLDER fr|en OUTPUT.html
#include <cstdio>
#include <fstream>
#include <string_view>

#include "html/gallery.hpp"

int main(int argc, char** argv) {
    using namespace beffroi;
    if (argc != 4) {
        std::fputs("usage: html_gallery LOCALE_FOLDER fr|en OUTPUT.html\n", stderr);
        return 2;
    }
    const auto catalogue = base::Catalogue::load(argv[1]);
    if (!catalogue) {
        std::fprintf(stderr, "%s\n", catalogue.error().detail.c_str());
        return 1;
    }
    html::Writer w(base::Text(*catalogue, std::string_view(argv[2]) == "en" ? base::Language::En : base::Language::Fr));
    html::gallery(w);
    std::ofstream out(argv[3], std::ios::binary);
    out << w.view();
    return out ? 0 : 1;
}
