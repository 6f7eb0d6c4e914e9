"""Every command: its help, its forms of output, its exit codes."""

import re
import socket
import subprocess

import pytest

from support.commands import command_tree, skep
from support.manifest import manifest
from support.paths import ROOT, SKEP, guest

COMMANDS = command_tree() if SKEP.exists() else []
PRINTING = [command for command in COMMANDS if command != ["completion"]]
HELLO = {"hello": {"module": guest("hello_p2"), "routes": ["/*"]}}

words = pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
printing = pytest.mark.parametrize("command", PRINTING, ids=" ".join)


@pytest.fixture
def project(tmp_path):
    (tmp_path / "skep.toml").write_text(manifest(HELLO))
    return tmp_path


@pytest.fixture(scope="module")
def app(shared_platforms):
    running = shared_platforms.start(manifest(HELLO))
    running.http.get("/logged")
    running.wait_for_message("/logged")
    return running


def listed_in_guide():
    guide = (ROOT / "docs/guide/commands.md").read_text()
    return sorted(re.findall(r"^## skep (.+)$", guide, re.MULTILINE))


def to(app):
    """The flags by which a command finds a platform whose ports are free ones."""
    return ["--manifest", app.folder, "--control", app.control_url.removeprefix("http://")]


# The tree.


def test_the_guide_lists_every_command():
    assert sorted(map(" ".join, COMMANDS)) == listed_in_guide()


@words
def test_a_command_tells_what_it_does(command):
    told = skep(*command, "--help")

    assert told.exit_code == 0
    assert f"Usage: skep {' '.join(command)}" in told.stdout
    assert told.stderr == ""


@printing
def test_a_command_takes_an_output_form(command):
    assert "--output FORM" in skep(*command, "--help").stdout


@words
def test_an_unknown_flag_is_a_fault_of_usage(command):
    refused = skep(*command, "--no-such-flag")

    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert refused.stderr != ""


@printing
def test_a_fault_of_usage_is_json_where_json_is_asked_for(command):
    refused = skep(*command, "--no-such-flag", "-o", "json")

    assert refused.exit_code == 2
    assert refused.codes == ["usage"]


def test_an_unknown_command_is_a_fault_of_usage():
    assert skep("serve").exit_code == 2


def test_without_a_command_it_shows_its_help():
    shown = skep()

    assert shown.exit_code == 0
    assert "Usage: skep" in shown.stdout


# Data.


@pytest.mark.parametrize(
    "arguments",
    [["version"], ["explain"], ["explain", "guest_timeout"], ["config", "schema"]],
    ids=" ".join,
)
def test_a_command_without_project_prints_json(arguments):
    printed = skep(*arguments, "-o", "json")

    assert printed.exit_code == 0
    assert printed.data
    assert printed.stderr == ""


@pytest.mark.parametrize("arguments", [["check"], ["doctor"], ["config", "explain", "--manifest"]], ids=" ".join)
def test_a_command_of_a_project_prints_json(project, arguments):
    printed = skep(*arguments, project, "-o", "json")

    assert printed.exit_code == 0
    assert printed.data
    assert printed.stderr == ""


@pytest.mark.parametrize("arguments", [["status"], ["logs"], ["config", "show"], ["call", "hello", "/"]], ids=" ".join)
def test_a_client_prints_json(app, arguments):
    printed = skep(*arguments, *to(app), "-o", "json")

    assert printed.exit_code == 0, printed
    assert printed.data
    assert printed.stderr == ""


@pytest.mark.parametrize("form", ["table", "wide", "jsonl", "yaml", "name"])
@pytest.mark.parametrize("arguments", [["status"], ["config", "show"], ["call", "hello", "/"]], ids=" ".join)
def test_a_client_prints_every_other_form(app, arguments, form):
    printed = skep(*arguments, *to(app), "-o", form)

    assert printed.exit_code == 0, printed
    assert printed.stdout


def test_version_names_skep_and_its_engine():
    version = skep("version", "-o", "json").data

    assert re.fullmatch(r"\d+\.\d+\.\d+", version["version"])
    assert version["engine"].startswith("wasmtime 48.")


def test_explain_tells_what_to_do():
    told = skep("explain", "port_in_use", "-o", "json").data

    assert told["exit_code"] == 4
    assert told["http_status"] == 409
    assert "--listen" in told["remedy"]


def test_explain_knows_every_code_of_the_documents():
    documented = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/errors.md").read_text(), re.MULTILINE)

    known = [error["code"] for error in skep("explain", "-o", "json").data]

    assert sorted(known) == sorted(documented)


def test_explain_of_an_unknown_code_is_not_found():
    refused = skep("explain", "no_such_code", "-o", "json")

    assert refused.exit_code == 3
    assert refused.codes == ["not_found"]


