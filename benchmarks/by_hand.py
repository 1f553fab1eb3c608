"""A step as one would write it in plain JAX: the least that the same work can cost.

Nothing is named, watched or configurable. All epochs of a repetition are one program.
"""

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from tasks import Task

RATE, BETA_1, BETA_2, EPSILON = 0.001, 0.9, 0.999, 1e-7


def plain_jax(task: Task) -> Callable[[], float]:
    x, y = jax.device_put(task.x), jax.device_put(task.y)
    held_out = jax.device_put(task.validation)
    params = _begin([task.x.shape[1], task.hidden, task.classes])
    zeros = jax.tree.map(np.zeros_like, params)
    carry = jax.device_put((params, zeros, jax.tree.map(np.copy, zeros), np.float32(0)))
    key = jax.random.key(0)

    @partial(jax.jit, donate_argnums=0)
    def run(carry: Any, key: Any, x: Any, y: Any, held_out: Any) -> Any:
        def epoch(carry: Any, key: Any) -> Any:
            order = jax.random.permutation(key, len(x))
            whole = len(x) // task.batch_size * task.batch_size
            batches = order[:whole].reshape(-1, task.batch_size)
            carry, losses = jax.lax.scan(lambda c, rows: _step(c, x[rows], y[rows]), carry, batches)
            total = jnp.sum(losses) * task.batch_size
            if whole < len(x):
                carry, last = _step(carry, x[order[whole:]], y[order[whole:]])
                total += last * (len(x) - whole)
            return carry, (total / len(x), held_out and _loss(carry[0], *held_out))

        return jax.lax.scan(epoch, carry, jax.random.split(key, task.epochs))

    def train() -> float:
        nonlocal carry, key
        key, now = jax.random.split(key)
        carry, (losses, _) = run(carry, now, x, y, held_out)
        return float(losses[-1])

    return train


def _begin(sizes: list[int]) -> list[tuple[np.ndarray, np.ndarray]]:
    random = np.random.default_rng(0)
    spans = [(before, after, np.sqrt(6 / (before + after))) for before, after in pairwise(sizes)]
    return [
        (
            random.uniform(-span, span, (before, after)).astype(np.float32),
            np.zeros(after, np.float32),
        )
        for before, after, span in spans
    ]


def _loss(params: Any, x: Any, y: Any) -> Any:
    (first, first_bias), (second, second_bias) = params
    z = jax.nn.relu(x @ first + first_bias) @ second + second_bias
    return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z), y[:, None], axis=1))


def _step(carry: Any, x: Any, y: Any) -> Any:
    params, means, squares, t = carry
    loss, grads = jax.value_and_grad(_loss)(params, x, y)
    t = t + 1
    rate = RATE * jnp.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
    means = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, means, grads)
    squares = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g * g, squares, grads)
    params = jax.tree.map(
        lambda p, m, v: p - rate * m / (jnp.sqrt(v) + EPSILON), params, means, squares
    )
    return (params, means, squares, t), loss
