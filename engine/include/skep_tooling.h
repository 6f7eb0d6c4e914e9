// Making components: what `skep build` needs from the crates wit-bindgen-c and wit-component.
//
// Every function is synchronous, may be called from any thread, keeps no state and never unwinds
// into C: a panic inside becomes a failure. Text is UTF-8, a pointer and a length, read during the
// call only.
#ifndef SKEP_TOOLING_H
#define SKEP_TOOLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct skep_tooling_text {
    const char* data;
    size_t len;
} skep_tooling_text;

// Bytes that the library made. Give them back by skep_tooling_free, once; freeing {NULL, 0} does
// nothing.
typedef struct skep_tooling_bytes {
    uint8_t* data;
    size_t len;
} skep_tooling_bytes;

void skep_tooling_free(skep_tooling_bytes bytes);

// Generates the C bindings of `world` (a name, or `package/world`) of the WIT package in
// `wit_folder` (packages it uses lie under its deps/) into `out_folder`, which is made: WORLD.h,
// WORLD.c and WORLD_component_type.o, with '-' in the name turned into '_'. Compile WORLD.c and
// link the object file: it carries the world's types. A file that has the right content already is
// left alone, so that builds see no change.
//
// On failure returns false and stores a message in `failure` (may be NULL), which the caller frees.
bool skep_tooling_bindings(skep_tooling_text wit_folder, skep_tooling_text world, skep_tooling_text out_folder,
                           skep_tooling_bytes* failure);

// Encodes a core module that carries its world's types (see above; Rust's wit-bindgen embeds them
// likewise) into a component, with the adapter for preview 1 imports that its form asks for: the
// command's where it exports
// `_start`, else the reactor's. The result is validated. Stores the component in `component`, which
// the caller frees.
//
// Fails as above: on bytes that are no module, and on imports that the world does not have.
bool skep_tooling_component(const uint8_t* module, size_t len, skep_tooling_bytes* component,
                            skep_tooling_bytes* failure);

#ifdef __cplusplus
}
#endif
#endif
