#include <algorithm>

#include "video/recorder/camera.hpp"

namespace beffroi::recorder {

namespace {

struct Least {
    int width, height;
    double rate;
};

Least least(Function function) {
    switch (function) {
        case Function::Narrow:
            return {704, 576, 12};
        case Function::Wide:
            return {352, 288, 6};
    }
    return {};
}

}  // namespace

Norm norm_of(Function function, const codec::VideoFormat& format, double rate) {
    if (format.width == 0 || format.height == 0) return Norm::Unknown;
    Least needed = least(function);
    // A camera hung upright gives the same image turned.
    int longer = std::max(format.width, format.height);
    int shorter = std::min(format.width, format.height);
    if (longer < needed.width || shorter < needed.height) return Norm::TooSmall;
    if (rate <= 0) return Norm::Unknown;
    // A camera set to 12 images a second gives 11.99 over a few seconds.
    if (rate < needed.rate * 0.98) return Norm::TooSlow;
    return Norm::Met;
}

}  // namespace beffroi::recorder
