"""How fast a network trains on this machine, and what another batch size would give."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.models.rehearsal import Rehearsal, rehearsal_of
from pellucid.plots.blocks import Block, Facts, Note, Table
from pellucid.training.pace import matrix_rate, step_cost
from pellucid.training.placement import place
from pellucid.training.programs import compile_start
from pellucid.training.state import Examples
from pellucid.training.strides import strides
from pellucid.training.trainer import Trainer

FACTORS = (1, 4, 16)  # of the batch size asked for
SECONDS = 0.5  # of training at each
STRIDES = 5  # at least, of which the median is told
FASTER = 1.3  # times as many rows a second: worth a word
BUSY, IDLE = 0.5, 0.1  # shares of the rate of matrix products


class Pace(NamedTuple):
    """How fast a network trains with batches of one size."""

    batch_size: int
    step_seconds: float  # median
    share: float  # of the machine's rate of matrix products
    memory: int | None  # bytes that a step needs, without the rows that wait
    compiling_seconds: float  # before the first step

    @property
    def rows_a_second(self) -> float:
        """How many rows are gone through in a second."""
        return self.batch_size / self.step_seconds


@dataclass(frozen=True, eq=False)
class Bench:
    """How fast a network trains here.

    Attributes:
        device: What it was measured on.
        rate: Operations a second of the machine's own float32 matrix product.
        rows: How many rows there are to train on.
        paces: First with the batch size asked for, then with larger ones.
    """

    device: str
    rate: float
    rows: int
    paces: tuple[Pace, ...]

    @property
    def advice(self) -> tuple[str, ...]:
        """What follows for whoever wants it faster, in sentences."""
        return tuple(_advice(self))

    def blocks(self) -> tuple[Block, ...]:
        """Return what a terminal or a page shows."""
        epoch = self.rows / self.paces[0].rows_a_second
        facts = (
            ("measured on", self.device),
            ("its own matrix product", f"{self.rate / 1e9:.0f} GFLOP/s"),
            ("an epoch", f"{epoch:.3g} s for {self.rows:,} rows"),
        )
        notes = [Note(line) for line in self.advice]
        return (Facts(facts), self.table(), *notes)

    def table(self) -> Table:
        """Return a row for each batch size."""
        columns = ("batch size", "a step", "rows a second", "of matrix rate", "memory", "compiling")
        rows = tuple(
            (
                pace.batch_size,
                f"{pace.step_seconds * 1e3:.3g} ms",
                f"{pace.rows_a_second:,.0f}",
                f"{pace.share:.0%}" if np.isfinite(pace.share) else "-",
                "-" if pace.memory is None else f"{pace.memory / 2**20:.3g} MiB",
                f"{pace.compiling_seconds:.2g} s",
            )
            for pace in self.paces
        )
        return Table(columns, rows, right=tuple(range(len(columns))))

    def __str__(self) -> str:
        headings, rows = self.table().columns, self.table().texts()
        widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
        lines = [
            "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            for row in (headings, *rows)
        ]
        return "\n".join([*lines, *self.advice])

    def __repr__(self) -> str:
        first = self.paces[0]
        return f"<Bench: {first.rows_a_second:,.0f} rows a second in batches of {first.batch_size}>"


def bench(model: Any, x: Any, y: Any, *, batch_size: int = 32) -> Bench:
    """Measure for a few seconds how fast `model` would train on `x` and `y`.

    It is trained on the side, by the program of its own `fit`, with batches of `batch_size`
    and of 4 and 16 times as many rows; the model stays as it is. The share of the matrix
    rate is the operations of a step, as the compiler counts them, by its seconds and the
    machine's own rate. The doctor, metrics and held-out rows cost extra and are left out.

    Raises:
        ConfigError: `batch_size` is below 1.
        DataError, ShapeError: the rows do not fit the model.
        StateError: it is not compiled.
    """
    if batch_size < 1:
        what = "A batch has a row or more."
        raise ConfigError(explain(what, got=f"batch_size={batch_size}", expected="1 or more"))
    rehearsal = rehearsal_of(model, x, y)
    rows, rate = len(rehearsal.examples), matrix_rate()
    sizes = dict.fromkeys(min(batch_size * factor, rows) for factor in FACTORS)
    paces = tuple(_pace(rehearsal, size, rate) for size in sizes)
    device = jax.devices()[0]
    return Bench(f"{device.platform.upper()}: {device.device_kind}", rate, rows, paces)


def _pace(rehearsal: Rehearsal, batch_size: int, rate: float) -> Pace:
    recipe, begin = rehearsal.recipe, rehearsal.begin
    batch = rehearsal.part(np.arange(batch_size))
    whole = len(rehearsal.examples) // batch_size * batch_size
    examples = place(rehearsal.part(np.arange(whole)))  # whole batches only: all steps alike
    cost = step_cost(recipe, begin, batch)
    began = time.perf_counter()
    trainer = Trainer(recipe, compile_start(recipe)(begin.seed, begin.params, begin.state))
    (first,) = _timed(trainer, examples, batch_size, 1, 1)
    compiling = time.perf_counter() - began - first
    apiece = int(np.clip(SECONDS / STRIDES / max(first, 1e-6), 1, 2000))
    seconds = list(_timed(trainer, examples, batch_size, apiece, STRIDES + 1))[1:]
    step_seconds = float(np.median(seconds))
    share = cost.operations / step_seconds / rate
    return Pace(batch_size, step_seconds, share, cost.memory, compiling)


def _timed(
    trainer: Trainer, examples: Examples, batch_size: int, updates: int, count: int
) -> Iterator[float]:
    """Give the seconds of a step, in so many strides of so many updates."""
    epochs = -(-updates * count * batch_size // len(examples))
    for number, stride in enumerate(
        strides(trainer, examples, batch_size, epochs=epochs, updates=updates)
    ):
        if number == count:
            return
        yield stride.seconds / len(stride.losses)


def _advice(found: Bench) -> Iterator[str]:
    here, best = found.paces[0], max(found.paces, key=lambda pace: pace.rows_a_second)
    ratio = best.rows_a_second / here.rows_a_second
    if ratio >= FASTER:
        factor = best.batch_size / here.batch_size
        yield (
            f"Batches of {best.batch_size} go through {ratio:.1f} times as many rows a second; an "
            f"epoch then has {factor:.3g} times fewer updates: raise the learning rate with them, "
            "and look at the held-out score."
        )
    else:
        why = ": a step is mostly bookkeeping, for a small network" if here.share < IDLE else ""
        yield f"Larger batches gain little here{why}."
    if best.share >= BUSY:
        yield (
            f"Batches of {best.batch_size} keep the machine at {best.share:.0%} of its matrix "
            "rate: only fewer parameters, or another machine, would be much faster."
        )
