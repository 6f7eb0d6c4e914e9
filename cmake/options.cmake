# Compiler settings shared by every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE OFF)

option(SKEP_WITH_ENGINE "Build the Wasm engine library and what links it" ON)
set(SKEP_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them (address,undefined or thread)")
option(SKEP_COVERAGE "Instrument for llvm-cov" OFF)
option(SKEP_FUZZ "Build the fuzzers" OFF)
# Off in release builds, so that a file which lacks an include is found there.
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
    set(precompile ON)
else()
    set(precompile OFF)
endif()
option(SKEP_PCH "Precompile the standard headers" ${precompile})

set(SKEP_CACHE "$ENV{XDG_CACHE_HOME}")
if(NOT SKEP_CACHE)
    set(SKEP_CACHE "$ENV{HOME}/.cache")
endif()
string(APPEND SKEP_CACHE "/skep")

# One compiler cache for all clones and build folders: paths below the clone are made relative, so that the
# same file compiled elsewhere is a hit. The sloppiness is what a precompiled header needs (precompiled.cmake).
find_program(SKEP_CCACHE ccache)
if(SKEP_CCACHE)
    set(launcher env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros)
    if(NOT DEFINED ENV{CCACHE_DIR})
        list(APPEND launcher CCACHE_DIR=${SKEP_CACHE}/ccache)
    endif()
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher} ${SKEP_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher} ${SKEP_CCACHE})
endif()

add_library(skep_options INTERFACE)
target_compile_options(skep_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion -Wno-sign-conversion
    -Wno-gnu-statement-expression -Wno-missing-field-initializers -Werror -fno-plt
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_compile_definitions(skep_options INTERFACE
    BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
    BOOST_ASIO_DISABLE_BOOST_COROUTINE SPDLOG_FMT_EXTERNAL SPDLOG_COMPILED_LIB)
target_link_options(skep_options INTERFACE -fuse-ld=lld-19 -Wl,--gc-sections)

if(SKEP_SANITIZE)
    target_compile_options(skep_options INTERFACE -fsanitize=${SKEP_SANITIZE} -fno-omit-frame-pointer
                                                  -fno-sanitize-recover=all)
    target_link_options(skep_options INTERFACE -fsanitize=${SKEP_SANITIZE})
endif()
if(SKEP_COVERAGE)
    target_compile_options(skep_options INTERFACE -fprofile-instr-generate -fcoverage-mapping)
    target_link_options(skep_options INTERFACE -fprofile-instr-generate)
endif()
if(SKEP_FUZZ)
    target_compile_options(skep_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(SKEP_DIST)
    target_compile_options(skep_options INTERFACE -flto=thin)
    target_link_options(skep_options INTERFACE -flto=thin)
endif()
