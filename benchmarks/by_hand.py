"""A network as one would write it in plain JAX: the least that the same work can cost.

Nothing is named, watched or configurable. All epochs of a repetition of dense layers are one
program; with convolutions, a step is one, since XLA's convolutions are slow inside a loop on
CPUs. Adam is written out, in Keras's form.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from tasks import Task, dense

RATE, BETA_1, BETA_2, EPSILON = 0.001, 0.9, 0.999, 1e-7
MOMENTUM, SMALL = 0.99, 1e-3  # of the normalisation

Work = tuple[Callable[[], float], Callable[[np.ndarray], np.ndarray]]


def network_by_hand(task: Task) -> Work:
    """Return what trains, and what predicts."""
    x, y = jax.device_put(task.x), jax.device_put(task.y)
    held_out = jax.device_put(task.validation)
    params, averages = _begin(task)
    zeros = jax.tree.map(np.zeros_like, params)
    carry = jax.device_put((params, averages, zeros, jax.tree.map(np.copy, zeros), np.float32(0)))
    key = jax.random.key(0)
    epochs = _epochs_of_steps(task) if task.has_pictures else _epochs_of_one_program(task)

    def train() -> float:
        nonlocal carry, key
        key, now = jax.random.split(key)
        carry, loss = epochs(carry, now, x, y, held_out)
        return float(loss)

    @jax.jit
    def answers(params: Any, averages: Any, x: Any) -> Any:
        return jax.nn.softmax(_forward(task, params, averages, x, training=False)[0])

    return train, lambda rows: np.asarray(answers(carry[0], carry[1], rows))


def _epochs_of_one_program(task: Task) -> Callable[..., Any]:
    """Return what trains all epochs of a repetition at once."""

    @partial(jax.jit, donate_argnums=0)
    def run(carry: Any, key: Any, x: Any, y: Any, held_out: Any) -> Any:
        def epoch(carry: Any, key: Any) -> Any:
            order = jax.random.permutation(key, len(x))
            whole = len(x) // task.batch_size * task.batch_size
            batches = order[:whole].reshape(-1, task.batch_size)
            carry, losses = jax.lax.scan(
                lambda c, rows: _step(task, c, x[rows], y[rows]), carry, batches
            )
            total = jnp.sum(losses) * task.batch_size
            if whole < len(x):
                carry, last = _step(task, carry, x[order[whole:]], y[order[whole:]])
                total += last * (len(x) - whole)
            judged = held_out and _loss(carry[0], task, carry[1], *held_out)[0]
            return carry, (total / len(x), judged)

        carry, (losses, _) = jax.lax.scan(epoch, carry, jax.random.split(key, task.epochs))
        return carry, losses[-1]

    return run


def _epochs_of_steps(task: Task) -> Callable[..., Any]:
    """Return what trains all epochs of a repetition, each step a program; batches must be whole."""

    @partial(jax.jit, donate_argnums=0)
    def step(carry: Any, rows: Any, x: Any, y: Any) -> Any:
        return _step(task, carry, x[rows], y[rows])

    def run(carry: Any, key: Any, x: Any, y: Any, held_out: Any) -> Any:
        del held_out
        losses: list[Any] = []
        for now in jax.random.split(key, task.epochs):
            order, losses = np.asarray(jax.random.permutation(now, len(x))), []
            for batch in order.reshape(-1, task.batch_size):
                carry, loss = step(carry, batch, x, y)
                losses.append(loss)
        return carry, np.mean(jax.device_get(losses))

    return run


def _begin(task: Task) -> tuple[list[Any], list[Any]]:
    """Return weights by Glorot's rule with biases 0, and the averages of normalisations."""
    random = np.random.default_rng(0)
    params, averages = [], []
    side, channels, wide = task.x.shape[1], task.x.shape[-1], task.x.shape[-1]
    for kind, units in (*task.network, dense(task.classes)):
        weights, average = (), ()
        if kind in ("filters", "normalised"):
            span = np.sqrt(6 / (9 * channels + 9 * units))
            kernel = random.uniform(-span, span, (3, 3, channels, units)).astype(np.float32)
            zeros, ones = np.zeros(units, np.float32), np.ones(units, np.float32)
            weights = (kernel, zeros) if kind == "filters" else (kernel, zeros, ones)
            average = () if kind == "filters" else (zeros, ones)
            side, channels = side - 2, units
        elif kind == "dense":
            span = np.sqrt(6 / (wide + units))
            kernel = random.uniform(-span, span, (wide, units)).astype(np.float32)
            weights, wide = (kernel, np.zeros(units, np.float32)), units
        else:
            side = side // 2 if kind == "pool" else side
            wide = side * side * channels
        params.append(weights)
        averages.append(average)
    return params, averages


def _forward(task: Task, params: Any, averages: Any, x: Any, *, training: bool) -> Any:
    """Return the logits and the new averages."""
    after = []
    for (kind, _), weights, average in zip(
        (*task.network, dense(0)), params, averages, strict=True
    ):
        if kind == "dense":
            x = x @ weights[0] + weights[1]
        elif kind in ("filters", "normalised"):
            x = jax.lax.conv_general_dilated(
                x, weights[0], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
        if kind == "filters":
            x = x + weights[1]
        elif kind == "normalised":
            mean, variance = average
            if training:
                mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
                average = tuple(
                    MOMENTUM * old + (1 - MOMENTUM) * new
                    for old, new in zip(average, (mean, variance), strict=True)
                )
            x = (x - mean) * (weights[2] / jnp.sqrt(variance + SMALL)) + weights[1]
        elif kind == "pool":
            x = jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        elif kind == "flat":
            x = x.reshape(len(x), -1)
        after.append(average)
        if len(after) < len(params) and kind in ("dense", "filters", "normalised"):
            x = jax.nn.relu(x)
    return x, after


def _loss(params: Any, task: Task, averages: Any, x: Any, y: Any, training: bool = False) -> Any:
    z, averages = _forward(task, params, averages, x, training=training)
    log = jax.nn.log_softmax(z)
    return -jnp.mean(jnp.take_along_axis(log, y[:, None], axis=1)), averages


def _step(task: Task, carry: Any, x: Any, y: Any) -> Any:
    params, averages, means, squares, t = carry
    (loss, averages), grads = jax.value_and_grad(_loss, has_aux=True)(
        params, task, averages, x, y, True
    )
    t = t + 1
    rate = RATE * jnp.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
    means = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, means, grads)
    squares = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, squares, grads)
    params = jax.tree.map(
        lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), params, means, squares
    )
    return (params, averages, means, squares, t), loss
