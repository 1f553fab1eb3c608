"""f'(z) of every registered activation, by hand, and the way back through f.

Where a function has a corner, its slope is the one that automatic differentiation takes:
one of the two sides, or half of each where it is written as a minimum or maximum.
"""

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float

from pellucid.functions import activations as f

Values: TypeAlias = Float[np.ndarray, "..."]
Slope: TypeAlias = Callable[..., Values]

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def sigmoid(z: Values) -> Values:
    """Return 1 / (1 + exp(-z)), without overflow."""
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + small), small / (1 + small))


def _between(z: Values, low: float, high: float) -> Values:
    """Return 1 inside, 0 outside, and a half on either border."""
    return ((z > low) & (z < high)) + 0.5 * ((z == low) | (z == high))


def _gelu(z: Values, a: Values, approximate: bool = False) -> Values:
    if not approximate:
        below = 0.5 * (1 + np.vectorize(math.erf, otypes=[float])(z / math.sqrt(2)))
        return below + z * np.exp(-np.square(z) / 2) / math.sqrt(2 * math.pi)
    root = math.sqrt(2 / math.pi)
    t = np.tanh(root * (z + 0.044715 * z**3))
    return 0.5 * (1 + t) + 0.5 * z * (1 - t**2) * root * (1 + 3 * 0.044715 * z**2)


def _mish(z: Values, a: Values) -> Values:
    t = np.tanh(np.logaddexp(0, z))
    return t + z * sigmoid(z) * (1 - t**2)


def _celu(z: Values, a: Values, alpha: float = 1.0) -> Values:
    return np.where(z > 0, 1.0, np.exp(np.minimum(z, 0) / alpha))


def _elu(z: Values, a: Values, alpha: float = 1.0) -> Values:
    return np.where(z > 0, 1.0, alpha * np.exp(np.minimum(z, 0)))


def _selu(z: Values, a: Values) -> Values:
    return SELU_SCALE * _elu(z, a, SELU_ALPHA)


def _hard_silu(z: Values, a: Values) -> Values:
    return np.clip(z + 3, 0, 6) / 6 + z * _where(z, np.abs(z) < 3) / 6


def _sparse_plus(z: Values, a: Values) -> Values:
    return np.where(z <= -1, 0.0, np.where(z >= 1, 1.0, (z + 1) / 2))


def _where(z: Values, kept: Any) -> Values:
    return np.where(kept, np.ones_like(z), 0.0)


# f'(z) from z and a = f(z), for functions that take each number by itself.
SLOPES: Mapping[Any, Slope] = {
    f.linear: lambda z, a: np.ones_like(z),
    f.step: lambda z, a: np.zeros_like(z),
    f.sigmoid: lambda z, a: a * (1 - a),
    f.tanh: lambda z, a: 1 - a**2,
    f.relu: lambda z, a: _where(z, z > 0),
    f.leaky_relu: lambda z, a, negative_slope=0.2: np.where(z >= 0, 1.0, negative_slope),
    f.softplus: lambda z, a: sigmoid(z),
    f.relu6: lambda z, a: _where(z, (z > 0) & (z < 6)),
    f.elu: _elu,
    f.celu: _celu,
    f.selu: _selu,
    f.gelu: _gelu,
    f.silu: lambda z, a: sigmoid(z) + a * (1 - sigmoid(z)),
    f.mish: _mish,
    f.hard_silu: _hard_silu,
    f.squareplus: lambda z, a, b=4.0: 0.5 * (1 + z / np.sqrt(z**2 + b)),
    f.sparse_plus: _sparse_plus,
    f.hard_sigmoid: lambda z, a: _where(z, np.abs(z) < 3) / 6,
    f.sparse_sigmoid: lambda z, a: _between(z, -1, 1) / 2,
    f.hard_tanh: lambda z, a: _where(z, np.abs(z) <= 1),
    f.softsign: lambda z, a: 1 / np.square(1 + np.abs(z)),
    f.exponential: lambda z, a: a,
    f.log_sigmoid: lambda z, a: sigmoid(-z),
    f.hard_shrink: lambda z, a, threshold=0.5: _where(z, np.abs(z) > threshold),
    f.soft_shrink: lambda z, a, threshold=0.5: _where(z, np.abs(z) > threshold),
    f.tanh_shrink: lambda z, a: np.tanh(z) ** 2,
    f.threshold: lambda z, a, threshold=0.0, default_value=0.0: _where(z, z > threshold),
}


def _softmax_back(z: Values, a: Values, da: Values, axis: int = -1) -> Values:
    return a * (da - np.sum(a * da, axis, keepdims=True))


def _log_softmax_back(z: Values, a: Values, da: Values, axis: int = -1) -> Values:
    return da - np.exp(a) * np.sum(da, axis, keepdims=True)


def _sparsemax_back(z: Values, a: Values, da: Values, axis: int = -1) -> Values:
    kept = a > 0
    mean = np.sum(da * kept, axis, keepdims=True) / np.sum(kept, axis, keepdims=True)
    return kept * (da - mean)


def _glu_back(z: Values, a: Values, da: Values, axis: int = -1) -> Values:
    u, v = np.split(z, 2, axis)
    s = sigmoid(v)
    return np.concatenate([da * s, da * u * s * (1 - s)], axis)


# The way back, dJ/dz from dJ/da, for functions along an axis: every a depends on every z.
ALONG: Mapping[Any, Slope] = {
    f.softmax: _softmax_back,
    f.log_softmax: _log_softmax_back,
    f.sparsemax: _sparsemax_back,
    f.glu: _glu_back,
}


def slope(nonlinearity: Any, z: Values, a: Values) -> Values | None:
    """Return f'(z) at each z; None for a function along an axis, or one of the user's own.

    Example:
        >>> slope(f.sigmoid, np.zeros(1), np.full(1, 0.5))
        array([0.25])
    """
    function, settings = _opened(nonlinearity)
    rule = SLOPES.get(function)
    return None if rule is None else np.asarray(rule(z, a, **settings), float)


def through(nonlinearity: Any, z: Values, a: Values, da: Values) -> Values | None:
    """Return dJ/dz, given dJ/da, where a = f(z); None for a function of the user's own."""
    function, settings = _opened(nonlinearity)
    if function in ALONG:
        return ALONG[function](z, a, da, **settings)
    found = slope(nonlinearity, z, a)
    return None if found is None else da * found


def symbol_of(nonlinearity: Any) -> str:
    """Return what a function is called: its own name, without its settings."""
    return getattr(_opened(nonlinearity)[0], "__name__", "f").strip("_")


def _opened(nonlinearity: Any) -> tuple[Any, dict[str, Any]]:
    """Return a function, and the settings that a partial of it was given."""
    if isinstance(nonlinearity, functools.partial):
        return nonlinearity.func, dict(nonlinearity.keywords)
    return nonlinearity, {}
