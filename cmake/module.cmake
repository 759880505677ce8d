# One folder, one target.
#
# module(<folder> [DEPENDS <target>..] [TEST_DEPENDS <target>..])
#   library <folder with / as _> of the folder's *.cpp (main.cpp, *_main.cpp and *_test.cpp aside), and a
#   test program <library>_test of its *_test.cpp. Every source belongs to its folder's target, so none
#   can be forgotten.
include(Catch)

set(PCH_HEADERS <algorithm> <array> <chrono> <cstdint> <deque> <functional> <map> <memory> <optional>
  <set> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector> <fmt/format.h>)

# What the precompiled header of <target> is made of, for ccache.
function(write_pch_sum target)
  string(SHA256 sum "${CMAKE_CXX_COMPILER_VERSION} ${fmt_VERSION} ${Catch2_VERSION} ${CMAKE_BUILD_TYPE} \
${MCPTRUNK_SANITIZE} ${MCPTRUNK_LTO} ${ARGN}")
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/CMakeFiles/${target}.dir/cmake_pch.hxx.gch.sum
    CONTENT "${sum}" @ONLY)
endfunction()

add_library(pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(pch PUBLIC project_options fmt::fmt)
target_precompile_headers(pch PRIVATE ${PCH_HEADERS})
write_pch_sum(pch ${PCH_HEADERS})

# The main() of every unit-test program is Catch2's own.
add_library(test_pch OBJECT ${CMAKE_BINARY_DIR}/pch.cpp)
target_link_libraries(test_pch PUBLIC project_options fmt::fmt Catch2::Catch2WithMain)
target_precompile_headers(test_pch PRIVATE ${PCH_HEADERS} <catch2/catch.hpp>)
write_pch_sum(test_pch ${PCH_HEADERS} <catch2/catch.hpp>)

# Every unit-test program, for sanitizer builds that need nothing else.
add_custom_target(unit_tests)

function(module folder)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;TEST_DEPENDS")
  string(REPLACE "/" "_" name ${folder})
  set(dir ${PROJECT_SOURCE_DIR}/${folder})
  file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cpp)
  file(GLOB tests CONFIGURE_DEPENDS ${dir}/*_test.cpp)
  list(FILTER sources EXCLUDE REGEX "(^|/|_)(main|test)\\.cpp$")
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC ${arg_DEPENDS} project_options fmt::fmt)
    target_precompile_headers(${name} REUSE_FROM pch)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${arg_DEPENDS} project_options fmt::fmt)
  endif()
  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE ${name} ${arg_TEST_DEPENDS}
      Catch2::Catch2WithMain)
    target_precompile_headers(${name}_test REUSE_FROM test_pch)
    add_dependencies(unit_tests ${name}_test)
    catch_discover_tests(${name}_test TEST_PREFIX "${folder}: "
      DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit TIMEOUT 600)
  endif()
endfunction()
