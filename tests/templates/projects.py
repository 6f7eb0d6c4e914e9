"""Projects made by `skep new`: built, served, edited."""

import dataclasses
import json
import os
import pathlib
import subprocess

from support.paths import SKEP
from support.polling import eventually
from support.running import Running

PATIENCE = 600.0  # seconds; a first build of Rust code, its library along, on a busy machine


@dataclasses.dataclass(frozen=True)
class Template:
    language: str
    form: str
    greeting: str  # the reply to /hello/Ada
    source: str  # the file that says "Hello"
    test: str  # the command of its README that runs its test

    def __str__(self):
        return f"{self.language}-{self.form}"


CPP_TEST = "clang++-19 -std=c++20 hello/greeting_test.cpp -o greeting_test && ./greeting_test"
TEMPLATES = [
    Template("cpp", "http", '{"greeting":"Hello Ada!"}', "hello/greeting.hpp", CPP_TEST),
    Template("cpp", "cgi", '{"greeting":"Hello Ada!"}', "hello/greeting.hpp", CPP_TEST),
    Template("rust", "http", "Hello Ada!\n", "hello/src/greeting.rs", "cargo test --manifest-path hello/Cargo.toml"),
]

# A project of one program in C++ that needs no SDK, so that it is built in no time.
SMALL_PROJECT = {
    "skep.toml": '[services.hello]\nmodule = "hello/hello.wasm"\nroutes = ["/hello/*"]\n',
    "hello/greeting.hpp": 'inline const char* greeting() { return "Hello Ada!"; }\n',
    "hello/main.cpp": '#include <cstdio>\n\n#include "greeting.hpp"\n\nint main() { std::puts(greeting()); }\n',
}

def has_rust_for_wasm():
    """The target of the language's installer, or, where that is not used, what Debian has to compile the library along."""
    try:
        done = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True)
    except FileNotFoundError:
        return False
    libraries = pathlib.Path(done.stdout.strip(), "lib/rustlib")
    return (libraries / "wasm32-wasip2").exists() or (libraries / "src/rust/library/std").exists()


def skep(*arguments, **options):
    """Runs the binary to its end."""
    return subprocess.run([SKEP, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE, **options)


def make_project(template, folder):
    """The folder of a new project."""
    project = folder / "shop"
    done = skep("new", project, "--lang", template.language, "--form", template.form)
    assert done.returncode == 0, done.stderr
    return project


def make_small_project(folder):
    project = folder / "shop"
    for path, text in SMALL_PROJECT.items():
        (project / path).parent.mkdir(parents=True, exist_ok=True)
        (project / path).write_text(text)
    return project


def build(project, *arguments):
    """The rows that `skep build` prints."""
    done = skep("build", project, "-o", "json", *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def edit(file, old, new):
    """Saves as most editors do: a file beside it, moved into its place."""
    text = file.read_text()
    assert old in text
    beside = file.with_name(f".{file.name}.new")
    beside.write_text(text.replace(old, new))
    beside.rename(file)


class Developing(Running):
    """A running `skep dev`."""

    def notes(self):
        """What it printed for people and logged so far."""
        return (self.folder / "stderr").read_text(errors="replace")

    def wait_for_note(self, part):
        eventually(lambda: part in self.notes(), f"the note '{part}'", PATIENCE)

    def greeting(self):
        return self.http.get("/hello/Ada").text

    def wait_for_greeting(self, greeting):
        eventually(lambda: self.greeting() == greeting, f"the greeting {greeting}", PATIENCE)


def addresses_in(folder):
    """Free ports, and a data directory below `folder`."""
    return ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--data-dir", folder / ".skep"]


def develop(project, folder, environment=None):
    """Starts `skep dev` and waits until it serves; `folder` is where its output goes."""
    with open(folder / "stderr", "wb") as stderr:
        process = subprocess.Popen(
            [SKEP, "dev", project, *addresses_in(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env={**os.environ, **(environment or {})},
            text=True,
        )
    ready = {}
    while "services" not in ready:
        line = process.stdout.readline()
        assert line, (folder / "stderr").read_text()
        name, value = line.split(maxsplit=1)
        ready[name] = value.strip()
    return Developing(folder, process, ready)
