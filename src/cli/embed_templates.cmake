# Writes OUTPUT: every file below FOLDER as a row of skep::cli::embedded_templates(). What a template needs of elsewhere,
# as Rust's the crate of the SDK, is a symbolic link there.
set(text "// Made by embed_templates.cmake.\n#include \"cli/detail/templates.hpp\"\n\nnamespace skep::cli {\nnamespace {\n\n")
string(APPEND text "constexpr TemplateFile kFiles[] = {\n")
file(GLOB_RECURSE files FOLLOW_SYMLINKS RELATIVE ${FOLDER} ${FOLDER}/*)
list(SORT files)
foreach(name IN LISTS files)
    if(name MATCHES "/(target|\\.skep|build)/|\\.wasm$|/skep-sdk/Cargo\\.lock$")
        continue()    # what a build left there, and what is of no use in a project
    endif()
    file(READ ${FOLDER}/${name} contents)
    string(APPEND text "    {\"${name}\", R\"skep_file(${contents})skep_file\"},\n")
endforeach()
string(APPEND text "    {{}, {}},\n};\n\n}  // namespace\n\n")
string(APPEND text "std::span<const TemplateFile> embedded_templates() {\n    return std::span(kFiles).first(std::size(kFiles) - 1);\n}\n\n")
string(APPEND text "}  // namespace skep::cli\n")
file(WRITE ${OUTPUT} "${text}")
