"""What wrk sends where a GET is not enough: Lua scripts, kept under build/bench/disk/scripts."""

import hashlib
import json
import re

from harness import machine

# Prints the code of every answer of 400 or above.
TELL_REFUSALS = """\
local threads = {}
refused = ""
function setup(thread)
    table.insert(threads, thread)
end
function response(status, headers, body)
    if status >= 400 then
        refused = refused .. (body:match('"code":%s*"([%w_]+)"') or status) .. "\\n"
    end
end
function done()
    for _, thread in ipairs(threads) do
        for code in thread:get("refused"):gmatch("%S+") do
            print("refused: " .. code)
        end
    end
end
"""

# Every request is the same one, made once.
POST = f"""\
wrk.method = "POST"
{TELL_REFUSALS}"""

# A header of each request counts: the label of the run, so that no run repeats another's, then the request's number.
COUNTED = f"""\
wrk.method = "POST"
wrk.headers["HEADER"] = "@"
local head, tail, label
local number = 0
function init(args)
    label = args[1]
    head, tail = wrk.format():match("^(.-)@(.*)$")
end
function request()
    number = number + 1
    return head .. string.format("%s-%010d", label, number) .. tail
end
{TELL_REFUSALS}"""

# One request in EVERY goes to another path.
OFFENDING = f"""\
wrk.method = "POST"
local usual, offending
local number = 0
function init(args)
    usual = wrk.format()
    offending = wrk.format("POST", "PATH")
end
function request()
    number = number + 1
    return number % EVERY == 0 and offending or usual
end
{TELL_REFUSALS}"""


def file_of(text):
    """The path of a file with `text`."""
    folder = machine.disk() / "scripts"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.lua"
    path.write_text(text)
    return path


def counted(header):
    """POSTs whose `header` is a new value in each."""
    return COUNTED.replace("HEADER", header)


def posting(value, header=None):
    """POSTs of `value` as JSON; `header`, if any, is a new value in each."""
    body = json.dumps(value).replace("\\", "\\\\").replace("'", "\\'")
    fields = f"wrk.body = '{body}'\nwrk.headers['content-type'] = 'application/json'\n"
    return fields + (counted(header) if header else POST)


def offending(path, every):
    """POSTs of which one in `every` goes to `path`."""
    return OFFENDING.replace("PATH", path).replace("EVERY", str(every))


def refused(output):
    """{code: how often}, of what wrk printed."""
    codes = re.findall(r"^refused: (\S+)$", output, re.MULTILINE)
    return {code: codes.count(code) for code in set(codes)}
