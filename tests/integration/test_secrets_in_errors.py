"""Secrets in a manifest that is not valid: no error shows them, whoever asks."""

import pytest

from support.commands import skep
from support.manifest import manifest
from support.paths import guest

SERVICE = manifest({"hello": {"module": guest("hello_p2"), "routes": ["/hello"]}})

WRONG = [
    'jwt = "hunter2"',
    'jwt = { value = "hunter2", fiel = "x" }',
    'jwt = { vlaue = "hunter2" }',
    'jwt = { value = "hunter2", file = "jwt.key" }',
    'jwt = { value = "hunter2 }',
    'jwt = { value = """\nhunter2""", fiel = "x" }',
]


@pytest.fixture(scope="module")
def app(shared_platforms):
    return shared_platforms.start(SERVICE)


def with_secrets(line):
    return SERVICE + "\n[secrets]\n" + line + "\n"


@pytest.mark.parametrize("line", WRONG)
@pytest.mark.parametrize("form", ["table", "json", "yaml"])
@pytest.mark.parametrize("command", ["check", "up", "config explain --manifest"])
def test_no_command_prints_a_secret_of_a_manifest_that_is_not_valid(tmp_path, command, form, line):
    (tmp_path / "skep.toml").write_text(with_secrets(line))

    outcome = skep(*command.split(), tmp_path, "-o", form)

    assert outcome.exit_code == 7
    assert "<secret>" in outcome.stderr
    assert "hunter2" not in outcome.stdout + outcome.stderr


@pytest.mark.parametrize("line", WRONG)
def test_a_reload_shows_no_secret_of_a_manifest_that_is_not_valid(app, line):
    app.write_manifest(with_secrets(line))

    reply = app.control.post("/api/v1/reload")

    assert reply.status_code == 400
    assert "<secret>" in reply.json()["context"]
    assert "hunter2" not in reply.text
    assert "hunter2" not in (app.folder / "stderr").read_text()
