"""The loss surface of the network on the bench, with the three ways down it, made on the side."""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import ConfigError, PellucidError, explain
from pellucid.experiments.regimes import Regimes, compare_regimes
from pellucid.lab.bench import Bench
from pellucid.models.surface import LossSurface, loss_surface

PLANES = ("paths", "random")
MOST_ROWS, MOST_EXAMPLES, MOST_EPOCHS = 1000, 10_000, 20  # of each way down
SIDE, POINTS = 41, 120  # of the grid, and of each path


class Survey(NamedTuple):
    """What was found: the surface, and how each way went; or why it was not."""

    surface: LossSurface | None
    regimes: Regimes | None
    trouble: str = ""

    def told(self) -> Mapping[str, Any]:
        """Return it as values that travel."""
        if self.surface is None or self.regimes is None:
            return {"trouble": self.trouble}
        seen, table = self.surface, self.regimes.table()
        return {
            "s": seen.s,
            "t": seen.t,
            "loss": np.asarray(seen.loss, np.float32),
            "axes": seen.axes,
            "note": seen.note,
            "paths": [{"name": name, "points": path} for name, path in seen.paths.items()],
            "columns": table.columns,
            "rows": table.rows,
            "title": table.caption,
        }


class Surveyor:
    """Makes surveys in a thread, with a copy of the network before its first step."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._work: Future[Survey] | None = None

    @property
    def busy(self) -> bool:
        """Whether a survey is being made, or was made and not yet taken."""
        return self._work is not None

    def begin(self, bench: Bench, plane: str) -> None:
        """Make a survey of this bench.

        Raises:
            ConfigError: there is no such plane.
        """
        if plane not in PLANES:
            what = "There is no such plane."
            raise ConfigError(explain(what, got=plane, expected=", ".join(PLANES)))
        self._work = self._pool.submit(survey, bench.again(), plane)

    def drop(self) -> None:
        """Want no survey any more."""
        self._work = None

    def take(self) -> Survey | None:
        """Return the survey that was made since, if there is one."""
        if self._work is None or not self._work.done():
            return None
        work, self._work = self._work, None
        error = work.exception()  # such as too little memory: it must not end the training
        if error is None:
            return work.result()
        words = error.one_line if isinstance(error, PellucidError) else repr(error)
        return Survey(None, None, words)


def survey(bench: Bench, plane: str) -> Survey:
    """Return the surface around the ways down that three batch sizes take from one start."""
    x, y = (part[:MOST_ROWS] for part in bench.training)
    regimes = compare_regimes(
        bench.model,
        x,
        y,
        epochs=int(np.clip(MOST_EXAMPLES // len(x), 1, min(MOST_EPOCHS, bench.made.epochs))),
        batch_size=min(bench.made.batch_size, len(x)),
        points=POINTS,
    )
    found = loss_surface(bench.model, x, y, plane=plane, paths=regimes, resolution=SIDE)
    return Survey(found, regimes)
