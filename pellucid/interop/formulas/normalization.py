"""What keeps signals at a steady scale."""

from collections.abc import Sequence

import numpy as np


def batch_norm(
    x: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    gamma: np.ndarray | None,
    beta: np.ndarray | None,
    epsilon: float,
) -> np.ndarray:
    """z = gamma (x - mean) / sqrt(variance + epsilon) + beta, with what training averaged"""
    z = (x - mean) / np.sqrt(variance + epsilon)
    z = z if gamma is None else gamma * z
    return z if beta is None else z + beta


def layer_norm(
    x: np.ndarray,
    gamma: np.ndarray | None,
    beta: np.ndarray | None,
    axes: Sequence[int],
    epsilon: float,
) -> np.ndarray:
    """z = gamma (x - mean) / sqrt(variance + epsilon) + beta, along `axes` of each example"""
    mean = x.mean(tuple(axes), keepdims=True)
    variance = x.var(tuple(axes), keepdims=True)
    return batch_norm(x, mean, variance, gamma, beta, epsilon)


def group_norm(
    x: np.ndarray,
    gamma: np.ndarray | None,
    beta: np.ndarray | None,
    groups: int,
    axis: int,
    epsilon: float,
) -> np.ndarray:
    """z = gamma (x - mean) / sqrt(variance + epsilon) + beta, for each group of channels"""
    split = x.reshape(*x.shape[:axis], groups, -1, *x.shape[axis + 1 :])
    over = tuple(i for i in range(1, split.ndim) if i != axis)
    z = layer_norm(split, None, None, over, epsilon).reshape(x.shape)
    z = z if gamma is None else gamma * z
    return z if beta is None else z + beta


def rms_norm(x: np.ndarray, scale: np.ndarray, axes: Sequence[int], epsilon: float) -> np.ndarray:
    """z = scale x / sqrt(mean of x^2 + epsilon), along `axes` of each example"""
    return scale * x / np.sqrt((x * x).mean(tuple(axes), keepdims=True) + epsilon)


def unit(x: np.ndarray, axes: Sequence[int]) -> np.ndarray:
    """z = x / |x| along `axes`, and 0 where x is 0 there"""
    squares = (x * x).sum(tuple(axes), keepdims=True)
    return x / np.sqrt(np.maximum(squares, 1e-24))
