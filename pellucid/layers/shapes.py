"""Which shapes a layer takes: checks, and the errors that say what to do instead."""

import math
from collections.abc import Sequence

from pellucid.base.errors import ShapeError, explain
from pellucid.base.types import Shape
from pellucid.layers.layer import Layer


def title(layer: Layer) -> str:
    """Return what messages call a layer: its class, and its name where it has one."""
    kind = type(layer).__name__
    return f"{kind} {layer.name!r}" if layer.name else kind


def check_axes(layer: Layer, shape: Shape, axes: str) -> None:
    """Check that an example has the axes that `axes` names, such as "steps channels".

    Raises:
        ShapeError: it has more of them, or fewer.
    """
    names = axes.split()
    if len(shape) == len(names):
        return
    what = f"{title(layer)} takes examples of {len(names)} axes, and these have {len(shape)}."
    expected = f"({', '.join(names)})"
    raise ShapeError(explain(what, got=shape, expected=expected, hint=_how_to_get(names, shape)))


def array_axis(layer: Layer, axis: int, shape: Shape) -> int:
    """Return the axis of a batch that `axis` means; as in Keras, 0 is the batch itself.

    Raises:
        ShapeError: there is no such axis, or it is the batch.
    """
    found = axis + len(shape) + 1 if axis < 0 else axis
    if 1 <= found <= len(shape):
        return found
    what = f"{title(layer)} cannot work along axis {axis}."
    expected = f"1 to {len(shape)}, or -1 to {-len(shape)} (axis 0 is the batch)"
    raise ShapeError(explain(what, got=f"{axis} for examples of shape {shape}", expected=expected))


def array_axes(layer: Layer, axes: int | Sequence[int], shape: Shape) -> tuple[int, ...]:
    """Return the axes of a batch that `axes`, one or several, mean, in rising order."""
    several = (axes,) if isinstance(axes, int) else axes
    return tuple(sorted({array_axis(layer, axis, shape) for axis in several}))


def _how_to_get(names: Sequence[str], shape: Shape) -> str:
    if len(shape) > len(names):
        return "Flatten() first" if len(names) == 1 else ""
    side = math.isqrt(math.prod(shape))
    if len(shape) == len(names) - 1:
        return f"Reshape({(*shape, 1)}) first"
    if shape == (side * side,) and len(names) == 3:
        return f"Reshape({(side, side, 1)}) first"
    return f"Reshape(({', '.join(names)})) first"
