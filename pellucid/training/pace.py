"""How fast a machine multiplies matrices, and how much there is to multiply in a step."""

import statistics
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.training.compilation import compiled
from pellucid.training.measuring import traced_sums
from pellucid.training.state import Examples, Recipe, TrainState
from pellucid.training.step import step

SIDE, TURNS = 1024, 9


class StepCost(NamedTuple):
    """What one step asks of a machine."""

    operations: float  # additions and multiplications, as the compiler counts them
    memory: int | None  # bytes it needs at once: weights, optimizer, batch and what lies between


def matrix_rate() -> float:
    """Return the rate of a float32 product of 1024x1024 matrices here, in operations a second.

    The median of 9; on a CPU of the better of the compiler's own product and NumPy's.
    """
    a = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)
    product, there = compiled(jnp.matmul), jax.device_put(a)
    ways = [lambda: jax.block_until_ready(product(there, there))]
    if jax.default_backend() == "cpu":
        ways.append(lambda: a @ a)
    return 2 * SIDE**3 / min(_median_seconds(way) for way in ways)


def _median_seconds(work: Callable[[], Any]) -> float:
    work()
    seconds = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def step_cost(recipe: Recipe, train: TrainState, batch: Examples) -> StepCost:
    """Return what one step on a batch costs, by the compiler's own account."""

    def one(train: TrainState, batch: Examples) -> TrainState:
        return step(recipe, train, batch, traced_sums(recipe, batch.targets))[0]

    program: Any = compiled(one, donate=(0,))
    lowered = program.lower(train, batch)
    counted, needed = lowered.cost_analysis() or {}, lowered.compile().memory_analysis()
    memory = needed and int(needed.argument_size_in_bytes + needed.temp_size_in_bytes)
    return StepCost(float(counted.get("flops", float("nan"))), memory)
