"""Builds Rust guests as components: with rustup's wasm32-wasip2, else with Debian's rustc-web.

Part of tools/build_guests. Debian has no WASI target of Rust's library, so there the library is built along
(-Zbuild-std) for wasm32-wasip1 and the core module is encoded into a component by tools/component.
"""
import functools
import os
import pathlib
import shutil
import subprocess
import sys

SOURCE = pathlib.Path(__file__).resolve()
ROOT = SOURCE.parent.parent
DEBIAN_PACKAGES = ("rustc-web cargo-web rust-web-src clang-19 lld-19 wasi-libc libclang-rt-19-dev-wasm32")
DEBIAN_RUSTC = pathlib.Path("/usr/bin/rustc")


def workspace_of(folder):
    """The folder of the Cargo workspace that `folder` belongs to, or itself."""
    for parent in (folder, *folder.parents):
        manifest = parent / "Cargo.toml"
        if manifest.exists() and "[workspace]" in manifest.read_text():
            return parent
        if parent == ROOT:
            return folder
    return folder


def inputs(folder):
    """The files that decide what a Rust guest becomes."""
    workspace = workspace_of(folder)
    folders = (folder, workspace / "support")
    files = [file for each in folders for file in sorted(each.rglob("*")) if file.is_file()]
    files = [file for file in files if "target" not in file.parts]
    shared = [workspace / "Cargo.toml", workspace / "Cargo.lock"]
    files += [file for file in shared if file.exists() and file not in files]
    if any("sdk/rust" in file.read_text() for file in files if file.name == "Cargo.toml"):
        files += [file for file in sorted((ROOT / "sdk" / "rust").rglob("*")) if file.suffix in (".rs", ".toml")]
    return [file for file in files if file.suffix != ".wasm"]


@functools.cache
def rustup_has_target():
    """True where rustup's wasm32-wasip2 is installed, or could be added just now."""
    if not shutil.which("rustup"):
        return False
    listed = subprocess.run(["rustup", "target", "list", "--installed"], cwd=ROOT, capture_output=True, text=True)
    if "wasm32-wasip2" in listed.stdout.split():
        return True
    print("build_guests: rustup target add wasm32-wasip2", flush=True)
    return subprocess.run(["rustup", "target", "add", "wasm32-wasip2"], cwd=ROOT).returncode == 0


def rustc():
    if rustup_has_target():
        return "rustc"
    if DEBIAN_RUSTC.exists():
        return str(DEBIAN_RUSTC)
    sys.exit("build_guests: no Rust compiler for WebAssembly\n"
             "build_guests: either install rustup (https://rustup.rs), then: rustup target add wasm32-wasip2\n"
             f"build_guests: or on a Debian: apt-get install {DEBIAN_PACKAGES}")


def compiler_version():
    return subprocess.run([rustc(), "--version"], cwd=ROOT, capture_output=True).stdout


def build(guests, cache):
    """Yields (guest, file) for each guest; one cargo run for each workspace."""
    workspaces = {}
    for guest in guests:
        workspaces.setdefault(workspace_of(guest.folder), []).append(guest)
    target = target_folder(cache)
    for workspace, members in workspaces.items():
        names = [guest.name for guest in members]
        print(f"build_guests: {', '.join(names)} (rust)", flush=True)
        if rustup_has_target():
            yield from with_rustup(workspace, members, target)
        else:
            yield from with_debian(workspace, members, target)


def target_folder(cache):
    """Where cargo keeps what it builds."""
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or cache / "target")


def cargo(workspace, names, environment, *arguments):
    command = ["cargo", "build", "--release", "--locked", "--manifest-path", str(workspace / "Cargo.toml"), *arguments]
    for name in names:
        command += ["-p", name]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment})
    if done.returncode != 0:
        sys.exit(f"build_guests: failed: {' '.join(command)}\n"
                 "build_guests: if a crate could not be fetched, check the network or cargo's registry settings")


def with_rustup(workspace, guests, target):
    """rustup's target links and encodes components by itself."""
    environment = {"CARGO_TARGET_DIR": str(target)}
    cargo(workspace, [guest.name for guest in guests], environment, "--target", "wasm32-wasip2")
    for guest in guests:
        yield guest, target / "wasm32-wasip2" / "release" / f"{guest.name}.wasm"


def with_debian(workspace, guests, target):
    """Builds Rust's library along, links a preview 1 reactor with Debian's wasi-libc, encodes the component."""
    start_file = libc_folder() / "crt1-reactor.o"
    flags = ["-C", "linker-flavor=wasm-ld", "-C", "link-self-contained=no", "-L", f"native={libc_folder()}",
             "-C", f"link-arg={start_file}", "-C", "link-arg=-lc"]
    environment = {"CARGO_TARGET_DIR": str(target), "RUSTC": str(DEBIAN_RUSTC), "RUSTC_BOOTSTRAP": "1",
                   "CARGO_TARGET_WASM32_WASIP1_LINKER": "wasm-ld-19",
                   "CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS": " ".join(flags),
                   "PATH": f"{DEBIAN_RUSTC.parent}:{os.environ['PATH']}"}
    cargo(workspace, [guest.name for guest in guests], environment,
          "--target", "wasm32-wasip1", "-Z", "build-std=std,panic_abort")
    encoder = component_tool(target)
    for guest in guests:
        module = target / "wasm32-wasip1" / "release" / f"{guest.name}.wasm"
        component = module.with_suffix(".component")
        if subprocess.run([encoder, "encode", module, component]).returncode != 0:
            sys.exit(f"build_guests: could not make a component of {module}")
        yield guest, component


def libc_folder():
    for folder in (pathlib.Path("/usr/lib/wasm32-wasi"), pathlib.Path("/usr/lib/wasm32-wasi/lib")):
        if (folder / "crt1-reactor.o").exists():
            return folder
    sys.exit(f"build_guests: wasi-libc is not installed\nbuild_guests: apt-get install {DEBIAN_PACKAGES}")


def component_tool(target):
    """Builds tools/component, which encodes components, and returns its path."""
    manifest = ROOT / "tools" / "component" / "Cargo.toml"
    command = ["cargo", "build", "--locked", "--manifest-path", str(manifest)]
    if subprocess.run(command, env={**os.environ, "CARGO_TARGET_DIR": str(target)}).returncode != 0:
        sys.exit("build_guests: could not build tools/component")
    return target / "debug" / "skep-component"
