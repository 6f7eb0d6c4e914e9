"""Where the binary under test and the built guests are."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKEP = pathlib.Path(os.environ.get("SKEP", ROOT / "build/dev/skep")).resolve()
GUESTS = ROOT / "build/guests"
SHOP = ROOT / "examples/shop"


def guest(name):
    """The path of a built guest, for `module` of a manifest."""
    path = GUESTS / f"{name}.wasm"
    assert path.exists(), f"{path} is not built: run tools/build_guests {name}"
    return str(path)
