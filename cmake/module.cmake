include(GoogleTest)
find_package(GTest REQUIRED)

# skep_module(NAME [DEPENDS module...] [LINK library...])
#
# Declares the static library skep_NAME of the current folder: its *.cpp and detail/*.cpp; the library
# skep_NAME_testing from testing/*.cpp, where there are any; and the test program skep_NAME_test from every
# *_test.cpp. DEPENDS are modules of src/, LINK other libraries.
function(skep_module name)
    cmake_parse_arguments(ARG "" "" "DEPENDS;LINK;TEST_LINK" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS *.cpp detail/*.cpp)
    file(GLOB tests CONFIGURE_DEPENDS *_test.cpp detail/*_test.cpp)
    file(GLOB testing CONFIGURE_DEPENDS testing/*.cpp)
    list(REMOVE_ITEM sources ${tests} "")
    list(TRANSFORM ARG_DEPENDS PREPEND skep_ OUTPUT_VARIABLE modules)

    if(sources)
        add_library(skep_${name} STATIC ${sources})
        set(scope PUBLIC)
    else()
        add_library(skep_${name} INTERFACE)
        set(scope INTERFACE)
    endif()
    target_include_directories(skep_${name} ${scope} ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(skep_${name} ${scope} skep_options ${modules} ${ARG_LINK})

    set(testing_library "")
    if(testing)
        add_library(skep_${name}_testing STATIC ${testing})
        target_link_libraries(skep_${name}_testing PUBLIC skep_${name})
        set(testing_library skep_${name}_testing)
    endif()
    if(tests)
        add_executable(skep_${name}_test ${tests})
        target_link_libraries(skep_${name}_test PRIVATE skep_${name} ${testing_library} ${ARG_TEST_LINK}
                                                        GTest::gmock GTest::gtest_main)
        add_test(NAME ${name} COMMAND skep_${name}_test)
        set_tests_properties(${name} PROPERTIES TIMEOUT 120)
    endif()
endfunction()
