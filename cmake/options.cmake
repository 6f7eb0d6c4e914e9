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

find_program(SKEP_CCACHE ccache)
if(SKEP_CCACHE)
    set(CMAKE_C_COMPILER_LAUNCHER ${SKEP_CCACHE})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${SKEP_CCACHE})
endif()

add_library(skep_options INTERFACE)
target_compile_options(skep_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wconversion -Wno-sign-conversion
    -Wno-gnu-statement-expression -Wno-missing-field-initializers -Werror -fno-plt)
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
