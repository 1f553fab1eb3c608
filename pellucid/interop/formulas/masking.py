"""Masks: which steps of each example count."""

import functools

import numpy as np


def not_padding(ids: np.ndarray) -> np.ndarray:
    """Return where an id is not 0."""
    return ids != 0


def differs(x: np.ndarray, value: float) -> np.ndarray:
    """Return which steps have a number that is not `value`."""
    return (x != value).any(-1)


def where_counts(x: np.ndarray, mask: np.ndarray, value: float = 0.0) -> np.ndarray:
    """Return x where the mask holds, `value` elsewhere; the mask may lack the last axes of x."""
    return np.where(mask.reshape(*mask.shape, *(1,) * (x.ndim - mask.ndim)), x, value)


def either(*masks: np.ndarray) -> np.ndarray:
    """Return where one mask or another holds."""
    return functools.reduce(np.logical_or, masks)


def both(*masks: np.ndarray) -> np.ndarray:
    """Return where all masks hold."""
    return functools.reduce(np.logical_and, masks)


def place(mask: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Return a mask with axes of size 1 put in at `axes`."""
    return np.expand_dims(mask, axes)


def spread_mask(mask: np.ndarray | None, x: np.ndarray) -> np.ndarray:
    """Return a mask of all elements of x: the mask's own along its axes, or True."""
    if mask is None:
        return np.ones(x.shape, bool)
    return np.broadcast_to(mask.reshape(*mask.shape, *(1,) * (x.ndim - mask.ndim)), x.shape)


def any_joined(*masks: np.ndarray, axis: int) -> np.ndarray:
    """Return where any element of what is joined along `axis` counts."""
    return np.any(np.concatenate(masks, axis), -1)
