"""Writes modules that are hostile by their form, byte by byte: generate.py FOLDER."""
import pathlib
import sys

MAGIC = b"\0asm\1\0\0\0"
TYPE, IMPORT, FUNCTION, TABLE, MEMORY, EXPORT, START, CODE, DATA = 1, 2, 3, 4, 5, 7, 8, 10, 11
BLOCK, LOOP, BR, END, DROP = 0x02, 0x03, 0x0C, 0x0B, 0x1A
EMPTY = 0x40  # the type of a block that leaves nothing
MIB = 1 << 20


def leb(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def vector(items):
    return leb(len(items)) + b"".join(items)


def section(number, content):
    return bytes([number]) + leb(len(content)) + content


def text(name):
    return leb(len(name)) + name.encode()


def body(code, local_groups=()):
    whole = vector(list(local_groups)) + code + bytes([END])
    return leb(len(whole)) + whole


def export(name, kind, index):
    return text(name) + bytes([kind]) + leb(index)


NO_ARGUMENTS = vector([b"\x60\0\0"])
ONE_PAGE = vector([b"\0\1"])
COMMAND = vector([export("_start", 0, 0), export("memory", 2, 0)])


def command(code, extra=b"", memory=ONE_PAGE, before_code=b"", local_groups=()):
    """A preview 1 command whose `_start` is `code`."""
    return (MAGIC + section(TYPE, NO_ARGUMENTS) + section(FUNCTION, vector([leb(0)])) + extra
            + section(MEMORY, memory) + section(EXPORT, COMMAND) + before_code
            + section(CODE, vector([body(code, local_groups)])))


def loop_in_start():
    """Loops in its start function: nobody gets to call it."""
    forever = bytes([LOOP, EMPTY, BR, 0, END])
    return command(forever, before_code=section(START, leb(0)))


def table_bomb():
    """Grows its table by 1,000 elements until that fails, then traps."""
    grow = b"\xd0\x70" + b"\x41\xe8\x07" + b"\xfc\x0f\0"  # ref.null func, i32.const 1000, table.grow 0
    until_refused = bytes([LOOP, EMPTY]) + grow + b"\x41\x7f\x47" + b"\x0d\0" + bytes([END])  # != -1, br_if 0
    return command(until_refused + b"\0", extra=section(TABLE, vector([b"\x70\0\1"])))


def memory_at_once():
    """Asks for 4 GiB before it runs."""
    return command(b"", memory=vector([b"\0" + leb(65536)]))


def many_functions(count=250_000):
    """More functions than a module may have."""
    return (MAGIC + section(TYPE, NO_ARGUMENTS) + section(FUNCTION, vector([leb(0)] * count))
            + section(MEMORY, ONE_PAGE) + section(EXPORT, COMMAND) + section(CODE, vector([body(b"")] * count)))


def deep_nesting(depth=200_000):
    """Blocks in blocks."""
    return command(bytes([BLOCK, EMPTY]) * depth + bytes([END]) * depth)


def slow_to_compile(rounds=60_000):
    """One function of many small branches, 50,000 locals wide."""
    locals_ = [leb(50_000) + b"\x7f"]
    step = bytes([BLOCK, EMPTY]) + b"\x20\0\x0d\0" + b"\x20\1\x21\2" + bytes([END])
    return command(step * rounds, local_groups=locals_)


def many_memories(count=1000):
    """More memories than a module may have."""
    return command(b"", memory=vector([b"\0\1"] * count))


def huge():
    """65 MiB in a section that nobody reads."""
    return command(b"") + section(0, text("padding") + bytes(65 * MIB))


def unknown_import():
    """Imports what no host has."""
    imported = section(IMPORT, vector([text("nobody") + text("knows") + b"\0\0"]))
    return (MAGIC + section(TYPE, NO_ARGUMENTS) + imported + section(FUNCTION, vector([leb(0)]))
            + section(MEMORY, ONE_PAGE) + section(EXPORT, vector([export("_start", 0, 1), export("memory", 2, 0)]))
            + section(CODE, vector([body(b"")])))


MODULES = {
    "bomb_loop_in_start": loop_in_start,
    "bomb_table": table_bomb,
    "bomb_memory_at_once": memory_at_once,
    "bomb_many_functions": many_functions,
    "bomb_deep_nesting": deep_nesting,
    "bomb_slow_to_compile": slow_to_compile,
    "bomb_many_memories": many_memories,
    "bomb_huge": huge,
    "bomb_unknown_import": unknown_import,
    "bomb_truncated": lambda: many_functions(100)[:-7],
    "bomb_not_wasm": lambda: b"#!/bin/sh\necho this is no module\n",
    "bomb_empty": lambda: b"",
    "bomb_magic_only": lambda: MAGIC,
}


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, make in MODULES.items():
        (folder / f"{name}.wasm").write_bytes(make())


if __name__ == "__main__":
    main()
