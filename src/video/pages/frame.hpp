// The frame of this site's pages: one header, no navigation but the grid, nothing inline. For src/video/pages only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "html/components.hpp"
#include "http/response.hpp"
#include "video/pages/services.hpp"

namespace beffroi::video_pages {

struct Frame {
    html::Str title;
    html::Str path;           // of this page with its parameters: the language switch comes back to it
    std::string_view script;  // module below assets/video; empty: none
    bool signed_in = true;    // offers to sign out
    html::Slot main;
};
void draw(html::Writer& w, const Services& services, const Frame& frame);

// With the content security policy that pictures and films need.
[[nodiscard]] http::Response page_answer(html::Writer& w, int status = 200);

}  // namespace beffroi::video_pages
