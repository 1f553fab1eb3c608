"""When a fit is looked at."""

import numpy as np

from pellucid.training.looks import Looks
from pellucid.training.state import TrainState


class Watcher:
    def __init__(self):
        self.seen = []

    def look(self, train):
        self.seen.append(int(train.step))

    def meanwhile(self, busy):
        while busy():
            self.worked = True


def at(step):
    rate, zero = np.zeros((), "float32"), np.zeros((), "int32")
    return TrainState({}, {}, {}, rate, zero, np.array(step, "int32"), np.zeros(2, "uint32"))


def walk(steps_per_epoch, steps):
    """Return the steps at which somebody looks, who stops where he is told to."""
    watcher = Watcher()
    looks, taken = Looks(watcher, steps_per_epoch), 0
    while taken < steps:
        looks.pause(taken, at(taken))
        left = steps_per_epoch - taken % steps_per_epoch
        pause = looks.until(taken)
        taken += pause if pause % steps_per_epoch == 0 else min(pause, left)
    return watcher.seen


def test_a_long_epoch_is_looked_at_ever_more_rarely():
    assert walk(10_000, 2_000) == [0, 1, 3, 10, 30, 100, 300, 1000]


def test_after_the_first_epoch_looks_wait_for_an_epochs_end():
    seen = walk(8, 2_000)
    assert seen[:3] == [0, 1, 3]
    assert all(step % 8 == 0 for step in seen[3:])
    assert len(seen) <= 9


def test_nobody_looks_nothing_is_cut():
    assert Looks(None, 10).until(0) is None
