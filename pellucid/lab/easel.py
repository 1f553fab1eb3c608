"""Where pictures are made: when a page asks for one, there is something new, and it is time."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.lab.pedals import Pedals
from pellucid.lab.protocol import pack
from pellucid.lab.views import VIEWS, now, state
from pellucid.lab.views.scene import Scene

SHARE = 0.5  # of the time, at most, that goes into pictures while training runs at a set speed
SELDOM = 0.3  # seconds between two where it runs as fast as it can: pages draw on its cores
SLACK, LONGEST = 0.1, 2.0  # seconds that may be made up for; that one picture, which may
# have been compiled first, keeps the next one waiting
PRESENT = ("runs", "surface")  # views that do not look back


class Easel:
    """Draws scenes for the server. It knows what each view has shown last."""

    def __init__(self, pipe: Any, pedals: Pedals) -> None:
        self._pipe, self._pedals = pipe, pedals
        self.wanted: frozenset[str] | None = None  # views of the picture that was asked for
        self._drawn: dict[str, int] = {}  # by view, the version it showed
        self._state: Any = None  # as it was sent last
        self._version = 0
        self._due = 0.0  # when the next picture may be made while training runs

    def renew(self) -> None:
        """Take note that there is something new to see."""
        self._version += 1

    def clear(self) -> None:
        """Forget what was shown: another run begins."""
        self._drawn, self._state = {}, None
        self.renew()

    def draw(self, scene: Scene) -> None:
        """Send the picture that was asked for, unless nothing is new or training needs the time."""
        began = time.monotonic()
        if self.wanted is None or (self._pedals.playing and began < self._due):
            return
        fresh = [name for name in sorted(self.wanted) if self._drawn.get(name) != self._version]
        if not fresh and self._drawn.get("now") == self._version:
            return
        self.wanted = None
        told = state(scene)
        if told != self._state:
            self.tell(scene.run, "state", {"shown": told})
            self._state = told
        for name in fresh:
            if name in VIEWS:
                self._show(scene if name in PRESENT else scene.looked_at, name, VIEWS[name])
        self._show(scene, "now", now)
        if self._pedals.playing:
            rest = min((time.monotonic() - began) / SHARE, LONGEST)
            seldom = SELDOM if self._pedals.speed is None else 0
            self._due = max(self._due, began - SLACK) + max(rest, seldom)

    def _show(self, scene: Scene, name: str, view: Callable[[Scene], Mapping[str, Any]]) -> None:
        try:
            shown = view(scene)
        except Exception as error:  # a picture that fails must not end somebody's training
            told = f"The view {name!r} failed, and training goes on: {error!r}"
            self.tell(scene.run, "trouble", {"text": told})
            shown = None
        self._drawn[name] = self._version
        if shown is not None:
            self.tell(scene.run, name, {"shown": shown})

    def tell(self, run: int, kind: str, told: Mapping[str, Any]) -> None:
        """Send a frame."""
        self._pipe.send_bytes(pack({"kind": kind, "run": run, **told}))
