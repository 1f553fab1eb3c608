"""Targets brought to the rank of outputs, and what is refused rather than broadcast."""

from typing import Any

import jax.numpy as jnp

from pellucid.base.errors import ShapeError, explain
from pellucid.keras.engine.base.strictness import strict


def same_rank(one: Any, other: Any) -> tuple[Any, Any]:
    """Return two arrays of ranks that differ by one with a last axis of 1 added or dropped.

    As Keras does it: a column and a vector become two columns, else the longer one's last
    axis of 1 is dropped.
    """
    if one.ndim == other.ndim + 1 and one.shape[-1] == 1:
        return (one, other[..., None]) if other.ndim == 1 else (one[..., 0], other)
    if other.ndim == one.ndim + 1 and other.shape[-1] == 1:
        return (one[..., None], other) if one.ndim == 1 else (one, other[..., 0])
    return one, other


def matched(name: str, y: Any, a: Any) -> tuple[Any, Any]:
    """Return targets and outputs of one shape.

    Raises:
        ShapeError: they could only be made to fit by repeating one of them.
    """
    y, a = same_rank(y, a)
    if y.shape == a.shape:
        return y, a
    if not strict():
        raise refusal(name, y, a)
    shape = jnp.broadcast_shapes(y.shape, a.shape)
    return jnp.broadcast_to(y, shape), jnp.broadcast_to(a, shape)


def refusal(name: str, y: Any, a: Any) -> ShapeError:
    """Return the error that says that targets do not fit outputs."""
    what = f"{name} was given targets and outputs of different shapes."
    tip = "reshape one of them: nothing is repeated silently"
    if a.ndim > 1 and y.shape in (a.shape[:-1], (*a.shape[:-1], 1)):
        tip = "class labels want the sparse_categorical_crossentropy, or to_categorical(y)"
    got = f"y_true {tuple(y.shape)}, y_pred {tuple(a.shape)}"
    return ShapeError(explain(what, got=got, expected="the same shape", hint=tip))
