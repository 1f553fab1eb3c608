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


class Draft(NamedTuple):
    """Layers as somebody is putting them together, and what they would be."""

    layers: tuple[Any, ...]
    summary: Summary | None
    trouble: str


class Batch(NamedTuple):
    """A mini-batch, which rows it has, and the step that it causes."""

    epoch: int  # counted from 0
    number: int  # in its epoch, from 0
    rows: Int[np.ndarray, " batch"]  # of all rows
    step: int  # updates before it
    seen: Inspection


class Looks:
    """The next batch laid open, and the one before it: each is computed once."""

    def __init__(self) -> None:
        self.next: Batch | None = None
        self.before: Batch | None = None

    def at(self, bench: Bench) -> Batch:
        """Return the next batch."""
        step = int(bench.model.train_state.step)
        if self.next is None or self.next.step != step:
            follows = self.next is not None and self.next.step == step - 1
            self.before = self.next if follows else None
            epoch, number, rows = bench.next_batch()
            seen = bench.model.inspect(bench.ready.x[rows], bench.y[rows])
            self.next = Batch(epoch, number, rows, step, seen)
        return self.next


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
    findings: tuple[Finding, ...] = ()
    rates: Mapping[int, float] = {}  # learning rates set by hand, by updates before them
    over: bool = False  # all epochs are done
    lesson: Lesson | None = None
    survey: Survey | None = None  # of the loss surface
    surveying: bool = False
    epochs_kept: tuple[int, ...] = ()  # that one can look back at
    then: Then | None = None  # the epoch at which pages look back

    @property
    def looked_at(self) -> "Scene":
        """The scene at the epoch that pages look back at; the test set is not for that."""
        if self.then is None:
            return self
        return self._replace(bench=self.then.bench, looks=self.then.looks, openings=0)
