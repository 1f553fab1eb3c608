"""Who may speak to the lab: every wrong way in is refused on every route and on the socket."""

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from pellucid.lab.guard import Guard
from pellucid.lab.server import Lab

PORT = 8765
HERE = f"http://127.0.0.1:{PORT}"
SOCKET = f"ws://127.0.0.1:{PORT}/socket"
ROUTES = ("/", "/static/lab.css", "/static/js/main.js", "/socket", "/file", "/nowhere")


class Idle:
    """In place of the process that trains."""

    def __init__(self, opening, take):
        self.told = []
        self.tell = self.told.append

    def close(self):
        pass


@pytest.fixture
def guarded():
    links = []
    return Guard(Lab({}, Idle).app(), PORT, links.append), links


@pytest.fixture
def inside(guarded):
    """A browser that has been let in."""
    guard, _ = guarded
    with TestClient(guard, base_url=HERE, follow_redirects=False) as client:
        assert client.get(guard.link).status_code == 303
        yield client


@pytest.fixture
def outside(guarded):
    """A browser that has not."""
    with TestClient(guarded[0], base_url=HERE, follow_redirects=False) as client:
        yield client


def refused_socket(client, headers):
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(SOCKET, headers=headers):
        pass
    return True


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "null",
            "http://evil.example",
            f"https://127.0.0.1:{PORT}",
            f"http://127.0.0.1:{PORT + 1}",
        ),
        *(
            f"http://127.0.0.1:{PORT}.evil.example",
            "http://127.0.0.1.evil.example",
            "http://127.0.0.1",
        ),
        *("", f"http://localhost:{PORT}", f"{HERE}/", f"{HERE}@evil.example"),
    ],
)
def test_W1_another_origin_is_refused(inside, origin):
    for route in ROUTES:
        assert inside.get(route, headers={"origin": origin}).status_code == 403
    assert inside.post("/file", content=b"a,b", headers={"origin": origin}).status_code == 403
    assert refused_socket(inside, {"origin": origin})


def test_W1_no_origin_may_read_a_page_and_nothing_else(inside):
    assert inside.get("/").status_code == 200
    assert inside.post("/file", content=b"a,b").status_code == 403
    assert refused_socket(inside, {})


def test_W1_another_page_may_not_embed_or_fetch(inside):
    for site in ("cross-site", "same-site"):
        for route in ROUTES:
            assert inside.get(route, headers={"sec-fetch-site": site}).status_code == 403


def test_W1_the_own_page_speaks(inside):
    with inside.websocket_connect(SOCKET, headers={"origin": HERE}) as socket:
        socket.send_text('{"do": "play"}')
    assert inside.post("/file", content=b"a", headers={"origin": HERE}).status_code == 202


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", f"evil.example:{PORT}", "127.0.0.1.evil.example", "[::2]", "0.0.0.0"),
        *("127.0.0.1@evil.example", "localhost.", "", "127.0.0.1:8765:1", "[::1", "127.1"),
    ],
)
def test_W2_another_host_is_refused(inside, host):
    for route in ROUTES:
        headers = {"host": host, "origin": f"http://{host}"}
        assert inside.get(route, headers=headers).status_code == 403
        assert inside.get(route, headers={"host": host}).status_code == 403
    assert inside.get("/open?token=x", headers={"host": host}).status_code == 403
    assert refused_socket(inside, {"host": host, "origin": f"http://{host}"})


@pytest.mark.parametrize("host", [f"localhost:{PORT}", "LOCALHOST", "[::1]:9", "127.0.0.1"])
def test_W2_every_name_of_this_machine_is_known(guarded, host):
    guard, _ = guarded
    cookie = {"cookie": f"{guard.cookie}={guard._secret}"}
    with TestClient(guard, base_url=HERE) as client:
        assert client.get("/", headers={"host": host, **cookie}).status_code == 200


def test_W3_without_a_cookie_nothing_is_shown(outside):
    for route in ROUTES:
        answer = outside.get(route)
        assert answer.status_code == 403 and len(answer.content) < 100
    assert outside.post("/file", content=b"a", headers={"origin": HERE}).status_code == 403
    assert refused_socket(outside, {"origin": HERE})


@pytest.mark.parametrize(
    "cookie", ["", "x", "x=y", "pellucid_lab_8765=", "pellucid_lab_8765=a", "=;=;"]
)
def test_W3_a_wrong_cookie_is_none(outside, cookie):
    assert outside.get("/", headers={"cookie": cookie}).status_code == 403


@pytest.mark.parametrize("token", ["", "x", "ä", "%00", "a" * 50_000])
def test_W3_a_wrong_token_is_refused(outside, token):
    assert outside.get("/open", params={"token": token}).status_code == 403


def test_W3_a_link_lets_one_browser_in_once(guarded, outside):
    guard, links = guarded
    first = guard.link
    answer = outside.get(first)
    assert answer.headers["location"] == "/" and "token" not in answer.headers["location"]
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert outside.get(first).status_code == 403  # replayed
    assert links == [guard.link] and guard.link != first
    secret = guard.link.partition("token=")[2]
    assert len(secret) >= 43  # 256 bits
    assert guard._secret not in guard.link


def test_W6_a_page_may_load_nothing_but_the_labs_own(inside):
    for route in ("/", "/static/js/main.js", "/nowhere"):
        rules = inside.get(route).headers
        policy = rules["content-security-policy"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy
        assert rules["x-content-type-options"] == "nosniff"
        assert rules["referrer-policy"] == "no-referrer"
        assert not any(name.startswith("access-control") for name in rules)
