#include "testcam/session.hpp"

namespace beffroi::testcam {

void Session::send_bent(const Unit& unit) {
    send_straight(unit);
}

}  // namespace beffroi::testcam
