"""Handlers that end while frames of their replies still wait: what they wrote stays, and the reply is whole."""

import pytest
from support.manifest import manifest
from support.paths import guest

ROUTES = ["held", "streamed", "late"]


@pytest.fixture(scope="module")
def app(shared_platforms):
    services = {
        name: {
            "module": guest("frames_p2"),
            "routes": [f"/{name}/*"],
            "data": {"ddl": True},
            "route_options": [{"match": f"/{name}/*", "transaction_timeout": "5s", **options}],
        }
        for name, options in (("held", {}), ("streamed", {"stream": True}), ("late", {"transaction": "late"}))
    }
    return shared_platforms.start(manifest(services))


def paths_of(app, service):
    rows = app.control.post(f"/api/v1/stores/{service}/query", json={"sql": "SELECT path FROM frames"})
    return rows.text


SHORT = [(1, 10), (2, 30_000), (2, 40_000)]  # frames, bytes of each: all of them wait when the handler ends
CASES = [(service, *frames) for service in ROUTES for frames in SHORT] + [("held", 30, 30_000)]


@pytest.mark.parametrize(("service", "count", "size"), CASES)
@pytest.mark.parametrize("end", ["", "/trailer"])
def test_the_reply_is_whole_and_the_row_is_there(app, service, count, size, end):
    path = f"/{service}/{count}/{size}{end}"

    reply = app.http.post(path)

    assert reply.status_code == 200, reply.text[:300]
    assert len(reply.content) == count * size
    assert f'"{path}"' in paths_of(app, service)
