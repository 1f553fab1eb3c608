"""The lab in Chromium: until it lives, pictures a second, how late, and what training loses.

    python benchmarks/lab.py [--seconds 6] [--turns 3]

Needs Chromium, Playwright from the extra `test`, and a machine that does nothing else. A picture
is one drawing of the whole view Maps, 52 maps, from the network that trains meanwhile with 100
updates a second. It is as late as the time from its coming out of the process that trains until the
page's word that it was drawn, so the way back counts. Updates a second are medians over turns:
of `fit` in a process of its own, and in the lab, as fast as it can, with a view open; and there
once more with and without somebody who holds a thousand sockets open.
"""

import argparse
import contextlib
import json
import re
import shutil
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import machine
from playwright.sync_api import Browser, Page, sync_playwright

from pellucid.lab.guard import Guard
from pellucid.lab.hub import Hub
from pellucid.lab.hub import Page as Looker
from pellucid.lab.protocol import Command, unpack
from pellucid.lab.server import Lab, listening, server_of

CONVOLUTIONS = """
title = "13 filters"
view = "maps"
look = []
layers = [
  { class_name = "Rescaling", config = { scale = 0.00392156862745098 } },
  { class_name = "Conv2D", config = { filters = 13, kernel_size = 5, activation = "relu" } },
  { class_name = "MaxPooling2D", config = {} },
  { class_name = "Flatten", config = {} },
  { class_name = "Dense", config = { units = 10, activation = "softmax" } },
]
[experiment]
data = "mnist"
batch_size = 32
epochs = 100000
"""
DENSE = """
title = "128-64"
view = "layers"
look = []
[experiment]
data = "mnist"
network = "128-64"
batch_size = 32
epochs = 100000
"""
PACE = "100 updates a second"
SOCKETS = 1000
FIRST_PICTURE = "canvas.map"
NETWORKS = {  # and the views that are looked at while they train
    "updates a second, dense": (DENSE, ("train", "layers")),
    "updates a second, convolutions": (CONVOLUTIONS, ("train", "maps")),
}
FIT = """
import sys, time
from pellucid.lab.bench import as_layers, set_up
from pellucid.lab.lesson import Lesson
lesson = Lesson.from_toml(sys.argv[1])
bench = set_up(lesson.experiment)
bench = bench.with_layers(as_layers(lesson.layers)) if lesson.layers else bench
told = {**bench.lesson(), "verbose": 0}
def fitted(epochs):
    start = time.perf_counter()
    bench.model.fit(**{**told, "epochs": epochs})
    return time.perf_counter() - start
fitted(2)
epochs = max(1, round(float(sys.argv[2]) / fitted(1)))
print(epochs * bench.steps / fitted(epochs))
"""


class Clock(Hub):
    """A hub that takes note of when frames come, and when a page has drawn them."""

    def __init__(self, tell: Any) -> None:
        super().__init__(tell)
        self.came: dict[str, float] = {}
        self.flown: deque[dict[str, float]] = deque()  # messages: when each frame had come
        self.drawn: list[tuple[str, float, float]] = []  # kind, when, how late
        self.steps: list[tuple[float, int]] = []

    def take(self, frame: bytes) -> None:
        """Take a frame, and note when."""
        told, now = unpack(frame), time.monotonic()
        self.came[told["kind"]] = now
        if told["kind"] == "now":
            self.steps.append((now, told["shown"]["step"]))
        super().take(frame)

    def next_for(self, page: Looker) -> bytes | None:
        """Hand a message out, and note what is in it."""
        waiting = {kind: self.came[kind] for kind in page.waiting}
        message = super().next_for(page)
        if message is not None:
            self.flown.append(waiting)
        return message

    def hear(self, page: Looker, command: Command) -> None:
        """Hear a page; its word that a message is drawn is of the one sent first."""
        if command.do == "ack":
            now = time.monotonic()
            frames = self.flown.popleft()
            self.drawn += [(kind, now, now - came) for kind, came in frames.items()]
        super().hear(page, command)


