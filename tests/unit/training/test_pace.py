"""How far blocks go may change from one to the next: the bits are the same, and the records."""

import numpy as np

from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.models.sequential import Sequential
from pellucid.training.callbacks import Callback, pace_of
from pellucid.training.trainer import EACH_EPOCH, EACH_STEP, FREELY, Pace

X = np.random.default_rng(0).normal(size=(70, 3)).astype("float32")
Y = (X.sum(1) > 0).astype("float32")[:, None]


class Changing(Callback):
    """Goes a step, then three, then an epoch, then as far as it likes."""

    def __init__(self):
        self.asked, self.parts, self.epochs = 0, [], []

    def pace(self):
        wishes = (EACH_STEP, Pace(1, 3), EACH_EPOCH, FREELY)
        self.asked += 1
        return wishes[self.asked % len(wishes)]

    def on_steps_end(self, record, control):
        self.parts.append(record)

    def on_epoch_end(self, record, control):
        self.epochs.append(record)


class Doctored(Callback):
    def __init__(self, model):
        self.model, self.seen = model, []

    def on_epoch_end(self, record, control):
        self.seen.append(self.model.findings_so_far())


def fitted(*callbacks_of):
    made = Sequential([Input((3,)), Dense(4, "tanh"), Dense(1, "sigmoid")], seed=1)
    made.compile("adam", "binary_crossentropy")
    callbacks = [make(made) for make in callbacks_of]
    history = made.fit(X, Y, batch_size=16, epochs=6, callbacks=callbacks, verbose=0)
    return made, history, callbacks


def test_a_pace_that_changes_changes_nothing_else():
    alone, plain, _ = fitted()
    paced, history, (callback,) = fitted(lambda _: Changing())
    assert history["loss"] == plain["loss"] and callback.asked > 6
    assert all(
        (a == b).all() for a, b in zip(alone.get_weights(), paced.get_weights(), strict=True)
    )


def test_parts_of_an_epoch_tell_the_losses_so_far():
    _, _, (callback,) = fitted(lambda _: Changing())
    whole = {record.epoch: record.step_losses for record in callback.epochs}
    assert callback.parts
    for part in callback.parts:
        assert part.step_losses.tolist() == whole[part.epoch][: part.step].tolist()


def test_a_doctor_asked_in_the_midst_changes_nothing():
    alone, _, _ = fitted(lambda _: Changing())
    asked, _, (callback,) = fitted(Doctored)
    assert all(
        (a == b).all() for a, b in zip(alone.get_weights(), asked.get_weights(), strict=True)
    )
    assert len(callback.seen) == 6 and "no_validation" in {one.check for one in callback.seen[0]}


def test_several_callbacks_go_as_far_as_all_of_them_allow():
    class EachEpoch(Callback):
        def on_epoch_end(self, record, control):
            pass

    class EachStep(Callback):
        def on_steps_end(self, record, control):
            pass

    assert pace_of([])() == FREELY == pace_of([Callback()])()
    assert pace_of([EachEpoch()])() == EACH_EPOCH
    assert pace_of([EachEpoch(), EachStep(), Callback()])() == EACH_STEP
