"""A fit that can be killed at any time: everything that a checkpoint must hold is in it.

As a program: `long_fit.py FOLDER [WHEN N]` resumes the fit in FOLDER, and prints the digest of
all that it ends with. It kills itself "at" the N-th call by which checkpoints are written, or
"after" N seconds of training.
"""

import hashlib
import os
import signal
import sys
import threading

import jax
import numpy as np
from faulty_calls import Calls

from pellucid.functions.schedules import ExponentialDecay
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.noise import Dropout
from pellucid.layers.normalization import BatchNormalization
from pellucid.models.resuming import Checkpoints
from pellucid.models.sequential import Sequential
from pellucid.optimizers import Adam
from pellucid.training.callbacks import Callback
from pellucid.training.rules import EarlyStopping
from pellucid.training.watch import NOTHING, Watch

DRAWN = np.random.default_rng(0)
X = DRAWN.normal(size=(101, 6)).astype("float32")
Y = (X[:, 0] + 0.5 * DRAWN.normal(size=101) > 0).astype(int)
EPOCHS, STEPS = 40, 6
GRADIENTS = Watch(("gradient",), every=4)


class StepByStep(Callback):
    """Has every step be a block of its own, so that each can be the last."""

    def on_steps_end(self, record, control):
        pass


def network(units=8, rate=0.01, seed=1, watch=GRADIENTS):
    hidden = (Dense(units, "relu"), BatchNormalization(), Dropout(0.3))
    model = Sequential([Input((6,)), *hidden, Dense(2, "softmax")], seed=seed)
    decay = ExponentialDecay(rate, decay_steps=20, decay_rate=0.9)
    model.compile(Adam(decay), "sparse_categorical_crossentropy", ["accuracy"], watch=watch)
    return model


def fit(model, folder=None, *, every=0.0, epochs=EPOCHS, x=X, callbacks=(), batch_size=15, **more):
    """Train as ever; the fit is stopped early by its rule, with the best weights put back."""
    rule = EarlyStopping(patience=12, restore_best_weights=True)
    resume = None if folder is None else Checkpoints(str(folder), every=every)
    given = {"validation_split": 0.2, "verbose": 0, "resume": resume, "doctor": "off", **more}
    return model.fit(
        x, Y, epochs=epochs, batch_size=batch_size, callbacks=[rule, *callbacks], **given
    )


def digest(model):
    """Return the SHA-256 of the training state and the history, every bit of them."""
    total = hashlib.sha256()
    for leaf in jax.tree.leaves(jax.device_get(model.train_state)):
        total.update(np.asarray(leaf).tobytes())
    for record in model.history.records:
        numbers = (record.epoch, dict(record.values), record.learning_rate)
        total.update(repr(numbers).encode() + record.step_losses.tobytes())
        for leaf in jax.tree.leaves(record.signals):
            total.update(leaf.tobytes())
    total.update(model.history.stopped_because.encode())
    return total.hexdigest()


def die(*ignored):
    os.kill(os.getpid(), signal.SIGKILL)


def main(folder, when="", number="0"):
    if when == "after":
        timer = threading.Timer(float(number), die)
        timer.daemon = True
        timer.start()
    model = network(watch=NOTHING)
    with Calls(int(number) if when == "at" else 0, die):
        fit(model, folder, callbacks=[StepByStep()])
    sys.stdout.write(digest(model))


if __name__ == "__main__":
    main(*sys.argv[1:])
