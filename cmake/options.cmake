# Flags of our own code, in one interface target; nothing sets flags elsewhere.
set(MCPTRUNK_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")
option(MCPTRUNK_LTO "Link-time optimisation" OFF)

# Every clone and worktree shares what one of them has compiled: paths below the source count as
# relative, and a precompiled header is known by its .sum (cmake/module.cmake), since gcc never
# writes the same one twice.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(launcher env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# Asserts stay on in every build: no configuration defines NDEBUG.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
set(CMAKE_C_FLAGS_DEBUG "-O0 -g1")

add_library(project_options INTERFACE)
target_include_directories(project_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(project_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  -fno-omit-frame-pointer -fpch-preprocess)
target_compile_definitions(project_options INTERFACE
  MCPTRUNK_VERSION="${PROJECT_VERSION}" RAPIDJSON_HAS_STDSTRING=1)

if(MCPTRUNK_SANITIZE)
  target_compile_options(project_options INTERFACE -fsanitize=${MCPTRUNK_SANITIZE}
    -fno-sanitize-recover=all -O1
    # gcc 12 sees ghosts in instrumented code; dev and release warn of ours.
    -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict)
  target_link_options(project_options INTERFACE -fsanitize=${MCPTRUNK_SANITIZE})
endif()
if(MCPTRUNK_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  # Two types of one name in two files are seen here only.
  target_link_options(project_options INTERFACE -Werror=odr)
endif()

# One precompiled header of standard and fmt headers for all of our targets.
file(WRITE ${CMAKE_BINARY_DIR}/pch.cpp.in "// Carrier of the precompiled header.\n")
configure_file(${CMAKE_BINARY_DIR}/pch.cpp.in ${CMAKE_BINARY_DIR}/pch.cpp COPYONLY)
