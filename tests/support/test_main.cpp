#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

// fontconfig keeps one pattern for the life of the process (288 bytes), which nobody can free.
extern "C" const char* __lsan_default_suppressions() {  // NOLINT: the name that the sanitizer looks for
    return "leak:libfontconfig\n";
}