@pytest.mark.parametrize("shell", ["bash"])
def test_completion_is_a_script_that_the_shell_reads(shell):
    script = skep("completion", shell).stdout

    assert subprocess.run([shell, "-n"], input=script, text=True, check=False).returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command(shell):
    script = skep("completion", shell).stdout

    assert [command for command in COMMANDS if command[-1] not in script] == []


def test_completion_of_another_shell_is_a_fault_of_usage():
    assert skep("completion", "tcsh").exit_code == 2


def test_bash_completes_a_commands_flags():
    script = skep("completion", "bash").stdout
    ask = 'COMP_WORDS=(skep status --con); COMP_CWORD=2; _skep; printf "%s\\n" "${COMPREPLY[@]}"'

    completed = subprocess.run(["bash", "-c", script + "\n" + ask], capture_output=True, text=True, check=True)

    assert completed.stdout.split() == ["--control"]


# Configuration.


def test_config_explain_tells_the_layer_and_what_it_hides(project):
    set_here = {"SKEP_GATEWAY__LISTEN": "127.0.0.1:1234"}

    told = skep("config", "explain", "gateway.listen", "--manifest", project, "-o", "json", environment=set_here).data

    assert told[0]["value"] == "127.0.0.1:1234"
    assert "SKEP_GATEWAY__LISTEN" in told[0]["layer"]
    assert told[0]["hides"] == [
        {"layer": "skep.toml:4:1", "value": "127.0.0.1:0"},
        {"layer": "default", "value": "127.0.0.1:8080"},
    ]


def test_config_explain_names_the_nearest_key(project):
    refused = skep("config", "explain", "gateway.listne", "--manifest", project, "-o", "json")

    assert refused.exit_code == 7
    assert refused.codes == ["manifest_unknown_key"]
    assert "'gateway.listen'" in refused.errors[0]["message"]


def test_config_show_tells_the_settings_in_force(app):
    shown = skep("config", "show", *to(app), "-o", "json").data

    values = {setting["key"]: setting["value"] for setting in shown["settings"]}
    assert values["services.hello.module"] == guest("hello_p2")


def test_config_show_keeps_the_settings_in_force_where_a_reload_fails(platforms):
    app = platforms.start(manifest(HELLO, gateway={"deadline": "3s"}))
    app.write_manifest("[gateway\n")
    app.reload()

    shown = skep("config", "show", *to(app), "-o", "json").data

    values = {setting["key"]: setting["value"] for setting in shown["settings"]}
    assert values["gateway.deadline"] == "3s"


# Exit codes.


def test_up_without_a_manifest_is_not_found(tmp_path):
    refused = skep("up", tmp_path, "-o", "json")

    assert refused.exit_code == 3
    assert refused.codes == ["manifest_not_found"]


@pytest.mark.parametrize("command", ["up", "check"])
@pytest.mark.parametrize(
    "text, code",
    [
        ("[app\n", "manifest_syntax"),
        ("[app]\nnmae = 'x'\n", "manifest_unknown_key"),
        ("[app]\nname = 1\n", "manifest_wrong_type"),
        ("[gateway]\nlisten = 'nowhere'\n", "manifest_invalid_value"),
    ],
)
def test_a_broken_manifest_is_invalid(tmp_path, command, text, code):
    (tmp_path / "skep.toml").write_text(text)

    refused = skep(command, tmp_path, "-o", "json")

    assert refused.exit_code == 7
    assert code in refused.codes


def test_a_broken_manifest_is_shown_with_line_column_and_caret(tmp_path):
    (tmp_path / "skep.toml").write_text("[gateway]\nlisten_on = '127.0.0.1:0'\n")

    shown = skep("check", tmp_path).stderr

    assert "skep.toml:2:1" in shown
    assert "listen_on = '127.0.0.1:0'" in shown
    assert "^" in shown
    assert "'listen'" in shown


def test_every_fault_of_a_manifest_is_told_at_once(tmp_path):
    (tmp_path / "skep.toml").write_text("[app]\nnmae = 'x'\n[gateway]\nlisten = 7\n")

    assert set(skep("check", tmp_path, "-o", "json").codes) == {"manifest_unknown_key", "manifest_wrong_type"}


def test_an_unknown_profile_is_not_found(project):
    refused = skep("check", project, "--profile", "staging", "-o", "json")

    assert refused.exit_code == 3
    assert refused.codes == ["profile_not_found"]


def test_a_manifest_that_is_a_folder_is_not_found(tmp_path):
    (tmp_path / "skep.toml").mkdir()

    refused = skep("check", tmp_path, "-o", "json")

    assert refused.exit_code == 3
    assert refused.codes == ["manifest_not_found"]
    assert "is a folder" in refused.errors[0]["message"]


def test_a_program_that_is_a_folder_is_not_found(tmp_path):
    refused = skep("run", tmp_path)

    assert refused.exit_code == 3
    assert "error[module_not_found]" in refused.stderr


