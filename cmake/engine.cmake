# The engine: one Rust static library over Wasmtime, as the target `skep_engine`.
#
# Cargo builds outside the tree (SKEP_CARGO_DIR), so that worktrees and build folders share the dependencies.
set(SKEP_ENGINE_LIBRARY "" CACHE FILEPATH "The engine's library where it is there already; cargo then builds none")
option(SKEP_DIST "Build the engine as it is published: fat LTO, one codegen unit, mimalloc" OFF)

add_library(skep_engine INTERFACE)
target_include_directories(skep_engine SYSTEM INTERFACE ${CMAKE_SOURCE_DIR}/engine/include)

if(SKEP_ENGINE_LIBRARY)
    target_link_libraries(skep_engine INTERFACE ${SKEP_ENGINE_LIBRARY} pthread dl m)
elseif(SKEP_WITH_ENGINE)
    set(SKEP_CARGO_DIR ${SKEP_CACHE}/cargo CACHE PATH "Where cargo keeps what it builds")

    set(profile release)
    set(features "")
    if(SKEP_DIST)
        set(profile dist)
        set(features --features mimalloc)
    endif()
    set(engine_dir ${CMAKE_SOURCE_DIR}/engine)
    set(built ${SKEP_CARGO_DIR}/${profile}/libskep_engine.a)
    set(library ${CMAKE_BINARY_DIR}/libskep_engine.a)
    file(GLOB_RECURSE engine_sources CONFIGURE_DEPENDS ${engine_dir}/src/*.rs)
    # Copied, because another worktree may overwrite what cargo left.
    add_custom_command(
        OUTPUT ${library}
        COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${SKEP_CARGO_DIR}
                CARGO_ENCODED_RUSTFLAGS=${SKEP_ENGINE_RUSTFLAGS}
                ${CMAKE_SOURCE_DIR}/tools/cargo_engine ${SKEP_CARGO} build --locked --lib --profile ${profile} ${features}
        COMMAND ${CMAKE_COMMAND} -E copy ${built} ${library}
        DEPENDS ${engine_sources} ${engine_dir}/Cargo.toml ${engine_dir}/Cargo.lock
                ${CMAKE_SOURCE_DIR}/rust-toolchain.toml
        WORKING_DIRECTORY ${engine_dir}
        COMMENT "Building the engine (${profile})"
        USES_TERMINAL VERBATIM)
    add_custom_target(skep_engine_build DEPENDS ${library})

    add_dependencies(skep_engine skep_engine_build)
    target_link_libraries(skep_engine INTERFACE ${library} pthread dl m)
endif()

# The smoke test, once testing is enabled.
function(skep_engine_tests)
    if(SKEP_WITH_ENGINE AND EXISTS ${CMAKE_SOURCE_DIR}/engine/tests/smoke.cpp)
        add_executable(skep_engine_smoke ${CMAKE_SOURCE_DIR}/engine/tests/smoke.cpp)
        target_link_libraries(skep_engine_smoke PRIVATE skep_options skep_engine)
        add_test(NAME engine_smoke COMMAND skep_engine_smoke
                                           ${CMAKE_SOURCE_DIR}/engine/tests/fixtures/hello_p2.hex)
        set_tests_properties(engine_smoke PROPERTIES TIMEOUT 120)
    endif()
endfunction()
cmake_language(DEFER CALL skep_engine_tests)
