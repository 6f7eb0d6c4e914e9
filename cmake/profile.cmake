# Profile-guided optimization. Most of a request's time goes by while the processor waits for code: what runs often
# must stand together. SKEP_PROFILE says what is done:
#   use            optimize for the load under which the files in profiles/ were recorded (preset dist)
#   record_skep    count what runs of the C++ code
#   record_engine  count what runs of the engine; apart, because one program cannot hold the counters of two LLVMs
# tools/record_profiles builds both, plays the load and writes profiles/.
set(SKEP_PROFILE "" CACHE STRING "use, record_skep, record_engine, or nothing")

# A path that does not change with the clone, since it is part of the keys of ccache and cargo.
function(skep_cached_profile name result)
    set(profile ${CMAKE_SOURCE_DIR}/profiles/${name}.profdata)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${profile})
    file(SHA256 ${profile} hash)
    set(cached ${SKEP_CACHE}/profiles/${hash}.profdata)
    if(NOT EXISTS ${cached})
        file(COPY_FILE ${profile} ${cached}.new)
        file(RENAME ${cached}.new ${cached})
    endif()
    set(${result} ${cached} PARENT_SCOPE)
endfunction()

# Static functions are told apart by the name of their file, not by its path: a profile then holds in every clone.
set(by_file_name "SHELL:-mllvm -static-func-full-module-prefix=false")
set(SKEP_PROFILE_OPTIONS "")
set(SKEP_ENGINE_RUSTFLAGS "")
if(SKEP_PROFILE STREQUAL "record_skep")
    set(SKEP_PROFILE_OPTIONS -fprofile-generate ${by_file_name})
    target_link_options(skep_options INTERFACE -fprofile-generate)
elseif(SKEP_PROFILE STREQUAL "record_engine")
    set(SKEP_ENGINE_RUSTFLAGS -Cprofile-generate=${SKEP_CACHE}/profiles/build_scripts)
    target_link_options(skep_options INTERFACE -Wl,-u,__llvm_profile_runtime)
elseif(SKEP_PROFILE STREQUAL "use")
    file(MAKE_DIRECTORY ${SKEP_CACHE}/profiles)
    skep_cached_profile(skep cached)
    # Code that changed since the recording is compiled as if there were no profile.
    set(SKEP_PROFILE_OPTIONS -fprofile-use=${cached} ${by_file_name} -Wno-profile-instr-out-of-date
        -Wno-profile-instr-unprofiled -Wno-backend-plugin)
    # Functions of Rust have the compiler's version in their names.
    file(STRINGS ${CMAKE_SOURCE_DIR}/rust-toolchain.toml channel REGEX "^channel")
    string(REGEX MATCH "[0-9.]+" channel "${channel}")
    execute_process(COMMAND ${SKEP_CARGO} --version WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE version)
    if(version MATCHES "^cargo ${channel} ")
        skep_cached_profile(engine cached)
        set(SKEP_ENGINE_RUSTFLAGS -Cprofile-use=${cached})
    else()
        message(WARNING "The engine's profile was recorded with Rust ${channel}. Here is ${version}: the engine is "
                        "built without it, and slower by a third. Install rustup to get the pinned compiler.")
    endif()
elseif(SKEP_PROFILE)
    message(FATAL_ERROR "SKEP_PROFILE is ${SKEP_PROFILE}; it can be use, record_skep or record_engine.")
endif()
target_compile_options(skep_options INTERFACE ${SKEP_PROFILE_OPTIONS})
