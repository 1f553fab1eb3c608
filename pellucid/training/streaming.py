"""Examples that do not fit into memory: read in parts, one while another is trained on."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple, TypeAlias

import jax
import numpy as np
from jaxtyping import Int, Shaped

from pellucid.base.scheduling import give_way
from pellucid.training.block import Layout
from pellucid.training.placement import place
from pellucid.training.state import Examples

Part: TypeAlias = tuple[int, int]  # the number of an epoch and of a part in it, from 0


class Streamed(NamedTuple):
    """Examples that come in parts.

    An epoch visits the parts in turn, and the rows of each in the order in which they stand
    there. What a part holds follows from the number of the epoch alone, so that training can
    begin anywhere.

    Attributes:
        rows: How many there are in an epoch.
        size: Rows of a part; the last one is filled up to as many, with rows that mean nothing.
        sample: Some of the first rows of the first epoch; all, if one part holds them.
        read: From epoch and part, both counted from 0, to the part on the host.
        in_order: The rows as they are stored, each once, in pieces of any size.
        numbers: From epoch and part to where each of its rows is stored, counted from 0.
    """

    rows: int
    size: int
    sample: Examples
    read: Callable[[int, int], Examples]
    in_order: Callable[[], Iterator[Examples]]
    numbers: Callable[[int, int], Int[np.ndarray, " part"]]

    @property
    def inputs(self) -> Mapping[str, Shaped[np.ndarray, "rows ..."]]:
        """The inputs of the sample: they have the shapes and dtypes of all."""
        return self.sample.inputs

    @property
    def targets(self) -> Mapping[str, Shaped[np.ndarray, "rows ..."]]:
        """The targets of the sample, likewise."""
        return self.sample.targets


class Feed:
    """Gives each block the examples it goes through, on the device.

    While one part is trained on, a thread reads the next, brings it into order and puts it
    on the device. Examples that are on the device already are given as they are.
    """

    def __init__(self, examples: Examples | Streamed, layout: Layout, end: int | None) -> None:
        """Take the examples of a fit that ends before the epoch `end`, if that is known."""
        streamed = isinstance(examples, Streamed)
        self._examples = examples if streamed else place(examples, layout.devices)
        self._layout, self._end = layout, end
        # It begins with the first part.
        self._thread = ThreadPoolExecutor(1, "pellucid-feed", initializer=give_way)
        self._here: tuple[Part, Examples] | None = None
        self._coming: tuple[Part, Future[Examples]] | None = None

    def at(self, epoch: int, step: int) -> Examples:
        """Return the examples that hold the rows of a step of an epoch, both counted from 0.

        Raises:
            DataError, FileError: what the thread met with.
        """
        if not isinstance(self._examples, Streamed):
            return self._examples
        wanted = epoch, step // self._layout.stretch
        if self._here is None or self._here[0] != wanted:
            self._here = None  # a part that is done with makes room
            if self._coming is None or self._coming[0] != wanted:
                self._coming = self._begin(self._examples, wanted)
            self._here = wanted, self._coming[1].result()
            after = self._after(*wanted)
            self._coming = None if after[0] == self._end else self._begin(self._examples, after)
        return self._here[1]

    def numbers(self, epoch: int, step: int) -> Int[np.ndarray, " rows"]:
        """Return which rows those of a step are, counted from 0 as they are stored."""
        assert isinstance(self._examples, Streamed)
        part, within = divmod(step, self._layout.stretch)
        size = self._layout.batch_size
        return self._examples.numbers(epoch, part)[within * size :][:size]

    def close(self) -> None:
        """End the thread, when it has done what it is doing."""
        self._thread.shutdown(cancel_futures=True)
        self._here = self._coming = None

    def _begin(self, examples: Streamed, part: Part) -> tuple[Part, Future[Examples]]:
        """Let the thread make a part ready."""
        devices = self._layout.devices

        def read() -> Examples:
            return jax.block_until_ready(place(examples.read(*part), devices))

        return part, self._thread.submit(read)

    def _after(self, epoch: int, number: int) -> Part:
        """Return the part after this one."""
        last = (number + 1) * self._layout.stretch >= self._layout.steps
        return (epoch + 1, 0) if last else (epoch, number + 1)
