"""CPU time of a process, user and system, of all its threads."""

import os
import pathlib
import resource


def nanoseconds_of(schedstats):
    """The sum over threads of the first field of /proc/PID/task/TID/schedstat: nanoseconds on a processor."""
    return sum(int(text.split()[0]) for text in schedstats)


def cpu_nanoseconds(pid):
    """What process `pid` used until now. Threads that have ended are not counted, so measure
    servers whose threads stay."""
    texts = []
    for file in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            texts.append(file.read_text())
        except (FileNotFoundError, ProcessLookupError):
            pass
    return nanoseconds_of(texts)


def children_of_stat(text):
    """(parent, nanoseconds that its dead children used) in a /proc/PID/stat; the name in it may have spaces."""
    fields = text.rpartition(")")[2].split()
    return int(fields[1]), (int(fields[13]) + int(fields[14])) * 10**9 // os.sysconf("SC_CLK_TCK")


def family_nanoseconds(pid):
    """What the children of `pid` used until now, those that have ended and those that live."""
    total = children_of_stat(pathlib.Path(f"/proc/{pid}/stat").read_text())[1]
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if children_of_stat((folder / "stat").read_text())[0] == pid:
                total += cpu_nanoseconds(folder.name)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total


def own_children_nanoseconds():
    """What processes used that this one has started and waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return int((used.ru_utime + used.ru_stime) * 1e9)
