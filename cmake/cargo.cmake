# skep_find_cargo(): SKEP_CARGO, the pinned toolchain of rustup where there is one (rust-toolchain.toml selects it), else
# the system's cargo.
function(skep_find_cargo)
    find_program(SKEP_RUSTUP rustup HINTS $ENV{HOME}/.cargo/bin)
    if(SKEP_RUSTUP)
        find_program(SKEP_CARGO cargo HINTS $ENV{HOME}/.cargo/bin)
    else()
        find_program(SKEP_CARGO NAMES cargo-web cargo)
    endif()
    if(NOT SKEP_CARGO)
        message(FATAL_ERROR "Skep needs Rust 1.95: install rustup, or Debian's packages cargo-web and rustc-web.")
    endif()
endfunction()
skep_find_cargo()
