"""A core loss, asked for the cost of each place and not of each example."""

from typing import Any

import jax.numpy as jnp

from pellucid.functions.loss import Loss
from pellucid.keras.engine.objects.ranks import matched, refusal


def costs_by_place(y: Any, a: Any, *, loss: Loss, axis: int = -1, strict: bool = False) -> Any:
    """Return the costs along all axes but `axis`: Keras's form of a loss.

    `strict` is no argument of the arithmetic: it is here so that a program is made for each.

    Raises:
        ShapeError: y and a do not fit together.
    """
    del strict
    name = type(loss).__name__
    a = a if jnp.issubdtype(a.dtype, jnp.floating) else a.astype("float32")
    a = jnp.moveaxis(a, axis, -1) if axis not in (-1, a.ndim - 1) else a
    if loss.targets == "labels":
        if y.ndim == a.ndim and y.shape[axis] == 1:
            y = y.squeeze(axis)
        if y.shape != a.shape[:-1]:
            raise refusal(name, y, a)
        rows = y.astype("int32").reshape(-1)
    else:
        y = jnp.moveaxis(y, axis, -1) if axis not in (-1, y.ndim - 1) else y
        y, a = matched(name, y.astype(a.dtype), a)
        rows = y.reshape(-1, y.shape[-1])
    return loss.cost(rows, a.reshape(-1, a.shape[-1])).reshape(a.shape[:-1])
