"""The lab beside somebody who wears it down: its server stays small, and goes on."""

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

MOST_MORE = 50 * 2**20  # bytes that the server may hold more
SOCKETS = 1000
PIECE = b"x" * 2**20


@pytest.fixture
def lab():
    """A lab in a process of its own; gives its process, port, and a cookie of one let in."""
    command = [sys.executable, "-m", "pellucid", "lab", "moons", "--no-browser"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        link = next(
            m for line in process.stdout if (m := re.search(r"http://\S+:(\d+)(/\S+)", line))
        )
        port = int(link[1])
        _, headers = asked(port, link[2])
        yield process, port, headers["set-cookie"].partition(";")[0]
        process.terminate()


def asked(port, path, cookie=""):
    """Return the status and the headers of an answer."""
    wire = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(wire):
        wire.request("GET", path, headers={"Cookie": cookie})
        answer = wire.getresponse()
        answer.read()
    return answer.status, answer.headers


def most_held(process):
    """Return the most bytes that a process has held so far."""
    told = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", told)[1]) * 1024


def poured(wire, pieces):
    """Send until all is sent or the other side has had enough; return how much was sent."""
    sent = 0
    with contextlib.suppress(OSError):
        for _ in range(pieces):
            wire.sendall(PIECE)
            sent += len(PIECE)
    return sent


def opened(port):
    return socket.create_connection(("127.0.0.1", port), 30)


def posted(port, cookie, length):
    """Begin a file of so many bytes; return the connection."""
    wire = opened(port)
    here = f"Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
    wire.sendall(f"POST /file HTTP/1.1\r\n{here}Content-Length: {length}\r\n\r\n".encode())
    return wire


def joined(port, cookie):
    """Open a page's socket by hand; return the connection, and how the server answered."""
    wire = opened(port)
    here = f"Host: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
    wants = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
    wire.sendall(f"GET /socket HTTP/1.1\r\n{here}{wants}{key}\r\n".encode())
    return wire, wire.recv(12)


def test_W5_the_server_stays_small_and_goes_on(lab):
    process, port, cookie = lab
    assert asked(port, "/", cookie)[0] == 200
    before = most_held(process)

    with contextlib.ExitStack() as open_ones:
        for number in range(SOCKETS):
            wire = open_ones.enter_context(opened(port))
            if number % 2:  # half of them begin a request that never ends
                with contextlib.suppress(OSError):
                    wire.sendall(b"GET / HTTP/1.1\r\nHost: ")
        assert most_held(process) - before < MOST_MORE

    until = time.monotonic() + 60
    while asked(port, "/", cookie)[0] == 503:  # until the server has seen them go
        assert time.monotonic() < until
        time.sleep(0.1)
    for known, answer in (("", b"HTTP/1.1 403"), (cookie, b"HTTP/1.1 413")):
        with posted(port, known, 2**30) as wire:  # 1 GB, by a stranger and by somebody let in
            poured(wire, 1024)
            assert wire.recv(12) == answer
        assert most_held(process) - before < MOST_MORE
    wire, answer = joined(port, cookie)
    assert answer == b"HTTP/1.1 101"
    with wire:  # a message of 1 GB, as the protocol writes its length
        wire.sendall(b"\x82\xff" + (2**30).to_bytes(8, "big") + b"\0\0\0\0")
        assert poured(wire, 1024) < 2**30
    assert most_held(process) - before < MOST_MORE

    assert process.poll() is None
    wire, answer = joined(port, cookie)
    wire.close()
    assert answer == b"HTTP/1.1 101"