def test_a_folder_to_grant_that_is_not_there_is_not_found(tmp_path):
    refused = skep("run", "--dir", f"{tmp_path}/nope::/x", guest("hello_cgi"))

    assert refused.exit_code == 3
    assert "error[directory_not_found]" in refused.stderr
    assert f"{tmp_path}/nope" in refused.stderr


def test_an_address_of_another_machine_is_said_to_be_that(tmp_path):
    (tmp_path / "skep.toml").write_text(manifest({"a": {"module": guest("hello_p2"), "routes": ["/"]}}))

    refused = skep("up", tmp_path, "--listen", "192.0.2.1:8080", "-o", "json")

    assert refused.exit_code == 7
    assert refused.codes == ["address_not_available"]


def test_a_missing_module_is_not_found(tmp_path):
    (tmp_path / "skep.toml").write_text(manifest({"a": {"module": "a.wasm", "routes": ["/"]}}))

    refused = skep("check", tmp_path, "-o", "json")

    assert refused.exit_code == 3
    assert refused.codes == ["module_not_found"]


@pytest.mark.parametrize("module", ["bomb_not_wasm", "bomb_truncated", "bomb_magic_only"])
def test_check_refuses_a_broken_module(tmp_path, module):
    (tmp_path / "skep.toml").write_text(manifest({"a": {"module": guest(module), "routes": ["/"]}}))

    refused = skep("check", tmp_path, "-o", "json")

    assert refused.exit_code == 7
    assert f"{module}.wasm" in refused.errors[0]["message"]
    assert not refused.errors[0]["message"].endswith("[")


def test_check_names_an_import_that_nobody_offers(tmp_path):
    (tmp_path / "skep.toml").write_text(manifest({"a": {"module": guest("bomb_unknown_import"), "routes": ["/"]}}))

    refused = skep("check", tmp_path, "-o", "json")

    assert refused.exit_code == 7
    assert refused.codes == ["import_unknown"]
    assert "bomb_unknown_import.wasm" in refused.errors[0]["message"]


def test_a_feature_that_is_not_there_is_named(tmp_path):
    (tmp_path / "skep.toml").write_text(manifest({"a": {"module": guest("hello_p2"), "publishes": ["a.b"]}}))

    refused = skep("check", tmp_path, "-o", "json")

    assert refused.exit_code == 1
    assert refused.codes == ["manifest_not_available"]


@pytest.mark.parametrize(
    "service", [{"url": "https://127.0.0.1:1"}, {"module": guest("hello_p2"), "outbound": ["https://a.example"]}]
)
def test_tls_is_refused_until_it_is_there(tmp_path, service):
    (tmp_path / "skep.toml").write_text(manifest({"a": service}))

    refused = skep("check", tmp_path, "-o", "json")

    assert refused.exit_code == 1
    assert refused.codes == ["tls_not_available"]


@pytest.mark.parametrize("flag", ["--listen", "--control"])
def test_a_port_in_use_is_a_conflict(project, flag):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = skep("up", project, flag, f"127.0.0.1:{taken.getsockname()[1]}", "-o", "json")

    assert refused.exit_code == 4
    assert refused.codes == ["port_in_use"]
    assert len(refused.stderr.splitlines()) == 1


def test_the_port_of_a_running_platform_is_refused(app, project):
    refused = skep("up", project, "--listen", app.url.removeprefix("http://"), "-o", "json")

    assert refused.exit_code == 4
    assert refused.codes == ["port_in_use"]


def test_the_data_directory_of_a_running_platform_is_refused(app):
    refused = skep("up", app.folder, "-o", "json")

    assert refused.exit_code == 4
    assert refused.codes == ["data_directory_locked"]


def test_a_data_directory_that_cannot_be_made_is_not_permitted(project):
    refused = skep("up", project, "--data-dir", "/proc/skep", "-o", "json")

    assert refused.exit_code == 5
    assert refused.codes == ["data_directory_not_writable"]


@pytest.mark.parametrize("arguments", [["status"], ["logs"], ["config", "show"], ["call", "hello", "/"]], ids=" ".join)
def test_a_client_without_a_platform_says_so(project, arguments):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = f"127.0.0.1:{unused.getsockname()[1]}"

    refused = skep(*arguments, "--manifest", project, "--control", address, "-o", "json")

    assert refused.exit_code == 6
    assert refused.codes == ["control_unreachable"]


def test_a_client_with_a_wrong_token_is_not_permitted(app, project):
    (project / ".skep").mkdir()
    (project / ".skep/control.token").write_text("0" * 32)

    refused = skep("status", "--manifest", project, "--control", app.control_url.removeprefix("http://"), "-o", "json")

    assert refused.exit_code == 5
    assert refused.codes == ["unauthenticated"]


def test_errors_go_to_the_standard_error_only(tmp_path):
    refused = skep("up", tmp_path)

    assert refused.stdout == ""
    assert "manifest_not_found" in refused.stderr


def test_no_colour_where_there_is_no_terminal(tmp_path):
    assert "\x1b" not in skep("up", tmp_path, environment={"NO_COLOR": ""}).stderr
