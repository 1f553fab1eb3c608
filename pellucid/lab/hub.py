"""Between the pages and the process that trains: what was shown last, and who can take more.

A page gets all that waits for it as one message, and says when it has drawn that. Two may be on
their way to it; of what comes meanwhile the newest of each kind waits. So a slow page shows the
present, and never the past. The course, each loss and each epoch, is kept here whole: a page
that comes back gets what it has missed.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from pellucid.base.errors import DataError
from pellucid.lab.protocol import Command, pack, unpack

MOST_FLYING = 2  # messages that a page has not yet said it has drawn
COURSE, DRAWN = "course", "now"  # what grows; and the last frame of a picture
# Said once: a page that comes later does not hear it.
ONCE = ("trouble", "script", "lesson", "report", "gaps")
EVERYWHERE = ("state", "now", *ONCE)  # what every page wants, whatever it shows


class Course:
    """All losses and epochs of a run, as they came."""

    def __init__(self) -> None:
        self.run = 0
        self.losses: list[np.ndarray] = []
        self.ends: list[int] = [0]  # how many losses all parts up to one have
        self.epochs: list[Any] = []

    def add(self, told: Mapping[str, Any]) -> None:
        """Take what came since the last time; another run begins anew."""
        if told["run"] != self.run:
            self.run, self.losses, self.ends, self.epochs = told["run"], [], [0], []
        self.losses.append(told["losses"])
        self.ends.append(self.ends[-1] + len(told["losses"]))
        self.epochs += told["epochs"]

    def since(self, run: int, parts: int, epochs: int) -> dict[str, Any]:
        """Return what a page lacks that has seen so many parts and epochs of a run."""
        if run != self.run:
            parts = epochs = 0
        losses = np.concatenate([np.zeros(0, np.float32), *self.losses[parts:]])
        told = {"first": self.ends[parts], "losses": losses, "epochs": self.epochs[epochs:]}
        return {"run": self.run, **told}


class Page:
    """One browser page: what it shows, what it has seen, and what waits for it."""

    def __init__(self) -> None:
        self.views: frozenset[str] = frozenset()
        self.waiting: dict[str, bytes] = {}
        self.flying = 0
        self.seen: tuple[int, int, int] = (0, 0, 0)  # run, parts and epochs of the course

    def wants(self, kind: str) -> bool:
        """Tell whether frames of this kind are for it."""
        return kind in EVERYWHERE or kind in self.views


class Hub:
    """Takes frames in, hands them out, and passes commands on by `tell`."""

    def __init__(self, tell: Callable[[Command], None]) -> None:
        self.tell = tell
        self.course, self.latest = Course(), {}
        self.pages: set[Page] = set()
        self._asked: frozenset[str] | None = None  # for which a picture was asked

    def join(self) -> Page:
        """Return a new page, for which all that is known waits."""
        page = Page()
        page.waiting = {kind: frame for kind, frame in self.latest.items() if page.wants(kind)}
        self.pages.add(page)
        return page

    def leave(self, page: Page) -> None:
        """Forget a page; training goes on."""
        self.pages.discard(page)

    def take(self, frame: bytes) -> None:
        """Take a frame from the process that trains."""
        try:
            told = unpack(frame)
            kind = str(told["kind"])
        except (DataError, KeyError):  # of a process that was stopped while it wrote
            return
        if kind == COURSE:
            self.course.add(told)
            return
        if kind not in ONCE:
            self.latest[kind] = frame
        self.broadcast(kind, frame)
        if kind == DRAWN:
            self._asked = None
            self.ask()

    def broadcast(self, kind: str, frame: bytes) -> None:
        """Let a frame wait for every page that wants its kind."""
        for page in self.pages:
            if page.wants(kind):
                page.waiting[kind] = frame

    def hear(self, page: Page, command: Command) -> None:
        """Do what a page asks for, or pass it on."""
        if command.do == "ack":
            page.flying = max(0, page.flying - 1)
        elif command.do == "subscribe":
            page.views = frozenset(map(str, command.given["views"]))
            new = {kind: frame for kind, frame in self.latest.items() if kind in page.views}
            page.waiting |= new
        else:
            self.tell(command)
        self.ask()

    def ask(self) -> None:
        """Ask for a picture, if some page could take one; what is asked already stays asked."""
        ready = [page for page in self.pages if page.flying < MOST_FLYING]
        views = frozenset().union(*(page.views for page in ready))
        if ready and (self._asked is None or not views <= self._asked):
            self._asked = views | (self._asked or frozenset())
            self.tell(Command("draw", {"views": sorted(self._asked)}))

    def next_for(self, page: Page) -> bytes | None:
        """Return the next message to a page; None: nothing waits, or it has enough to draw."""
        if page.flying >= MOST_FLYING:
            return None
        frames = [*self._missed(page), *page.waiting.values()]
        page.waiting.clear()
        page.flying += bool(frames)
        return b"".join(frames) or None

    def _missed(self, page: Page) -> list[bytes]:
        """Return what the page lacks of the course."""
        have = (self.course.run, len(self.course.losses), len(self.course.epochs))
        if page.seen == have:
            return []
        told = self.course.since(*page.seen)
        page.seen = have
        return [pack({"kind": COURSE, **told})]
