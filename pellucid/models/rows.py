"""The rows of a fit: in memory, or streamed."""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Int

from pellucid.base.errors import ConfigError, PellucidError, explain
from pellucid.data.stream import Stream
from pellucid.data.windows import Windows
from pellucid.models.counting import whole_number
from pellucid.models.diagnosis import refusals
from pellucid.models.validation import hold_out
from pellucid.training.examples import as_examples
from pellucid.training.state import Examples, Recipe
from pellucid.training.streaming import Streamed

SAMPLE = 4  # of a part, one in so many rows is kept for the doctor


class Given(NamedTuple):
    """What `fit` is given of rows, and of the way through them."""

    x: Any
    y: Any
    sample_weight: Any
    class_weight: Mapping[Any, Any] | str | None
    batch_size: int | str
    shuffle: bool | str

    def rows(
        self, recipe: Recipe, apart: tuple[Any, float, str], seed: int
    ) -> tuple[Examples | Streamed, Examples | None, int]:
        """Return the rows that train, those held out, and how many make a batch.

        Raises:
            DataError, ShapeError: they do not fit the network.
            ConfigError: it cannot be had, or not of a stream.
        """
        if isinstance(self.x, Stream):
            size = self._check_stream(apart[1])
            streamed = self._streamed(recipe, self.x, size, seed)
            return streamed, hold_out(recipe, streamed.sample, *apart, seed)[1], size
        with refusals(recipe, self.x, self.y):
            examples = as_examples(recipe, *self[:4])
        examples, held_out = hold_out(recipe, examples, *apart, seed)
        size = self.batch_size
        rows = len(examples) if size == "full" else whole_number("batch_size", size)
        return examples, held_out, rows

    def _check_stream(self, share: float) -> int:
        """Refuse what needs all rows at once; return the size of a batch."""
        asked = {
            "y": (self.y is not None, "put it into the stream: open_stream(x, y)"),
            "sample_weight": (
                self.sample_weight is not None,
                "put it into the stream: open_stream(x, y, sample_weight)",
            ),
            "class_weight": (isinstance(self.class_weight, str), "give a weight for each class"),
            "batch_size": (self.batch_size == "full", "give a number of rows"),
            "shuffle": (isinstance(self.shuffle, str), "True, and class_weight"),
            "validation_split": (bool(share), "stream.split(rows), and validation_data"),
        }
        for name, (wrong, hint) in asked.items():
            if wrong:
                what = f"{name} cannot be had of a stream, whose rows are never together."
                got = share if name == "validation_split" else getattr(self, name)
                got = got if isinstance(got, str | float) else type(got).__name__
                raise ConfigError(explain(what, got=got, expected="none", hint=hint))
        return whole_number("batch_size", self.batch_size)

    def _streamed(self, recipe: Recipe, stream: Stream, batch_size: int, seed: int) -> Streamed:
        """Return the rows of a stream as examples, in parts of whole batches."""
        rows = len(stream)
        batch = min(batch_size, rows)
        size = min(max(stream.window // batch, 1), -(-rows // batch)) * batch
        shuffle, windows = bool(self.shuffle), Windows()

        def bounds(number: int) -> tuple[int, int]:
            return number * size, min(number * size + size, rows)

        def numbers(epoch: int, number: int) -> Int[np.ndarray, " part"]:
            return stream.numbers(*bounds(number), seed=seed, epoch=epoch, shuffle=shuffle)

        def part(epoch: int, number: int) -> Examples:
            there, when = bounds(number), {"seed": seed, "epoch": epoch}
            read = stream.rows(*there, **when, shuffle=shuffle, windows=windows, room=size)
            if not shuffle:
                return self._examples(recipe, stream, read, lambda: numbers(epoch, number))
            order = stream.order(*there, **when)
            stored = np.argsort(order)
            examples = self._examples(recipe, stream, read, lambda: numbers(epoch, number)[stored])
            return examples.ordered(np.r_[order, len(order) : size].astype(np.int32))

        def blocks() -> Iterator[Examples]:
            first = 0
            for block in stream.blocks():
                count = len(jax.tree.leaves(block)[0])
                at = first + np.arange(count)
                yield self._examples(recipe, stream, block, lambda at=at: at)
                first += count

        few = rows if rows <= size else max(size // SAMPLE, batch)
        when = {"seed": seed, "shuffle": shuffle}
        where = functools.partial(stream.numbers, 0, few, **when)
        sample = self._examples(recipe, stream, stream.part(0, few, **when), where)
        return Streamed(rows, size, sample, part, blocks, numbers)

    def _examples(
        self, recipe: Recipe, stream: Stream, read: Any, numbers: Callable[[], np.ndarray]
    ) -> Examples:
        """Return rows that were read as examples, or say which of them does not fit."""
        x, y, *weight = read
        weights = weight[0] if weight else None
        try:
            return as_examples(recipe, x, y, weights, self.class_weight)
        except PellucidError:
            where = numbers()
            for place in np.argsort(where):
                one = jax.tree.map(lambda column, at=place: column[at : at + 1], (x, y, weights))
                try:
                    as_examples(recipe, one[0], one[1], one[2], self.class_weight)
                except PellucidError as error:
                    name = f"row {where[place]} of {stream.source.name}"
                    told = re.sub(r"\brow 0\b", name, str(error))  # so a row by itself is called
                    raise type(error)(told) from None
            raise
