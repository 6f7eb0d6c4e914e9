"""A strict reader of Prometheus' text format 0.0.4: what promtool refuses, it refuses."""

import re

SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\n"])*)"(?:,|$)')
SUFFIXES = {
    "counter": [""],
    "gauge": [""],
    "histogram": ["_bucket", "_sum", "_count"],
    "summary": ["", "_sum", "_count"],
}
OF_OTHER_TYPES = ("_total", "_bucket", "_sum", "_count")


class Invalid(Exception):
    """The text is no valid exposition; says the line."""


def check(text):
    """Raises Invalid where `text` is not what a scraper may be given; gives it back otherwise."""
    lines = text.split("\n")
    _demand(lines.pop() == "", "the last line has no end")
    reader = _Reader()
    for line in lines:
        reader.read(line)
    return text


class _Reader:
    def __init__(self):
        self.helped = None
        self.family = None
        self.type = None
        self.names = {}  # of samples: the family that has them
        self.samples = set()

    def read(self, line):
        if line.startswith("# HELP "):
            self.helped = line.split(" ")[2]
        elif line.startswith("# TYPE "):
            self._begin(*line.split(" ")[2:])
        else:
            self._sample(line)

    def _begin(self, name, kind):
        _demand(kind in SUFFIXES, f"{name} is a {kind}")
        _demand(self.helped == name, f"{name} has a type, but no help before it")
        _demand(kind != "counter" or name.endswith("_total"), f"the counter {name} does not end in _total")
        _demand(kind == "counter" or not name.endswith(OF_OTHER_TYPES), f"the {kind} {name} is named as another type")
        for suffix in SUFFIXES[kind]:
            _demand(name + suffix not in self.names, f"{name}{suffix} is of two families")
            self.names[name + suffix] = name
        self.family, self.type = name, kind

    def _sample(self, line):
        found = SAMPLE.fullmatch(line)
        _demand(found is not None, f"no sample: {line!r}")
        name, labels, value = found.groups()
        _demand(name in self.names and self.names[name] == self.family, f"{name} does not stand in its family: {line!r}")
        pairs = _labels(labels or "", line)
        _demand((name, pairs) not in self.samples, f"twice: {line!r}")
        _demand(name != f"{self.family}_bucket" or "le" in dict(pairs), f"a bucket without a bound: {line!r}")
        self.samples.add((name, pairs))
        float(value)


def _labels(text, line):
    pairs = LABEL.findall(text)
    _demand("".join(f'{name}="{value}",' for name, value in pairs) == (text + "," if text else ""), f"labels: {line!r}")
    _demand(len(dict(pairs)) == len(pairs), f"a label twice: {line!r}")
    return frozenset(pairs)


def _demand(fact, fault):
    if not fact:
        raise Invalid(fault)
