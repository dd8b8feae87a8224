// The arithmetic encoder of H.265 (Rec. ITU-T H.265 §9.3), with the flush that PCM samples need.
#pragma once

#include <cstdint>

#include "testcam/bits.hpp"

namespace beffroi::testcam {

class CabacEncoder {
  public:
    explicit CabacEncoder(BitWriter& out) : out_(out) { start(); }

    struct Context {
        std::uint8_t state = 0;
        std::uint8_t most_probable = 0;
    };
    // §9.3.2.2.
    [[nodiscard]] static Context initial(int value, int quantiser);

    void encode(Context& context, bool bin);
    void bypass(bool bin);
    void bypass(unsigned count, std::uint32_t bins);
    void terminate(bool bin);  // with true, finish() must follow
    // EncodeFlush of §9.3.4.5, the final one bit included; the writer is left where it is in its byte.
    void finish();
    // After PCM samples: again from the beginning, contexts stay.
    void start();

  private:
    void put(bool bit);
    void renormalise();

    BitWriter& out_;
    std::uint32_t low_ = 0;
    std::uint32_t range_ = 510;
    std::uint32_t outstanding_ = 0;
    bool first_ = true;
};

}  // namespace beffroi::testcam
