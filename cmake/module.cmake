include(GoogleTest)
find_package(GTest REQUIRED)

# skep_module(NAME [DEPENDS module...] [LINK library...] [TEST_LINK library...])
#
# Declares the static library skep_NAME of the current folder: its *.cpp, those in detail/ and in the folders there;
# the library skep_NAME_testing from testing/*.cpp, where there are any; and the test program skep_NAME_test from
# every *_test.cpp, known to ctest as NAME. DEPENDS are modules of src/, LINK other libraries, TEST_LINK what only the
# tests use. The fakes of DEPENDS are linked to the tests without being named.
function(skep_module name)
    cmake_parse_arguments(ARG "" "" "DEPENDS;LINK;TEST_LINK" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS *.cpp detail/*.cpp detail/*/*.cpp)
    file(GLOB tests CONFIGURE_DEPENDS *_test.cpp detail/*_test.cpp detail/*/*_test.cpp)
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

    # The fakes of the modules below, and of this one, are there for its tests.
    set(testing_libraries "")
    foreach(dependency IN LISTS ARG_DEPENDS)
        if(TARGET skep_${dependency}_testing)
            list(APPEND testing_libraries skep_${dependency}_testing)
        endif()
    endforeach()
    if(testing)
        add_library(skep_${name}_testing STATIC ${testing})
        target_link_libraries(skep_${name}_testing PUBLIC skep_${name} ${testing_libraries})
        list(PREPEND testing_libraries skep_${name}_testing)
    endif()
    if(tests)
        add_executable(skep_${name}_test ${tests})
        target_link_libraries(skep_${name}_test PRIVATE skep_${name} ${testing_libraries} ${ARG_TEST_LINK}
                                                        GTest::gmock GTest::gtest_main)
        add_test(NAME ${name} COMMAND skep_${name}_test)
        set_tests_properties(${name} PROPERTIES TIMEOUT 600)
    endif()
endfunction()

# skep_program(NAME [DEPENDS module...])
#
# Declares the program NAME from the *.cpp of the current folder; it lands at the top of the build folder.
function(skep_program name)
    cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS *.cpp)
    list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
    list(TRANSFORM ARG_DEPENDS PREPEND skep_ OUTPUT_VARIABLE modules)
    add_executable(${name} ${sources})
    target_link_libraries(${name} PRIVATE skep_options ${modules} ${ARG_LINK})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()