@contextlib.contextmanager
def clocked(
    lesson: str, view: str, browser: Browser, speed: str = "as fast as it can"
) -> Iterator[tuple[Page, Clock]]:
    """A lab with a clock, and the page of it that plays at a speed, at a view."""
    with listening(0) as listener:
        lab = Lab({"text": lesson})
        lab.hub = clock = Clock(lab.hub.tell)
        guard = Guard(lab.app(), listener.getsockname()[1])
        server = server_of(guard)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        try:
            page.goto(guard.link)
            page.goto(f"{page.url}#layers")
            page.locator(FIRST_PICTURE).first.wait_for(timeout=60_000)
            page.locator(f'#rail a[href="#{view}"]').click()
            page.get_by_label("speed", exact=True).select_option(speed)
            page.get_by_role("button", name=re.compile("Play")).click()
            while not clock.steps or clock.steps[-1][1] < 50:
                page.wait_for_timeout(200)
            yield page, clock
        finally:
            page.context.close()
            server.should_exit = True
            thread.join()


def drawing(page: Page, clock: Clock, seconds: float, throttle: int) -> dict[str, float]:
    """Return pictures a second and how late they are, with a browser so many times slower."""
    client = page.context.new_cdp_session(page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": throttle})
    page.wait_for_timeout(1000)
    start = time.monotonic()
    page.wait_for_timeout(1000 * seconds)
    client.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    seen = [late for kind, when, late in list(clock.drawn)
            if kind == "maps" and start < when < start + seconds]  # fmt: skip
    return {
        "pictures a second": len(seen) / seconds,
        "median ms": 1e3 * statistics.median(seen),
        "worst ms": 1e3 * max(seen),
    }


def in_the_lab(page: Page, clock: Clock, seconds: float) -> float:
    """Return updates a second while the page looks on."""
    first = len(clock.steps) - 1
    page.wait_for_timeout(1000 * seconds)
    (began, before), (ended, after) = clock.steps[first], clock.steps[-1]
    return (after - before) / (ended - began)


@contextlib.contextmanager
def beset(page: Page) -> Iterator[None]:
    """Hold sockets open to a page's server, half of them with a request that never ends."""
    with contextlib.ExitStack() as open_ones:
        port = urlsplit(page.url).port
        for number in range(SOCKETS):
            wire = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), 30))
            if number % 2:
                with contextlib.suppress(OSError):
                    wire.sendall(b"GET / HTTP/1.1\r\nHost: ")
        yield


def worn_down(page: Page, clock: Clock, seconds: float, turns: int) -> dict[str, float]:
    """Return updates a second with and without somebody who holds sockets open, by turns."""
    rates: dict[str, list[float]] = {"left alone": [], f"beside {SOCKETS} sockets": []}
    quiet, loud = rates.values()
    for _ in range(turns):
        quiet.append(in_the_lab(page, clock, seconds))
        with beset(page):
            loud.append(in_the_lab(page, clock, seconds))
    return {name: statistics.median(found) for name, found in rates.items()}


def alone(lesson: str, seconds: float) -> float:
    """Return updates a second of `fit` in a process of its own."""
    command = [sys.executable, "-c", FIT, lesson, str(seconds)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def starting(browser: Browser) -> float:
    """Return the seconds from the command until the layers of a network are drawn."""
    began = time.monotonic()
    command = [sys.executable, "-u", "-m", "pellucid", "lab", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as lab:
        try:
            link = next(m[0] for line in lab.stdout or () if (m := re.search(r"http://\S+", line)))
            page = browser.new_page()
            page.goto(link)
            page.goto(f"{page.url}#layers")
            page.locator(FIRST_PICTURE).first.wait_for(timeout=60_000)
            return time.monotonic() - began
        finally:
            lab.terminate()


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--turns", type=int, default=3)
    given = parser.parse_args()
    found: dict[str, Any] = {"machine": machine.describe()}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        found["start"] = [starting(browser) for _ in range(given.turns)]
        with clocked(CONVOLUTIONS, "maps", browser, PACE) as (page, clock):
            for throttle in (1, 6):
                found[f"throttled {throttle}"] = drawing(page, clock, given.seconds, throttle)
        for name, (lesson, views) in NETWORKS.items():
            turns: dict[str, list[float]] = {"fit alone": [], **{view: [] for view in views}}
            for _ in range(given.turns):
                turns["fit alone"].append(alone(lesson, given.seconds))
                for view in views:
                    with clocked(lesson, view, browser) as (page, clock):
                        turns[view].append(in_the_lab(page, clock, given.seconds))
            found[name] = {view: statistics.median(rates) for view, rates in turns.items()}
        with clocked(DENSE, "train", browser) as (page, clock):
            found["worn down"] = worn_down(page, clock, given.seconds, given.turns)
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
