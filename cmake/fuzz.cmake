# skep_fuzzer(NAME SOURCE MODULE...)
#
# Declares a fuzzer from SOURCE, which defines LLVMFuzzerTestOneInput, over modules of src/. Its corpus is
# fuzz/corpus/NAME. With SKEP_FUZZ it becomes the libFuzzer program fuzzers/NAME, built by the target `fuzzers`;
# without, the unit test NAME_corpus, which gives every file of the corpus to the same function once.
set(SKEP_REPLAY_MAIN ${CMAKE_CURRENT_LIST_DIR}/replay_main.cpp)
if(SKEP_FUZZ)
    add_custom_target(fuzzers)
endif()

function(skep_fuzzer name source)
    list(TRANSFORM ARGN PREPEND skep_ OUTPUT_VARIABLE modules)
    foreach(module ${modules})
        if(NOT TARGET ${module})
            return()    # a module that is not part of this build, as those over the engine without it
        endif()
    endforeach()

    set(corpus ${CMAKE_SOURCE_DIR}/fuzz/corpus/${name})
    if(SKEP_FUZZ)
        add_executable(fuzz_${name} EXCLUDE_FROM_ALL ${source})
        set_target_properties(fuzz_${name} PROPERTIES
            OUTPUT_NAME ${name} RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzzers)
        target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
        add_dependencies(fuzzers fuzz_${name})
    else()
        add_executable(fuzz_${name} ${source} ${SKEP_REPLAY_MAIN})
        add_test(NAME ${name}_corpus COMMAND fuzz_${name} ${corpus})
        set_tests_properties(${name}_corpus PROPERTIES TIMEOUT 120)
    endif()
    target_link_libraries(fuzz_${name} PRIVATE ${modules})
endfunction()
