# One folder = one target = one namespace.
#
#   beffroi_module(db DEPENDS base LIBS PkgConfig::SQLITE)
#
# builds every *.cpp of the folder (not *_test.cpp) into the static library `beffroi_db`, and every *_test.cpp into the
# test program `db_test`, which ctest runs as a whole. DEPENDS names other modules, LIBS names third-party targets (private: no
# third-party header may appear in a public header, except where the module's README says so), TEST_DEPENDS what only the tests need.
function(beffroi_module NAME)
  cmake_parse_arguments(M "" "" "DEPENDS;LIBS;TEST_DEPENDS;TEST_LIBS" ${ARGN})
  string(REPLACE "/" "_" TARGET ${NAME})
  file(GLOB SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  file(GLOB TESTS CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  list(REMOVE_ITEM SOURCES ${TESTS} "" ${CMAKE_CURRENT_SOURCE_DIR}/test_support.cpp)
  list(TRANSFORM M_DEPENDS REPLACE "/" "_")
  list(TRANSFORM M_DEPENDS PREPEND "beffroi_")
  list(TRANSFORM M_TEST_DEPENDS REPLACE "/" "_")
  list(TRANSFORM M_TEST_DEPENDS PREPEND "beffroi_")
  if(SOURCES)
    add_library(beffroi_${TARGET} STATIC ${SOURCES})
    target_include_directories(beffroi_${TARGET} PUBLIC ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(beffroi_${TARGET} PUBLIC ${M_DEPENDS} PRIVATE beffroi_options ${M_LIBS})
  else()
    add_library(beffroi_${TARGET} INTERFACE)
    target_include_directories(beffroi_${TARGET} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(beffroi_${TARGET} INTERFACE ${M_DEPENDS})
  endif()
  # What the tests of other modules build upon: TEST_DEPENDS aides/pages/site/test_support.
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/test_support.cpp AND NOT BEFFROI_FUZZ)
    add_library(beffroi_${TARGET}_test_support STATIC ${CMAKE_CURRENT_SOURCE_DIR}/test_support.cpp)
    target_link_libraries(beffroi_${TARGET}_test_support PUBLIC beffroi_${TARGET} ${M_TEST_DEPENDS} doctest::doctest
                                                         PRIVATE beffroi_options ${M_LIBS} ${M_TEST_LIBS})
  endif()
  if(TESTS AND NOT BEFFROI_FUZZ)
    add_executable(${TARGET}_test ${TESTS})
    target_link_libraries(${TARGET}_test PRIVATE beffroi_${TARGET} beffroi_test_main beffroi_options ${M_TEST_DEPENDS}
                                                 ${M_LIBS} ${M_TEST_LIBS})
    if(TARGET beffroi_${TARGET}_test_support)
      target_link_libraries(${TARGET}_test PRIVATE beffroi_${TARGET}_test_support)
    endif()
    add_test(NAME ${TARGET} COMMAND ${TARGET}_test WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

# beffroi_fuzzer(csv SOURCES csv_fuzz.cpp DEPENDS base): tests/fuzz/corpus/csv holds its seeds. Without the fuzz preset the same
# target replays the corpus once, so that a past finding stays found.
function(beffroi_fuzzer NAME)
  cmake_parse_arguments(F "" "" "SOURCES;DEPENDS;LIBS" ${ARGN})
  list(TRANSFORM F_DEPENDS REPLACE "/" "_")
  list(TRANSFORM F_DEPENDS PREPEND "beffroi_")
  add_executable(fuzz_${NAME} ${F_SOURCES})
  target_link_libraries(fuzz_${NAME} PRIVATE ${F_DEPENDS} beffroi_options ${F_LIBS})
  if(BEFFROI_FUZZ)
    target_link_options(fuzz_${NAME} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${NAME} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz/replay_main.cpp)
    add_test(NAME fuzz_${NAME} COMMAND fuzz_${NAME} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${NAME})
  endif()
endfunction()
