"""Modules that are hostile by their form: refused when they are deployed, beside services that go on answering."""

import pytest

from support.manifest import manifest
from support.neighbours import beside_neighbour, problem
from support.paths import guest

REFUSED = {
    "many_functions": "module_too_large",
    "many_memories": "module_too_large",
    "many_tables": "module_too_large",
    "memory_at_once": "module_too_large",
    "large_memory": "module_too_large",
    "nested_components": "module_too_large",
    "huge": "file_too_large",
    "truncated": "module_invalid",
    "not_wasm": "module_invalid",
    "empty": "module_invalid",
    "magic_only": "module_kind_unknown",
    "unknown_import": "import_unknown",
}
TAKEN = ["deep_nesting", "slow_to_compile"]


@pytest.fixture(scope="module")
def street(shared_platforms):
    return beside_neighbour(shared_platforms, {})


def deploy(street, bomb):
    """Adds a service of that module to the running ones, and gives what the log told of it."""
    services = {
        "neighbour": {"module": guest("hello_p2"), "routes": [{"path": "/*", "host": "neighbour.test"}]},
        "bomb": {"module": guest(f"bomb_{bomb}"), "routes": [{"path": "/*", "host": "bomb.test"}]},
    }
    before = len(street.running.log())
    street.running.write_manifest(manifest(services, runtime={"slots": 16}))
    street.running.reload()
    return street.running.log()[before:]


@pytest.mark.parametrize("bomb", REFUSED)
def test_a_module_that_breaks_a_rule_is_refused(street, bomb):
    log = deploy(street, bomb)

    told = next(record["message"] for record in log if record["level"] == "error")
    assert f"{REFUSED[bomb]}: " in told
    assert f"bomb_{bomb}.wasm" in told or bomb == "unknown_import"
    assert problem(street.call("bomb", "/")) == (503, "service_failed")


@pytest.mark.parametrize("bomb", TAKEN)
def test_a_module_that_is_only_tedious_is_taken(street, bomb):
    deploy(street, bomb)

    assert street.call("bomb", "/").status_code == 200


def test_a_module_may_have_the_memory_that_its_service_is_given(platforms):
    services = {"large": {"module": guest("bomb_large_memory"), "routes": ["/"], "limits": {"memory": "256MiB"}}}

    assert platforms.start(manifest(services)).http.get("/").status_code == 200


def test_a_fault_in_a_file_has_its_offset(street):
    log = deploy(street, "truncated")

    assert any("at offset 0x1b7" in record["message"] for record in log)
