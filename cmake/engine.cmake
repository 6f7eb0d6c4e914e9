# The engine library (engine/), behind its C header.
add_library(skep_engine INTERFACE)
target_include_directories(skep_engine SYSTEM INTERFACE ${CMAKE_SOURCE_DIR}/engine/include)
