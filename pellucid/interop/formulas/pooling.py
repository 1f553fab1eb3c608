"""Pooling: each window of an example becomes one number a channel."""

from collections.abc import Sequence

import numpy as np

from pellucid.interop.formulas.convolution import look


def max_pool(
    x: np.ndarray,
    size: Sequence[int],
    strides: Sequence[int],
    margins: Sequence[tuple[int, int]],
) -> np.ndarray:
    """z = the largest x in each window"""
    seen = look(x, size, strides, margins, (1,) * len(size), -np.inf)
    return seen.max(tuple(range(-len(size), 0)))


def average_pool(
    x: np.ndarray,
    size: Sequence[int],
    strides: Sequence[int],
    margins: Sequence[tuple[int, int]],
) -> np.ndarray:
    """z = the average x in each window; what padding adds is not counted"""
    over, ones = tuple(range(-len(size), 0)), (1,) * len(size)
    total = look(x, size, strides, margins, ones).sum(over)
    return total / look(np.ones_like(x), size, strides, margins, ones).sum(over)


def largest(x: np.ndarray, axes: Sequence[int], keepdims: bool) -> np.ndarray:
    """z = the largest x of all positions"""
    return x.max(tuple(axes), keepdims=keepdims)


def mean(x: np.ndarray, axes: Sequence[int], keepdims: bool) -> np.ndarray:
    """z = the average x of all positions"""
    return x.mean(tuple(axes), keepdims=keepdims)


def mean_that_counts(x: np.ndarray, mask: np.ndarray, keepdims: bool) -> np.ndarray:
    """z = the average x of the steps that count"""
    total = np.where(mask[..., None], x, 0).sum(1, keepdims=keepdims)
    return total / mask[..., None].sum(1, keepdims=keepdims).astype(x.dtype)
