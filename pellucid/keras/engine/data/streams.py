"""What the verbs of a data set do to a stream: generators over any items."""

import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

CHUNK = 1024  # random numbers drawn at once


def shuffled(items: Iterable[Any], buffer: int, rng: np.random.Generator) -> Iterator[Any]:
    """Yield the items in random order, each from a buffer that the next ones fill up."""
    rest = iter(items)
    held = list(itertools.islice(rest, buffer))
    if len(held) < buffer:
        yield from (held[place] for place in rng.permutation(len(held)))
        return
    while batch := list(itertools.islice(rest, CHUNK)):
        for place, item in zip(rng.integers(buffer, size=len(batch)), batch, strict=True):
            yield held[place]
            held[place] = item
    yield from (held[place] for place in rng.permutation(len(held)))


def batches(items: Iterable[Any], size: int, drop_remainder: bool) -> Iterator[list[Any]]:
    """Yield lists of `size` items; the last may be shorter, unless it is to be dropped."""
    rest = iter(items)
    while batch := list(itertools.islice(rest, size)):
        if len(batch) == size or not drop_remainder:
            yield batch


def windows(
    items: Iterable[Any], size: int, shift: int, stride: int, drop_remainder: bool
) -> Iterator[list[Any]]:
    """Yield lists of up to `size` items, `stride` apart, each beginning `shift` later."""
    reach = (size - 1) * stride + 1
    held: deque[Any] = deque()
    rest, skip = iter(items), 0
    while True:
        skip -= sum(1 for _ in itertools.islice(rest, skip))
        held.extend(itertools.islice(rest, reach - len(held)))
        if skip or not held or (drop_remainder and len(held) < reach):
            return
        yield list(itertools.islice(held, 0, None, stride))
        for _ in range(min(shift, len(held))):
            held.popleft()
        skip = max(shift - reach, 0)


class Remembered:
    """A stream that is read once, and from memory thereafter."""

    def __init__(self, items: Iterable[Any]) -> None:
        self._items = items
        self._kept: list[Any] | None = None

    def __iter__(self) -> Iterator[Any]:
        if self._kept is not None:
            yield from self._kept
            return
        kept = []
        for item in self._items:
            kept.append(item)
            yield item
        self._kept = kept  # only a reading to the end counts
