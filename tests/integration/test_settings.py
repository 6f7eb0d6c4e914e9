"""Where a setting comes from, its schema, and what doctor finds."""

import json
import os
import pty
import signal
import subprocess
import tomllib

import jsonschema
import pytest

from support.commands import skep
from support.manifest import manifest
from support.paths import SHOP, SKEP, guest

HELLO = {"module": guest("hello_p2"), "routes": ["/*"]}
PROFILE = '\n[profiles.staging.services.hello]\nversion = "from the profile"\n'
VERSION = "SKEP_SERVICES__HELLO__VERSION"


@pytest.fixture
def project(tmp_path):
    (tmp_path / "skep.toml").write_text(manifest({"hello": {**HELLO, "version": "from the file"}}) + PROFILE)
    return tmp_path


@pytest.fixture(scope="module")
def schema():
    return skep("config", "schema", "-o", "json").data


def explained(project, key, *arguments, environment=None):
    return skep(
        "config", "explain", key, "--manifest", project, "-o", "json", *arguments, environment=environment
    ).data[0]


@pytest.mark.parametrize(
    "arguments, environment, value",
    [
        ([], {}, "from the file"),
        (["--profile", "staging"], {}, "from the profile"),
        ([], {"SKEP_PROFILE": "staging"}, "from the profile"),
        (["--profile", "staging"], {VERSION: "from the environment"}, "from the environment"),
    ],
)
def test_the_strongest_layer_wins(project, arguments, environment, value):
    assert explained(project, "services.hello.version", *arguments, environment=environment)["value"] == value


def test_what_a_layer_hides_is_told_from_the_strongest_to_the_weakest(project):
    told = explained(
        project, "services.hello.version", "--profile", "staging", environment={VERSION: "from the environment"}
    )

    assert [hidden["value"] for hidden in told["hides"]] == ["from the profile", "from the file", "0.0.0"]


def test_a_default_is_told_as_one(project):
    told = explained(project, "services.hello.limits.memory")

    assert told["value"] == "128MiB"
    assert told["layer"] == "default"


def test_the_start_of_several_keys_tells_them_all(project):
    told = skep("config", "explain", "services.hello.limits", "--manifest", project, "-o", "json").data

    assert {"services.hello.limits.memory", "services.hello.limits.time"} <= {setting["key"] for setting in told}


def test_a_flag_is_stronger_than_the_environment(platforms):
    app = platforms.start(
        manifest({"hello": HELLO}), ["--listen", "127.0.0.1:0"], {"SKEP_GATEWAY__LISTEN": "192.0.2.1:80"}
    )

    assert app.http.get("/").status_code == 200


def test_a_profile_is_in_force(platforms):
    app = platforms.start(manifest({"hello": HELLO}) + PROFILE, ["--profile", "staging"])

    assert app.service("hello")["version"] == "from the profile"


def test_a_secret_is_redacted(project):
    (project / "skep.toml").write_text(
        manifest({"hello": {**HELLO, "secrets": ["jwt"]}}, secrets={"jwt": {"value": "hush-hush"}})
    )

    told = skep("config", "explain", "--manifest", project, "-o", "json")

    assert "secrets.jwt.value" in told.stdout
    assert "hush-hush" not in told.stdout


def test_the_data_directory_comes_from_the_environment(project, tmp_path_factory):
    state = tmp_path_factory.mktemp("state")

    found = skep("doctor", project, "-o", "json", environment={"SKEP_DATA_DIR": str(state)}).data

    assert next(finding["detail"] for finding in found if finding["check"] == "data directory") == str(state)


def test_the_manifest_may_be_given_by_its_file(project):
    assert skep("check", project / "skep.toml").exit_code == 0


def test_the_manifest_is_that_of_the_folder(project):
    assert skep("check", cwd=project).exit_code == 0


# The schema.


def test_the_schema_is_one(schema):
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", [SHOP / "skep.toml"], ids=["shop"])
def test_a_manifest_follows_the_schema(schema, path):
    jsonschema.validate(tomllib.loads(path.read_text()), schema, jsonschema.Draft202012Validator)


@pytest.mark.parametrize(
    "text",
    [
        "[app]\nnmae = 'x'\n",
        "[gateway]\nlisten = 7\n",
        "[services.a]\nroutes = '/'\n",
        "[services.a]\nurl = 'http://127.0.0.1:1'\nlog_level = 'loud'\n",
    ],
)
def test_what_check_refuses_the_schema_refuses_too(schema, tmp_path, text):
    (tmp_path / "skep.toml").write_text(text)

    assert skep("check", tmp_path).exit_code == 7
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(text), schema, jsonschema.Draft202012Validator)


# Doctor.


def test_doctor_finds_a_sound_project_sound(project):
    found = skep("doctor", project, "-o", "json")

    assert found.exit_code == 0
    assert {finding["state"] for finding in found.data} <= {"ok", "note"}


def test_doctor_finds_a_broken_manifest(project):
    (project / "skep.toml").write_text("[app\n")

    found = skep("doctor", project, "-o", "json")

    assert found.exit_code == 1
    assert next(finding["state"] for finding in found.data if finding["check"] == "manifest") == "problem"


def test_doctor_finds_a_cache_that_cannot_be_written(project):
    found = skep("doctor", project, "-o", "json", environment={"XDG_CACHE_HOME": "/proc/nowhere"})

    assert found.exit_code == 1
    assert next(finding["state"] for finding in found.data if finding["check"] == "code cache") == "problem"


# People.


def test_logs_are_followed_until_a_signal(platforms):
    app = platforms.start(manifest({"hello": HELLO}))
    app.http.get("/before")
    app.wait_for_message("/before")
    to_app = ["--manifest", app.folder, "--control", app.control_url.removeprefix("http://")]
    following = subprocess.Popen([SKEP, "logs", "--follow", "-o", "jsonl", *to_app], stdout=subprocess.PIPE, text=True)
    told = iter(following.stdout.readline, "")

    before = next(line for line in told if "/before" in line)
    app.http.get("/while-followed")
    after = next(line for line in told if "/while-followed" in line)
    following.send_signal(signal.SIGINT)

    assert [json.loads(line)["service"] for line in (before, after)] == ["hello", "hello"]
    assert following.wait(20) == 0
    following.stdout.close()


def test_on_a_terminal_the_log_is_text_for_people(tmp_path):
    (tmp_path / "skep.toml").write_text(manifest({"bad": {"module": guest("bomb_truncated"), "routes": ["/"]}}))
    terminal, ours = pty.openpty()
    process = subprocess.Popen(
        [SKEP, "up", tmp_path], stdout=subprocess.PIPE, stderr=ours, stdin=subprocess.DEVNULL, text=True
    )
    addresses = [process.stdout.readline() for _ in range(4)]
    process.send_signal(signal.SIGINT)
    exit_code = process.wait(20)
    shown = os.read(terminal, 65536).decode()
    os.close(terminal)
    os.close(ours)
    process.stdout.close()

    assert exit_code == 0
    assert addresses[0].startswith("application  http://127.0.0.1:")
    assert "service 'bad' does not start" in shown
    assert not shown.startswith("{")
