# Every third-party library, as a target of ours. All come from Debian 12 packages (README lists why).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Catch2 2.13 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL 3 REQUIRED)

function(system_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;LIBRARIES")
  add_library(dep_${name} INTERFACE)
  foreach(header IN LISTS arg_HEADERS)
    find_path(dep_${name}_${header}_dir ${header} PATH_SUFFIXES share/include REQUIRED
              PATHS /usr/share/include)
    target_include_directories(dep_${name} SYSTEM INTERFACE ${dep_${name}_${header}_dir})
  endforeach()
  foreach(library IN LISTS arg_LIBRARIES)
    find_library(dep_${name}_${library}_lib ${library} REQUIRED)
    target_link_libraries(dep_${name} INTERFACE ${dep_${name}_${library}_lib})
  endforeach()
endfunction()

system_library(uv HEADERS uv.h LIBRARIES uv)
system_library(curl HEADERS curl/curl.h LIBRARIES curl)
system_library(lmdb HEADERS lmdb.h LIBRARIES lmdb)
system_library(rapidjson HEADERS rapidjson/rapidjson.h)
system_library(stemmer HEADERS libstemmer.h LIBRARIES stemmer)
system_library(utf8proc HEADERS utf8proc.h LIBRARIES utf8proc)
system_library(cli11 HEADERS CLI/CLI.hpp)
system_library(tomlplusplus HEADERS toml++/toml.h)
system_library(httplib HEADERS httplib.h LIBRARIES cpp-httplib)
pkg_check_modules(HTTPLIB REQUIRED cpp-httplib)
target_compile_options(dep_httplib INTERFACE ${HTTPLIB_CFLAGS_OTHER})
target_compile_definitions(dep_httplib INTERFACE CPPHTTPLIB_OPENSSL_SUPPORT CPPHTTPLIB_ZLIB_SUPPORT
                           CPPHTTPLIB_BROTLI_SUPPORT)
target_link_libraries(dep_httplib INTERFACE OpenSSL::SSL OpenSSL::Crypto Threads::Threads)

# llhttp comes as C sources (Debian's node-llhttp); compiled once, without our warnings.
find_path(LLHTTP_SOURCE_DIR llhttp.c PATHS /usr/share/llhttp NO_DEFAULT_PATH REQUIRED)
add_library(dep_llhttp STATIC ${LLHTTP_SOURCE_DIR}/llhttp.c ${LLHTTP_SOURCE_DIR}/http.c
            ${LLHTTP_SOURCE_DIR}/api.c)
target_include_directories(dep_llhttp SYSTEM PUBLIC /usr/share/include /usr/share/include/llhttp)
# Without strict mode llhttp takes any two bytes for the CRLF behind a chunk: a way to smuggle requests.
target_compile_definitions(dep_llhttp PUBLIC LLHTTP_STRICT_MODE=1)
set_target_properties(dep_llhttp PROPERTIES COMPILE_OPTIONS "-w")
