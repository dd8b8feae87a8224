# Compiler and linker choices shared by every target. Presets set the BEFFROI_* variables.
set(BEFFROI_SANITIZE "" CACHE STRING "comma separated sanitizers, e.g. address,undefined or thread")
option(BEFFROI_FUZZ "build the libFuzzer targets (clang only)" OFF)
option(BEFFROI_BENCH "build the benchmarks" OFF)

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(beffroi_options INTERFACE)
target_compile_options(
  beffroi_options
  INTERFACE -Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
            -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(beffroi_options INTERFACE -Wthread-safety -Wno-gnu-statement-expression
                                                   -Wno-missing-field-initializers -Wno-c++26-extensions)
else()
  # g++ reports TRY's statement expression as pedantry, a TRY in a lambda inside another as shadowing (clang, the compiler of record, looks
  # for real shadowing), and warns about designated initialisers left to their default.
  target_compile_options(beffroi_options INTERFACE -Wno-pedantic -Wno-shadow -Wno-missing-field-initializers)
endif()
find_program(MOLD mold)
if(MOLD)
  target_link_options(beffroi_options INTERFACE -fuse-ld=mold)
endif()
if(BEFFROI_SANITIZE)
  target_compile_options(beffroi_options INTERFACE -fsanitize=${BEFFROI_SANITIZE} -fno-omit-frame-pointer
                                                   -fno-sanitize-recover=all -g1)
  target_link_options(beffroi_options INTERFACE -fsanitize=${BEFFROI_SANITIZE})
endif()
if(BEFFROI_FUZZ)
  target_compile_options(beffroi_options INTERFACE -fsanitize=fuzzer-no-link)
  target_compile_definitions(beffroi_options INTERFACE BEFFROI_FUZZING)
endif()
if(CMAKE_BUILD_TYPE STREQUAL Release)
  target_compile_definitions(beffroi_options INTERFACE _GLIBCXX_ASSERTIONS)
  target_compile_options(beffroi_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
