# Layout after linking. BOLT moves what ran while profiles/layout.tar.xz was recorded into one place, block by block,
# C++ and Rust alike: the linker cannot, as it sees whole functions, and each compiler sees its own half (preset dist).
find_program(SKEP_BOLT llvm-bolt-19)

set(layout_archive ${CMAKE_SOURCE_DIR}/profiles/layout.tar.xz)
set(SKEP_LAYOUT_PROFILE "")
if(SKEP_PROFILE STREQUAL "use" AND NOT SKEP_BOLT)
    message(WARNING "There is no llvm-bolt-19 (Debian's package bolt-19): programs stay as the linker left them, and "
                    "are slower by some percent.")
elseif(SKEP_PROFILE STREQUAL "use")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${layout_archive})
    file(ARCHIVE_EXTRACT INPUT ${layout_archive} DESTINATION ${CMAKE_BINARY_DIR})
    set(SKEP_LAYOUT_PROFILE ${CMAKE_BINARY_DIR}/layout.yaml)
endif()

# The program as the linker left it stays beside it, as NAME.linked: tools/record_profiles starts from there.
function(skep_lay_out target)
    if(NOT SKEP_LAYOUT_PROFILE)
        return()
    endif()
    target_link_options(${target} PRIVATE -Wl,--emit-relocs)
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${layout_archive} ${CMAKE_SOURCE_DIR}/tools/lay_out)
    add_custom_command(
        TARGET ${target} POST_BUILD
        COMMAND ${CMAKE_COMMAND} -E rename $<TARGET_FILE:${target}> $<TARGET_FILE:${target}>.linked
        COMMAND ${CMAKE_SOURCE_DIR}/tools/lay_out $<TARGET_FILE:${target}>.linked ${SKEP_LAYOUT_PROFILE}
                $<TARGET_FILE:${target}>
        COMMENT "Laying out ${target}" VERBATIM)
endfunction()
