"""Where an activation is flat, so that hardly any error comes back through it."""

import functools
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from pellucid.base.types import Activation
from pellucid.functions.activations import ACTIVATIONS
from pellucid.training.compilation import compiled

FLAT = 0.027  # of its steepest slope: tanh beyond 2.5, the sigmoid beyond 5
GRID = np.linspace(-60, 60, 2401, dtype=np.float32)
# Unbounded, mixing units, or flat by intention: asking them by a program is not worth its time.
NEVER = frozenset(
    ("linear", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softmax", "sparsemax", "step")
)


class Bends(NamedTuple):
    """Between which z an activation that is flat at both ends is not flat."""

    low: float
    high: float


def flat_share(f: Activation, z: Float[np.ndarray, "..."]) -> float:
    """Return the share of z at which f, if flat at both its ends, is nearly flat."""
    bends = bends_of(f)
    return 0.0 if bends is None else float(np.mean((z < bends.low) | (z > bends.high)))


@functools.lru_cache(maxsize=256)
def bends_of(f: Activation) -> Bends | None:
    """Return where f bends, or None if it is not flat at both ends.

    Found from the values of f, so that an activation of one's own is judged as well.
    """
    if ACTIVATIONS.name_of(f) in NEVER:
        return None
    try:  # each number a unit of its own: what mixes units cannot be judged so
        a = np.asarray(compiled(f)(jnp.asarray(GRID[:, None])))[:, 0].astype(np.float64)
    except (TypeError, ValueError, IndexError, AssertionError):
        return None
    slopes = np.abs(np.diff(a) / np.diff(GRID))
    ends = max(slopes[:200].max(), slopes[-200:].max())  # the outer ten on either side
    if not np.isfinite(a).all() or not slopes.max() or ends > 1e-3 * slopes.max():
        return None
    steep = np.flatnonzero(slopes >= FLAT * slopes.max())
    return Bends(float(GRID[steep[0]]), float(GRID[steep[-1] + 1]))
