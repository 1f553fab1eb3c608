"""The server: where it listens, what it takes, and that no page can hurt another or the fit."""

import re
import socket
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from pellucid.base.errors import FileError
from pellucid.lab import server
from pellucid.lab.protocol import Command, pack, unpack
from pellucid.lab.server import MOST_PAGES, Lab, listening, server_of


class Recorder:
    """In place of the process that trains: it keeps what it is told."""

    def __init__(self, opening, take):
        self.told, self.take = [], take

    def tell(self, command):
        self.told.append(command)

    def close(self):
        pass


@pytest.fixture
def lab():
    made = Lab({}, Recorder)
    with TestClient(made.app()) as client:
        yield made, client


def take(lab, frame):
    """Take a frame on the server's own loop, as from the process that trains."""
    made, client = lab
    client.portal.call(made.take, frame)


@pytest.fixture
def running():
    """The server itself on a port of its own, with its limits; gives the port."""
    with listening(0) as listener:
        server = server_of(Lab({}, Recorder).app())
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()


def now(step, run=1):
    return pack({"kind": "now", "run": run, "shown": {"step": step}})


def course(losses, epochs=(), run=1):
    told = {"losses": np.asarray(losses, np.float32), "epochs": list(epochs)}
    return pack({"kind": "course", "run": run, **told})


def test_W4_it_listens_on_this_machine_only():
    with listening(0) as here:
        address, port = here.getsockname()
        tables = [
            Path(f"/proc/net/{kind}").read_text().splitlines()[1:] for kind in ("tcp", "tcp6")
        ]
        places = [line.split()[1] for table in tables for line in table]
        assert [place for place in places if place.endswith(f":{port:04X}")] == [
            f"0100007F:{port:04X}"  # 127.0.0.1
        ]
        assert address == "127.0.0.1"
        with pytest.raises(FileError, match="not free"), listening(port):
            pass


@pytest.mark.parametrize(
    "path",
    [
        *("/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2fserver.py"),
        *("/static//etc/passwd", "/static/js/../../server.py", "/static/%00", "/static/js"),
        *("/../pyproject.toml", "/static/....//server.py", "/static/js\\..\\..\\server.py"),
    ],
)
def test_W5_no_path_leads_out_of_the_pages_files(lab, path):
    assert lab[1].get(path).status_code in (404, 405)


def test_W5_a_huge_table_is_refused(lab, monkeypatch):
    monkeypatch.setattr(server, "MOST_BYTES", 1000)
    made, client = lab
    assert client.post("/file", content=b"x" * 1001).status_code == 413
    assert client.post("/file", content=(b"x" * 400 for _ in range(5))).status_code == 413
    assert not made.child.told


def test_W5_a_slow_table_is_given_up(lab, monkeypatch):
    monkeypatch.setattr(server, "PATIENCE", 0.0)
    assert lab[1].post("/file", content=b"a,b").status_code == 408


@pytest.mark.parametrize("noise", ["", "{}", "[1]", '{"do": "fly"}', "x" * 70_000])
def test_W5_what_is_no_command_ends_the_talk(lab, noise):
    made, client = lab
    with client.websocket_connect("/socket") as page:
        page.send_text(noise)
        with pytest.raises(WebSocketDisconnect):
            page.receive_bytes()
    assert not made.hub.pages and [c for c in made.child.told if c.do != "draw"] == []


def test_W5_a_huge_message_ends_the_talk(running):
    with connect(f"ws://127.0.0.1:{running}/socket") as page:
        with pytest.raises(ConnectionClosed) as closed:
            page.send("x" * 2**20)
            while True:
                page.recv(5)
        assert closed.value.rcvd.code == 1009


@pytest.mark.parametrize(
    "noise",
    [
        *(b"\x00\xff" * 500, b"GET / HTTP/1.1\r\nHost: a\r\n" + b"x: " + b"y" * 100_000),
        *(b"GET /socket HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n"),
    ],
)
def test_W5_noise_is_refused_and_the_server_goes_on(running, noise):
    with socket.create_connection(("127.0.0.1", running), 10) as wire:
        wire.sendall(noise)
        wire.shutdown(socket.SHUT_WR)
        assert not re.match(rb"HTTP/1.1 (2|101)", wire.recv(100))
    with connect(f"ws://127.0.0.1:{running}/socket"):
        pass


def test_W5_there_is_room_for_so_many_pages(lab):
    _, client = lab
    open_pages = [client.websocket_connect("/socket") for _ in range(MOST_PAGES)]
    for page in open_pages:
        page.__enter__()
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/socket"):
        pass
    for page in open_pages:
        page.__exit__(None, None, None)


def test_W5_a_page_that_does_not_draw_gets_two_frames_and_then_the_newest(lab):
    _, client = lab
    with client.websocket_connect("/socket") as page:
        for step in range(30):
            take(lab, now(step))
        seen = [unpack(page.receive_bytes())["shown"]["step"] for _ in range(2)]
        page.send_text('{"do": "ack"}')
        seen.append(unpack(page.receive_bytes())["shown"]["step"])
    assert seen[-1] == 29 and seen == sorted(seen)


def test_W7_a_page_that_comes_back_has_missed_nothing(lab):
    _, client = lab
    take(lab, course([1.0, 2.0], [{"epoch": 1}]))
    with client.websocket_connect("/socket") as page:
        first = unpack(page.receive_bytes())
    take(lab, course([3.0]))
    take(lab, course([4.0], [{"epoch": 2}]))
    with client.websocket_connect("/socket") as page:
        again = unpack(page.receive_bytes())
    assert first["losses"].tolist() == [1, 2] and again["losses"].tolist() == [1, 2, 3, 4]
    assert again["first"] == 0 and [one["epoch"] for one in again["epochs"]] == [1, 2]


def test_W7_a_page_that_stays_gets_each_loss_once(lab):
    _, client = lab
    with client.websocket_connect("/socket") as page:
        got = []
        for part in ([1.0], [2.0, 3.0], [4.0]):
            take(lab, course(part))
            page.send_text('{"do": "ack"}')
            got.append(unpack(page.receive_bytes()))
    assert [one["losses"].tolist() for one in got] == [[1], [2, 3], [4]]
    assert [one["first"] for one in got] == [0, 1, 3]


def test_W7_another_run_begins_anew(lab):
    _, client = lab
    take(lab, course([1.0, 2.0]))
    take(lab, course([9.0], run=2))
    with client.websocket_connect("/socket") as page:
        told = unpack(page.receive_bytes())
    assert told["run"] == 2 and told["losses"].tolist() == [9]


def test_a_picture_is_asked_for_what_pages_look_at(lab):
    made, client = lab
    with client.websocket_connect("/socket") as page:
        page.send_text('{"do": "subscribe", "views": ["layers"]}')
        page.send_text('{"do": "play"}')
        take(lab, now(1))
        page.receive_bytes()
    assert Command("play", {}) in made.child.told
    assert Command("draw", {"views": ["layers"]}) in made.child.told


def test_a_table_goes_to_the_process_by_its_name(lab):
    made, client = lab
    assert client.post("/file", content=b"a,b", headers={"x-name": "Mein%20Heft.csv"}).is_success
    assert made.child.told == [Command("file", {"name": "Mein Heft.csv", "content": b"a,b"})]


def test_the_end_of_the_process_is_told(lab):
    _, client = lab
    with client.websocket_connect("/socket") as page:
        take(lab, b"")
        assert unpack(page.receive_bytes())["gone"]


def test_the_server_itself_loads_no_jax():
    asked = "import sys, pellucid.lab.server; print('jax' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
