"""The peer: `wasmtime serve`, installed by cargo into the cache."""

import subprocess
import sys
import tomllib

from harness import machine


def engine_version():
    """The version of Wasmtime that the engine is built on."""
    manifest = tomllib.loads((machine.ROOT / "engine" / "Cargo.toml").read_text())
    return manifest["dependencies"]["wasmtime"]["version"].removeprefix("=")


VERSION = engine_version()
# What `serve` needs, and no more: it builds in half of the time, and is not slower for what it lacks.
FEATURES = "run,serve,component-model,component-model-async,compile,cranelift,parallel-compilation,pooling-allocator"
TUNED = ["-O", "pooling-allocator=y,pooling-pagemap-scan=y,pooling-memory-keep-resident=4194304,"
               "pooling-table-keep-resident=1048576"]


def wasmtime():
    """The path of wasmtime; installs it first where it is not there."""
    root = machine.cache_folder() / "peers" / f"wasmtime-{VERSION}"
    program = root / "bin" / "wasmtime"
    if not program.exists():
        command = ["cargo", "install", "--locked", "--root", str(root), "--no-default-features",
                   "--features", FEATURES, f"wasmtime-cli@{VERSION}"]
        print(f"Installing a peer: {' '.join(command)}", flush=True)
        if subprocess.run(command).returncode != 0:
            sys.exit("bench: could not install wasmtime-cli; check the network or cargo's registry settings")
    return program
