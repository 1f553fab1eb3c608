"""Where the Keras face's seeds come from: one number, and a count.

Keras draws a new seed for every layer; here they are counted from one global seed, 0 unless
`keras.utils.set_random_seed` said otherwise. So a script gives the same result each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager

_DEFAULT = 0
_state = {"seed": _DEFAULT, "count": 0, "looks": 0}


def set_seed(seed: int) -> None:
    """Start counting anew from `seed`."""
    _state.update(seed=int(seed), count=0, looks=0)


def next_seed() -> int:
    """Return a number below 2**64 that no earlier call since `set_seed` has returned."""
    _state["count"] += 1
    return (_state["seed"] & 0xFFFFFFFF) << 32 | _state["count"]


def next_look() -> int:
    """Return a number for what one prediction draws; `next_seed` goes on as if it were not."""
    _state["looks"] += 1
    return (_state["seed"] & 0xFFFFFFFF) << 32 | 1 << 31 | _state["looks"]


@contextmanager
def counting_anew(seed: int | None = None) -> Iterator[None]:
    """Count from the start inside, from this seed or the present one; then go on as before."""
    before = dict(_state)
    set_seed(before["seed"] if seed is None else seed)
    try:
        yield
    finally:
        _state.update(before)
