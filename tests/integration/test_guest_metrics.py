"""Metrics that guests count: whatever they are named, /metrics stays valid and shows what was accepted."""

import pytest

from support.exposition import Invalid, check
from support.manifest import manifest
from support.paths import guest

SERVICES = {
    name: {"module": guest("platform_p2"), "routes": [f"/{name}/*"], "secrets": ["key"]} for name in ("p", "q")
}
MANIFEST = manifest(SERVICES, secrets={"key": {"value": "hush"}})


@pytest.fixture(scope="module")
def app(shared_platforms):
    return shared_platforms.start(MANIFEST)


def count(app, service, kind, name):
    """The code of the guest's error, "ok" where there was none."""
    call = {"service": service, "path": f"/{kind}?name={name}&value=1"}
    answer = app.control.post("/api/v1/call", json=call).json()["body"]
    return "ok" if '"ok"' in answer else answer


@pytest.mark.parametrize("kind", ["counter", "gauge", "histogram"])
def test_a_name_that_the_platform_shows_is_refused(app, kind):
    families = [line.split()[2] for line in app.metrics().splitlines() if line.startswith("# TYPE skep_guest_slots")]

    answers = [count(app, "p", kind, family.removeprefix("skep_guest_")) for family in families]

    assert len(answers) == 2
    assert all("metric_name_reserved" in answer for answer in answers)
    app.metrics()


@pytest.mark.parametrize("kind", ["gauge", "histogram"])
@pytest.mark.parametrize("name", ["h_total", "h_bucket", "h_sum", "h_count", "h_info", "sum"])
def test_a_name_that_ends_as_another_kinds_series_is_refused(app, kind, name):
    assert "invalid_argument" in count(app, "p", kind, name)
    app.metrics()


def test_a_histogram_keeps_its_sum_to_itself(app):
    assert count(app, "p", "histogram", "wait") == "ok"
    assert "invalid_argument" in count(app, "p", "gauge", "wait_sum")

    assert app.metrics().count('skep_guest_wait_sum{service="p"}') == 1


def test_a_counter_is_shown_with_total_however_it_is_named(app):
    assert [count(app, "p", "counter", name) for name in ("sold", "sold_total")] == ["ok", "ok"]

    assert 'skep_guest_sold_total{service="p"} 2\n' in app.metrics()


def test_a_name_that_another_service_uses_for_another_kind_is_refused(app):
    assert count(app, "p", "counter", "both_total") == "ok"

    assert "metric_kind_differs" in count(app, "q", "gauge", "both")
    assert count(app, "q", "counter", "both") == "ok"
    assert 'skep_guest_both_total{service="q"} 1\n' in app.metrics()


@pytest.mark.parametrize(
    "text",
    [
        "a 1\n",
        "# HELP a A.\n# TYPE a gauge\na 1",
        "# HELP a A.\n# TYPE a counter\na 1\n",
        "# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n",
        "# HELP a A.\n# TYPE a gauge\na 1\na 1\n",
        "# HELP a A.\n# TYPE a gauge\na 1\n# HELP a A.\n# TYPE a gauge\n",
        "# HELP a A.\n# TYPE a gauge\n# HELP b B.\n# TYPE b gauge\na 1\n",
        '# HELP a A.\n# TYPE a gauge\na{x="1",x="2"} 1\n',
        '# HELP a A.\n# TYPE a gauge\na{x="\\q"} 1\n',
        "# HELP a A.\n# TYPE a histogram\na_bucket 1\n",
        "# HELP a A.\n# TYPE a summary\na_sum 1\n# HELP a_sum A.\n# TYPE a_sum gauge\n",
    ],
)
def test_the_reader_of_these_tests_refuses_what_is_not_valid(text):
    with pytest.raises(Invalid):
        check(text)
