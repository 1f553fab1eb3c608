"""When somebody looks inside a network in training: often at first, then ever more rarely."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import jax

from pellucid.training.block import Ledger
from pellucid.training.state import TrainState


@runtime_checkable
class Looker(Protocol):
    """Somebody who is shown the training state now and then, between blocks."""

    def look(self, train: TrainState) -> None:
        """Take a look. The state is used up by the next block: keep copies only."""
        ...

    def meanwhile(self, busy: Callable[[], bool]) -> None:
        """Do what can wait, for as long as the machine is `busy` with a block."""
        ...


class Looks:
    """The steps at which a fit is looked at: 0, 1, 3, 10, 30, 100, 300, ...

    After the first epoch a look waits for the end of an epoch, so that blocks of many short
    epochs stay whole.
    """

    def __init__(self, looker: Looker | None, steps_per_epoch: int) -> None:
        self._looker, self._steps = looker, steps_per_epoch
        self._next = 0

    def until(self, taken: int) -> int | None:
        """Return how many steps lie before the next look, `taken` being behind; None: no end."""
        if self._looker is None:
            return None
        left = max(self._next - taken, 1)
        return left if taken < self._steps else -(-left // self._steps) * self._steps

    def meanwhile(self, ledger: Ledger) -> None:
        """Let the looker work until a block has written its ledger."""
        if self._looker is not None:
            self._looker.meanwhile(lambda: not all(a.is_ready() for a in jax.tree.leaves(ledger)))

    def pause(self, taken: int, train: TrainState) -> None:
        """Look, if it is time to."""
        if self._looker is not None and taken >= self._next:
            self._looker.look(train)
            while self._next <= taken:
                self._next = _after(self._next)


def _after(step: int) -> int:
    """Return the look after that at `step`.

    Example:
        >>> [_after(0), _after(1), _after(3), _after(10), _after(30), _after(300)]
        [1, 3, 10, 30, 100, 1000]
    """
    if step == 0:
        return 1
    power = 10 ** (len(str(step)) - 1)
    return 3 * power if step < 3 * power else 10 * power
