"""Several inputs made one."""

import functools

import numpy as np

from pellucid.interop.formulas.normalization import unit


def add(*x: np.ndarray) -> np.ndarray:
    """z = x1 + ... + xn"""
    return functools.reduce(np.add, x)


def subtract(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """z = x1 - x2"""
    return first - second


def multiply(*x: np.ndarray) -> np.ndarray:
    """z = x1 x2 ... xn"""
    return functools.reduce(np.multiply, x)


def average(*x: np.ndarray) -> np.ndarray:
    """z = (x1 + ... + xn) / n"""
    return functools.reduce(np.add, x) / len(x)


def maximum(*x: np.ndarray) -> np.ndarray:
    """z = max(x1, ..., xn)"""
    return functools.reduce(np.maximum, x)


def minimum(*x: np.ndarray) -> np.ndarray:
    """z = min(x1, ..., xn)"""
    return functools.reduce(np.minimum, x)


def concatenate(*x: np.ndarray, axis: int) -> np.ndarray:
    """z = x1, ..., xn one after the other"""
    return np.concatenate(x, axis)


def dot(
    first: np.ndarray, second: np.ndarray, axes: tuple[int, int], normalize: bool
) -> np.ndarray:
    """z = the sum of x1 x2 along an axis of each, of lengths 1 if they are normalized"""
    i, j = axes
    if normalize:
        first, second = unit(first, (i,)), unit(second, (j,))
    first, second = np.moveaxis(first, i, -1), np.moveaxis(second, j, 1)
    shape = (*first.shape[1:-1], *second.shape[2:]) or (1,)
    rows, size = len(first), first.shape[-1]
    return (first.reshape(rows, -1, size) @ second.reshape(rows, size, -1)).reshape(rows, *shape)
