"""A process with two devices: what it finds out when they share each batch, as JSON.

It is a program of its own because the number of devices is settled when JAX starts.
"""

import json
import re
import sys
from typing import Any

import jax
import numpy as np

from pellucid.base.errors import ConfigError
from pellucid.data.open_stream import open_stream
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.normalization import BatchNormalization
from pellucid.models.sequential import Sequential
from pellucid.training import devices
from pellucid.training.block import Layout, begin, compile_block, span_of
from pellucid.training.examples import as_examples
from pellucid.training.placement import place

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(203, 6)).astype("float32")
Y = X[:, :3].argmax(1)
WAY = {"epochs": 3, "batch_size": 16, "verbose": 0, "doctor": "off"}


def model(count, *between):
    made = Sequential([Input((6,)), Dense(8, "tanh"), *between, Dense(3, "softmax")], seed=2)
    made.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"], devices=count)
    return made


def fitted(count, x: Any = X, y: Any = Y, **way):
    made = model(count)
    history = made.fit(x, y, validation_data=(X[:51], Y[:51]), **WAY, **way)
    losses = np.concatenate([record.step_losses for record in history.records])
    return made, losses, np.array([list(record.values.values()) for record in history.records])


def text_of_program():
    """Return what the compiler makes of a block whose batches are all whole."""
    made, kept = model(2), []
    real = devices.compiled

    def keeping(function, **how):
        kept.append(real(function, **how))
        return kept[-1]

    devices.compiled = keeping
    layout = Layout(192, 16, True, False, (), devices=2)
    examples = place(as_examples(made.recipe, X[:192], Y[:192]), 2)
    run = begin(made.recipe, layout, made.trainer.train, examples)
    compile_block(made.recipe, layout)
    given = devices.spread((made.trainer.train, run, examples, None, span_of(1, 0, 12)), 2)
    return kept[-1].lower(*given).compile().as_text()


def refusal(count, **way):
    try:
        model(count).fit(X, Y, verbose=0, **way)
    except ConfigError as error:
        return str(error).splitlines()[0]
    return None


def main():
    """Print what was found."""
    one, alone, values = fitted(1)
    two, shared, theirs = fitted(2)
    again, same, _ = fitted("all")
    streamed = fitted(2, open_stream(X, Y, window=64), None, shuffle=False)[1]
    memory = fitted(2, shuffle=False)[1]
    text = text_of_program()
    normalised = model(2, BatchNormalization())
    normalised.fit(X, Y, **WAY)
    state = normalised.trainer.train.state["batch_normalization"]["moving_mean"]
    found = {
        "devices": jax.device_count(),
        "loss": float(np.abs(alone - shared).max()),
        "values": float(np.abs(values - theirs).max()),
        "weights": max(float(np.abs(one.weights[n] - two.weights[n]).max()) for n in one.weights),
        "same": bool((shared == same).all())
        and all((two.weights[n] == again.weights[n]).all() for n in two.weights),
        "differs": bool((shared != alone).any()),
        "streamed": bool((streamed == memory).all()),
        "reduces": len(re.findall(r"= \S+ all-reduce(?:-start)?\(", text)),
        "gathers": len(re.findall("all-gather|all-to-all|collective-permute", text)),
        "moved": float(np.abs(np.asarray(state)).max()),
        "odd": refusal(2, batch_size=15),
        "many": refusal(3, batch_size=15),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
