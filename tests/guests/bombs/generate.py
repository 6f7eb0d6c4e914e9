"""Writes modules that are hostile by their form, byte by byte: generate.py FOLDER."""
import pathlib
import sys

MAGIC = b"\0asm\1\0\0\0"
TYPE, IMPORT, FUNCTION, TABLE, MEMORY, EXPORT, START, CODE, DATA = 1, 2, 3, 4, 5, 7, 8, 10, 11
BLOCK, LOOP, BR, END, CALL, DROP, CONST = 0x02, 0x03, 0x0C, 0x0B, 0x10, 0x1A, 0x41
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


def recursion():
    """Calls itself."""
    return command(b"\x10\0")


def table_bomb():
    """Grows its table by 1,000 elements until that fails, then traps."""
    grow = b"\xd0\x70" + b"\x41\xe8\x07" + b"\xfc\x0f\0"  # ref.null func, i32.const 1000, table.grow 0
    until_refused = bytes([LOOP, EMPTY]) + grow + b"\x41\x7f\x47" + b"\x0d\0" + bytes([END])  # != -1, br_if 0
    return command(until_refused + b"\0", extra=section(TABLE, vector([b"\x70\0\1"])))


def memory_at_once():
    """Asks for 4 GiB before it runs."""
    return command(b"", memory=vector([b"\0" + leb(65536)]))


def large_memory():
    """Asks for 200 MiB before it runs: more than a guest has by default."""
    return command(b"", memory=vector([b"\0" + leb(3200)]))


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


def many_tables(count=17):
    """More tables than a module may have."""
    return command(b"", extra=section(TABLE, vector([b"\x70\0\1"] * count)))


def huge():
    """65 MiB in a section that nobody reads."""
    return command(b"") + section(0, text("padding") + bytes(65 * MIB))


def unknown_import():
    """Imports what no host has."""
    imported = section(IMPORT, vector([text("nobody") + text("knows") + b"\0\0"]))
    return (MAGIC + section(TYPE, NO_ARGUMENTS) + imported + section(FUNCTION, vector([leb(0)]))
            + section(MEMORY, ONE_PAGE) + section(EXPORT, vector([export("_start", 0, 1), export("memory", 2, 0)]))
            + section(CODE, vector([body(b"")])))


def mutual_recursion():
    """Two functions that call each other."""
    return (MAGIC + section(TYPE, NO_ARGUMENTS) + section(FUNCTION, vector([leb(0)] * 2)) + section(MEMORY, ONE_PAGE)
            + section(EXPORT, COMMAND) + section(CODE, vector([body(bytes([CALL, 1])), body(bytes([CALL, 0]))])))


def asks_the_host(code, allocator=None):
    """A command that imports `config.get` (function 0), starts with `code` and may export `skep_alloc` (function 2)."""
    types = vector([b"\x60\0\0", b"\x60\2\x7f\x7f\1\x7f", b"\x60\1\x7f\1\x7f"])
    imported = vector([text("config") + text("get") + b"\0" + leb(1)])
    exports, functions, bodies = [export("_start", 0, 1), export("memory", 2, 0)], [leb(0)], [body(code)]
    if allocator:
        exports.append(export("skep_alloc", 0, 2))
        functions.append(leb(2))
        bodies.append(body(allocator))
    return (MAGIC + section(TYPE, types) + section(IMPORT, imported) + section(FUNCTION, vector(functions))
            + section(MEMORY, ONE_PAGE) + section(EXPORT, vector(exports)) + section(CODE, vector(bodies))
            + section(DATA, vector([b"\0" + bytes([CONST, 8, END]) + text("key")])))


ASK = bytes([CONST, 8, CONST, 3, CALL, 0])  # config.get("key")


def reentrant_allocator():
    """Asks the host for bytes, and again in the allocator that the host calls to place them."""
    return asks_the_host(ASK + bytes([DROP]), allocator=ASK)


def lying_allocator():
    """Gives the host a place that is not in its memory."""
    return asks_the_host(ASK + bytes([DROP]), allocator=bytes([CONST, 0x70]))  # -16


def looping_allocator():
    """Never tells the host a place."""
    return asks_the_host(ASK + bytes([DROP]), allocator=bytes([LOOP, EMPTY, BR, 0, END, CONST, 8]))


def hoarder():
    """Asks the host for bytes for ever, each in memory that the host adds, as there is no allocator."""
    return asks_the_host(bytes([LOOP, EMPTY]) + ASK + bytes([DROP, BR, 0, END]))


def nested_components(depth=50):
    """Components in components."""
    whole = b"\0asm\x0d\0\1\0"
    for _ in range(depth):
        whole = b"\0asm\x0d\0\1\0" + section(4, whole)
    return whole


MODULES = {
    "bomb_loop_in_start": loop_in_start,
    "bomb_recursion": recursion,
    "bomb_mutual_recursion": mutual_recursion,
    "bomb_reentrant_allocator": reentrant_allocator,
    "bomb_lying_allocator": lying_allocator,
    "bomb_looping_allocator": looping_allocator,
    "bomb_hoarder": hoarder,
    "bomb_nested_components": nested_components,
    "bomb_table": table_bomb,
    "bomb_memory_at_once": memory_at_once,
    "bomb_large_memory": large_memory,
    "bomb_many_functions": many_functions,
    "bomb_deep_nesting": deep_nesting,
    "bomb_slow_to_compile": slow_to_compile,
    "bomb_many_memories": many_memories,
    "bomb_many_tables": many_tables,
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
