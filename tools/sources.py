"""What the checks share: the project's files, C++ text without comments and strings, and how findings are told."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Comments, raw strings, strings, characters; a digit separator (1'000) is not a character.
_NOT_CODE = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^\s()\\]{0,16})\(.*?\)(?P=tag)"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def files(*patterns, root=ROOT):
    """The files that git knows or would add, matching any pattern (as `src/*.cpp`; * crosses folders)."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=root, check=True, capture_output=True, text=True).stdout
    paths = (root / name for name in sorted(set(listed.split("\0"))) if name)
    return [path for path in paths if path.is_file()]


def code_only(text, keep_includes=False):
    """`text` with the content of comments and literals blanked; every line keeps its number and length."""
    def blank(match):
        found = match.group()
        if keep_includes and text[:match.start()].rpartition("\n")[2].strip().startswith("#include"):
            return found
        return re.sub(r"[^\n]", " ", found)
    return _NOT_CODE.sub(blank, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def tell(findings, rule):
    """Prints `findings` (path, line, message) and returns the exit status: 1 when there is any."""
    for path, line, message in findings:
        path = path.relative_to(ROOT) if path.is_absolute() and path.is_relative_to(ROOT) else path
        print(f"{path}:{line}: {message}")
    if findings:
        print(f"{len(findings)} against the rule: {rule}", file=sys.stderr)
    return 1 if findings else 0
