"""Manifests written by tests: nested dictionaries to the text of a skep.toml."""

import copy
import json

# Ports are free ones; the access log tells which request went where.
DEFAULTS = {
    "app": {"name": "test"},
    "gateway": {"listen": "127.0.0.1:0"},
    "control": {"listen": "127.0.0.1:0"},
}


def manifest(services, **sections):
    """The text of a manifest of `services`, {name: {key: value}}, whose ports are free ones.

    Further sections, as `runtime={"slots": 8}`, are merged over the defaults.
    """
    content = copy.deepcopy(DEFAULTS)
    for name, section in sections.items():
        content.setdefault(name, {}).update(section)
    content["services"] = services
    return to_toml(content)


def to_toml(content):
    """The TOML of nested dictionaries: tables for the outer levels, inline values within."""
    return "\n".join(_table([], content))


def _table(path, content):
    values = {key: value for key, value in content.items() if not isinstance(value, dict)}
    tables = {key: value for key, value in content.items() if isinstance(value, dict)}
    lines = [f"[{'.'.join(path)}]"] if path and (values or not tables) else []
    lines += [f"{key} = {_value(value)}" for key, value in values.items()]
    for key, table in tables.items():
        lines += _table([*path, key], table)
    return lines


def _value(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value)
