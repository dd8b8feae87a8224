// The little of CAVLC (Rec. ITU-T H.264 §9.2) that flat blocks need: the DC coefficients of an Intra 16x16 macroblock
// without neighbours that have AC coefficients (nC = 0), and of its chroma.
#pragma once

#include <array>
#include <cstdint>

#include "testcam/bits.hpp"

namespace beffroi::testcam {

// In zigzag order.
void put_luma_dc(BitWriter& out, const std::array<int, 16>& levels);
// One coefficient, or none when it is zero.
void put_chroma_dc(BitWriter& out, int level);

}  // namespace beffroi::testcam
