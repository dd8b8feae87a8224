#include "html/drawing.hpp"

#include <doctest/doctest.h>

#include "base/catalogue.hpp"

using beffroi::html::is_safe_drawing;

TEST_CASE("a chart and a map pass, whatever their texts say once escaped") {
    CHECK(is_safe_drawing(
        R"(<svg class="chart" viewBox="0 0 10 10" role="img"><title id="t">Nord &lt;59&gt;</title>)"
        R"(<g><rect x="0" y="1.5" width="3" height="4" class="chart-s1"/></g>)"
        R"(<a class="chart-link" href="/aides-accordees?departement=59"><text x="1">a > b</text></a></svg>)"
        "\n"));
    const bool map = is_safe_drawing(R"(<svg viewBox="0 0 1 1"><path class="map-area" d="M0,0L1,1Z"/></svg>)");
    CHECK(map);
}

TEST_CASE("anything that could run, load or escape from the drawing is refused") {
    const char* const all[] = {"",
                               "texte",
                               "<svg>",
                               "<svg></svg><p>",
                               "<svg></svg><svg></svg>",
                               "<svg><script>alert(1)</script></svg>",
                               R"(<svg onload="x"></svg>)",
                               R"(<svg><g style="fill:red"></g></svg>)",
                               R"x(<svg><a href="javascript:alert(1)"></a></svg>)x",
                               R"x(<svg><a href="java&#115;cript:alert(1)"></a></svg>)x",
                               "<svg><g></svg></g>",
                               "<svg><!-- --></svg>",
                               R"(<svg><image href="http://x/"/></svg>)",
                               R"(<svg class="a"id="b"></svg>)",
                               R"(<svg class="a<b"></svg>)",
                               R"(<svg class=a></svg>)",
                               "<svg><use/></svg>",
                               R"(<svg><text>a</svg>)",
                               "<p><svg></svg></p>"};
    for (const char* bad : all) CHECK_MESSAGE(!is_safe_drawing(bad), bad);
}
