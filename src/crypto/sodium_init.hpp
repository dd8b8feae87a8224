// Inside crypto only: libsodium must be readied before its first use.
#pragma once

namespace beffroi::crypto {

void ensure_sodium();

}  // namespace beffroi::crypto
