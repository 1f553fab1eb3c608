"""The programs of the next fit, made while somebody still looks at the data."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from pellucid.lab.bench import Bench
from pellucid.lab.views.scene import Looks
from pellucid.training.callbacks import Callback, Control
from pellucid.training.record import StepsRecord


class Warmth:
    """Compiles what a bench will need by taking a first step with a copy of its network.

    Equal recipes share their programs, so the fit itself then begins at once.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._wanted: list[Future[Any]] = []  # the first step, then the looks into one

    @property
    def done(self) -> bool:
        """Whether the latest bench can begin; a step that fails there will fail in the fit."""
        return not self._wanted or self._wanted[0].done()

    def begin(self, bench: Bench) -> None:
        """Warm this bench next; what was not begun of another is not wanted any more."""
        for work in self._wanted:
            work.cancel()
        given = {**bench.lesson(), "callbacks": [OneStep()], "verbose": 0}
        first, looks = bench.again(), Looks()
        self._wanted = [
            self._pool.submit(bench.again().model.fit, **given),
            self._pool.submit(looks.at, first),
            self._pool.submit(looks.hurried, first, 0),
        ]


class OneStep(Callback):
    """Ends a fit after its first step."""

    def on_steps_end(self, record: StepsRecord, control: Control) -> None:
        control.stop("warm")
