"""All that a view may look at: one value, handed to every view."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int

from pellucid.doctor.finding import Finding
from pellucid.inspection.inspection import Inspection
from pellucid.lab.bench import Bench
from pellucid.lab.lesson import Lesson
from pellucid.lab.pedals import Pedals
from pellucid.lab.record import Entry
from pellucid.lab.survey import Survey
from pellucid.network.summary import Summary

FEW = 8  # rows


class Draft(NamedTuple):
    """Layers as somebody is putting them together, and what they would be."""

    layers: tuple[Any, ...]
    summary: Summary | None
    trouble: str


class Batch(NamedTuple):
    """A mini-batch, which rows it has, and the step that it causes, or that they would cause."""

    epoch: int  # counted from 0
    number: int  # in its epoch, from 0
    rows: Int[np.ndarray, " batch"]  # of all rows
    step: int  # updates before it
    seen: Inspection
    stays: bool = False  # whether the same rows are looked at again and again


class Looks:
    """The next batch laid open, and the one before it: each is computed once.

    While training hurries on, a few rows are looked at instead, always the same ones: so what
    moves in a picture is what the network learns, and looking costs little.
    """

    def __init__(self) -> None:
        self.next: Batch | None = None
        self.before: Batch | None = None
        self.few: Batch | None = None

    def at(self, bench: Bench) -> Batch:
        """Return the next batch."""
        step = int(bench.model.train_state.step)
        if self.next is None or self.next.step != step:
            follows = self.next is not None and self.next.step == step - 1
            self.before = self.next if follows else None
            epoch, number, rows = bench.next_batch()
            seen = bench.model.inspect(bench.ready.x[rows], bench.y[rows])
            self.next, self.few = Batch(epoch, number, rows, step, seen), None
        return self.next

    def hurried(self, bench: Bench, example: int) -> Batch:
        """Return a few rows of the batch that was looked at last, among them this example."""
        epoch, number, rows = bench.next_batch()
        step = int(bench.model.train_state.step)
        if self.few is not None:
            rows = self.few.rows
        else:
            whole = rows if self.next is None else self.next.rows
            rows = np.roll(whole, example % FEW - example % len(whole))[:FEW]
        if self.few is None or self.few.step != step:
            seen = bench.model.inspect(bench.ready.x[rows], bench.y[rows])
            self.few = Batch(epoch, number, rows, step, seen, stays=True)
        return self.few


class Then(NamedTuple):
    """An earlier epoch that pages look back at."""

    epoch: int
    bench: Bench
    looks: Looks


class Scene(NamedTuple):
    """What stands on the bench, how far it is, and what pages have chosen to see of it."""

    bench: Bench
    pedals: Pedals
    run: int
    openings: int  # of the test set
    options: Mapping[str, Any]
    draft: Draft
    looks: Looks
    epochs: list[Mapping[str, Any]]  # of this run, as they end
    past: tuple[Entry, ...] = ()  # runs that came before
    kept: tuple[str, ...] = ()  # runs in the folder of runs, which can be opened
    findings: tuple[Finding, ...] = ()
    rates: Mapping[int, float] = {}  # learning rates set by hand, by updates before them
    over: bool = False  # all epochs are done
    lesson: Lesson | None = None
    survey: Survey | None = None  # of the loss surface
    surveying: bool = False
    epochs_kept: tuple[int, ...] = ()  # that one can look back at
    then: Then | None = None  # the epoch at which pages look back

    @property
    def batch(self) -> Batch:
        """What to look at: the next batch, or a few rows while training hurries on."""
        if not self.pedals.hurried:
            return self.looks.at(self.bench)
        example = self.options.get("example")
        return self.looks.hurried(self.bench, example if isinstance(example, int) else 0)

    @property
    def looked_at(self) -> "Scene":
        """The scene at the epoch that pages look back at; the test set is not for that."""
        if self.then is None:
            return self
        return self._replace(bench=self.then.bench, looks=self.then.looks, openings=0)
