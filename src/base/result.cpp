#include "base/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace beffroi::base {

std::string_view code_name(Code code) {
    switch (code) {
        case Code::Invalid:
            return "invalid";
        case Code::NotFound:
            return "not_found";
        case Code::Conflict:
            return "conflict";
        case Code::Refused:
            return "refused";
        case Code::TooLarge:
            return "too_large";
        case Code::Unavailable:
            return "unavailable";
        case Code::Corrupt:
            return "corrupt";
        case Code::Internal:
            return "internal";
    }
    return "internal";
}

void assertion_failed(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "assertion failed: %s at %s:%d\n", expression, file, line);
    std::abort();
}

}  // namespace beffroi::base
