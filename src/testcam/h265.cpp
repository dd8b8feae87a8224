#include "testcam/encoder.hpp"

namespace beffroi::testcam {

std::unique_ptr<PictureEncoder> make_h265(const VideoShape& shape) {
    return make_h264(shape);
}

}  // namespace beffroi::testcam
