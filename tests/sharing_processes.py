"""One of several processes that average together: what it finds, as JSON.

    python tests/sharing_processes.py PORT RANK RANKS

It is a program of its own because a process joins others once, before it touches a device.
"""

import json
import os
import sys

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.models.sequential import Sequential
from pellucid.training.cluster import joined
from pellucid.training.devices import averaged, on_several
from pellucid.training.place import Place
from pellucid.training.shared_memory import ranks_that_share

SIZES = (1, 7, 5_000, 3, 40_000)  # of arrays that are averaged in turn: room is made twice


def averages(rank, ranks):
    """Return what a program finds that takes the mean of an array twice, for several sizes."""

    def program(x, whole):
        first, _ = averaged((x, whole))
        return averaged(first * (1 + jax.lax.axis_index("devices")))

    found = []
    for size in SIZES:
        x = np.random.default_rng([rank, size]).normal(size=size).astype(np.float32)
        mean = on_several(program, ranks)(x, np.int32(rank))
        found.append(np.asarray(mean).astype(float).tolist()[:50])
    half = on_several(averaged, ranks)(jnp.full((3, 2), rank, "float16"))
    return found, np.asarray(half).tolist()


def losses():
    """Return the losses of all steps of a small fit."""
    x = np.random.default_rng(0).normal(size=(96, 6)).astype(np.float32)
    model = Sequential([Input((6,)), Dense(8, "tanh"), Dense(3, "softmax")], seed=2)
    model.compile("adam", "sparse_categorical_crossentropy")
    way = {"epochs": 2, "batch_size": 24, "verbose": 0, "doctor": "off"}
    history = model.fit(x, x[:, :3].argmax(1), validation_data=(x[:25], np.zeros(25)), **way)
    return np.concatenate([record.step_losses for record in history.records]).tolist()


def main():
    """Join the others, and print what was found."""
    port, rank, ranks = map(int, sys.argv[1:])
    os.environ.update(Place(f"127.0.0.1:{port}", rank, ranks, wait=60).variables())
    with joined():
        means, half = averages(rank, ranks)
        found = {"share": ranks_that_share(), "means": means, "half": half, "losses": losses()}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
