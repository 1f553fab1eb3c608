"""Raw numbers brought to the scale that networks learn well from."""

import numpy as np


def rescale(x: np.ndarray, scale: float, offset: float) -> np.ndarray:
    """z = scale x + offset"""
    return x * scale + offset


def standardize(x: np.ndarray, mean: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """z = (x - mean) / sqrt(variance), and 0 where the variance is 0"""
    z = (x - mean) / np.sqrt(np.where(variance > 0, variance, 1))
    return np.where(variance > 0, z, 0)


def scale_between(
    x: np.ndarray, minimum: np.ndarray, maximum: np.ndarray, low: float, high: float
) -> np.ndarray:
    """z = low + (high - low) (x - minimum) / (maximum - minimum), and low where they are equal"""
    span = maximum - minimum
    share = (x - minimum) / np.where(span > 0, span, 1)
    return low + (high - low) * np.where(span > 0, share, 0)
