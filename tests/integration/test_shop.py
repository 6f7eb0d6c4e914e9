"""The shop, and what the documents say to do with it."""

import concurrent.futures
import json

import pytest

from support.documents import run_curl, run_script, shell_lines
from support.manifest import manifest
from support.paths import SHOP, guest

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
CUSTOMER = {"username": "carol", "email": "carol@example.com"}
BASKET = {"customer": 1, "items": [{"product": 1, "quantity": 2}, {"product": 2, "quantity": 1}]}


@pytest.fixture(scope="module")
def shop(shared_platforms):
    ports = ["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0"]
    shop = shared_platforms.start_project(SHOP, ["--profile", "demo", *ports])
    assert shop.http.post("/users", json=CUSTOMER).json()["data"]["id"] == 1
    return shop


@pytest.fixture(scope="module")
def other(shared_platforms):
    """A service that is no shop, but answers anything."""
    return shared_platforms.start(manifest({"hello": {"module": guest("hello_p2"), "routes": ["/", "/*"]}}))


def lines_of(reply):
    return [json.loads(line) for line in reply.text.splitlines()]


def test_the_tour_meets_no_surprise(shop):
    tour = run_script("examples/shop/tour.sh", shop.url)

    assert tour.returncode == 0, tour.stdout + tour.stderr
    assert "every reply was the expected one" in tour.stdout


def test_the_tour_fails_where_something_is_missing(other):
    tour = run_script("examples/shop/tour.sh", other.url)

    assert tour.returncode == 1
    assert "surprises" in tour.stderr


@pytest.mark.parametrize("line", shell_lines("examples/shop/README.md", "curl"))
def test_a_curl_line_of_the_shop_works_as_written(shop, tmp_path, line):
    result = run_curl(line, shop.url, tmp_path)

    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout


def test_a_quote_has_a_line_for_each_item_and_one_for_the_total(shop):
    reply = shop.http.post("/quotes", json=BASKET)

    lines = lines_of(reply)
    assert [line.get("product") for line in lines[:2]] == [1, 2]
    assert lines[-1]["total_minor"] == 4129


def test_a_quote_streams_its_lines(shop):
    with shop.http.stream("POST", "/quotes", json=BASKET) as reply:
        assert reply.headers["transfer-encoding"] == "chunked"
        assert len(list(reply.iter_lines())) == 3


def is_answer_of(record, service):
    return (record.get("trace_id"), record.get("service")) == (TRACE_ID, service) and "status" in record


def test_one_quote_is_one_trace_in_every_service(shop):
    shop.http.post("/quotes", json=BASKET, headers={"traceparent": TRACEPARENT})

    answered = [
        shop.wait_for_log(lambda record: is_answer_of(record, service)) for service in ("users", "products", "quotes")
    ]
    assert [record["status"] for record in answered] == ["200", "200", "200"]
    assert [record.get("caller") for record in answered] == ["quotes", "quotes", None]


def test_a_call_that_was_not_granted_names_the_grant(shop):
    reply = shop.http.get("/snoop")

    assert reply.status_code == 403
    assert "call_not_granted" in reply.text
    assert "calls" in reply.text


def test_a_guest_that_loops_is_ended_beside_its_neighbours(shop):
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        looping = pool.submit(shop.http.get, "/looper")
        neighbours = [shop.http.get("/users/1").status_code for _ in range(50)]
        looped = looping.result()

    assert looped.status_code == 504
    assert looped.json()["code"] == "guest_timeout"
    assert set(neighbours) == {200}


def test_a_picture_is_read_from_the_granted_folder(shop):
    reply = shop.http.get("/products/1/picture")

    assert reply.headers["content-type"] == "image/svg+xml"
    assert reply.content == (SHOP / "products/assets/pictures/1.svg").read_bytes()
