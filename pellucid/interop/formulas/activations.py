"""Activation functions a = f(z), under the names they have in the library."""

import math

import numpy as np


def linear(z: np.ndarray) -> np.ndarray:
    """a = z"""
    return z


def step(z: np.ndarray) -> np.ndarray:
    """a = 1 if z > 0 else 0"""
    return (z > 0).astype(z.dtype)


def sigmoid(z: np.ndarray) -> np.ndarray:
    """a = 1 / (1 + exp(-z)), written so that exp cannot overflow"""
    return 0.5 + 0.5 * np.tanh(0.5 * z)


def tanh(z: np.ndarray) -> np.ndarray:
    """a = (exp(z) - exp(-z)) / (exp(z) + exp(-z))"""
    return np.tanh(z)


def relu(z: np.ndarray) -> np.ndarray:
    """a = max(z, 0)"""
    return np.maximum(z, 0)


def leaky_relu(z: np.ndarray, negative_slope: float = 0.2) -> np.ndarray:
    """a = z if z >= 0 else negative_slope z"""
    return np.where(z >= 0, z, negative_slope * z)


def bent_relu(
    z: np.ndarray, max_value: float | None, negative_slope: float, threshold: float
) -> np.ndarray:
    """a = z from the threshold on, at most max_value; negative_slope (z - threshold) below"""
    a = np.where(z >= threshold, z, negative_slope * (z - threshold))
    return a if max_value is None else np.minimum(a, max_value)


def prelu(z: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """a = z if z >= 0 else alpha z, with slopes alpha that were learnt"""
    return np.where(z >= 0, z, alpha * z)


def softplus(z: np.ndarray) -> np.ndarray:
    """a = log(1 + exp(z))"""
    return np.logaddexp(z, 0)


def softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """a_k = exp(z_k) / sum_j exp(z_j): probabilities along an axis"""
    e = np.exp(z - z.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def relu6(z: np.ndarray) -> np.ndarray:
    """a = min(max(z, 0), 6)"""
    return np.clip(z, 0, 6)


def elu(z: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """a = z if z > 0 else alpha (exp(z) - 1)"""
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def celu(z: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    """a = z if z > 0 else alpha (exp(z / alpha) - 1)"""
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0) / alpha))


def selu(z: np.ndarray) -> np.ndarray:
    """a = 1.0507 (z if z > 0 else 1.6733 (exp(z) - 1))"""
    return 1.0507009873554805 * elu(z, 1.6732632423543772)


def erf(z: np.ndarray) -> np.ndarray:
    """2 / sqrt(pi) times the integral of exp(-t^2) from 0 to z"""
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(z), z.dtype)


def gelu(z: np.ndarray, approximate: bool = False) -> np.ndarray:
    """a = z (1 + erf(z / sqrt(2))) / 2; approximate: by tanh"""
    if approximate:
        return 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
    return 0.5 * z * (1 + erf(z / math.sqrt(2)))


def silu(z: np.ndarray) -> np.ndarray:
    """a = z / (1 + exp(-z))"""
    return z * sigmoid(z)


def mish(z: np.ndarray) -> np.ndarray:
    """a = z tanh(log(1 + exp(z)))"""
    return z * np.tanh(softplus(z))


def hard_silu(z: np.ndarray) -> np.ndarray:
    """a = z min(max(z + 3, 0), 6) / 6"""
    return z * hard_sigmoid(z)


def squareplus(z: np.ndarray, b: float = 4.0) -> np.ndarray:
    """a = (z + sqrt(z^2 + b)) / 2"""
    return (z + np.sqrt(z * z + b)) / 2


def sparse_plus(z: np.ndarray) -> np.ndarray:
    """a = 0 if z <= -1, z if z >= 1, else (z + 1)^2 / 4"""
    return np.where(z >= 1, z, np.clip(z + 1, 0, 2) ** 2 / 4)


def hard_sigmoid(z: np.ndarray) -> np.ndarray:
    """a = min(max(z + 3, 0), 6) / 6"""
    return np.clip(z + 3, 0, 6) / 6


def sparse_sigmoid(z: np.ndarray) -> np.ndarray:
    """a = min(max(z + 1, 0), 2) / 2"""
    return np.clip(z + 1, 0, 2) / 2


def hard_tanh(z: np.ndarray) -> np.ndarray:
    """a = min(max(z, -1), 1)"""
    return np.clip(z, -1, 1)


def softsign(z: np.ndarray) -> np.ndarray:
    """a = z / (1 + |z|)"""
    return z / (1 + np.abs(z))


def exponential(z: np.ndarray) -> np.ndarray:
    """a = exp(z)"""
    return np.exp(z)


def log_sigmoid(z: np.ndarray) -> np.ndarray:
    """a = -log(1 + exp(-z))"""
    return -softplus(-z)


def hard_shrink(z: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """a = z if |z| > threshold else 0"""
    return np.where(np.abs(z) > threshold, z, 0)


def soft_shrink(z: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """a = sign(z) max(|z| - threshold, 0)"""
    return np.sign(z) * np.maximum(np.abs(z) - threshold, 0)


def tanh_shrink(z: np.ndarray) -> np.ndarray:
    """a = z - tanh(z)"""
    return z - np.tanh(z)


def threshold(z: np.ndarray, threshold: float = 0.0, default_value: float = 0.0) -> np.ndarray:
    """a = z if z > threshold else default_value"""
    return np.where(z > threshold, z, default_value)


def log_softmax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """a_k = z_k - log sum_j exp(z_j)"""
    z = z - z.max(axis, keepdims=True)
    return z - np.log(np.exp(z).sum(axis, keepdims=True))


def sparsemax(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """a = the probabilities nearest to z: max(z_k - t, 0) with the t that makes their sum 1"""
    z = np.moveaxis(z, axis, -1)
    by_size = -np.sort(-z, -1)
    count = np.arange(1, z.shape[-1] + 1, dtype=z.dtype)
    excess = (np.cumsum(by_size, -1) - 1) / count
    kept = (by_size > excess).sum(-1, keepdims=True)
    t = np.take_along_axis(excess, kept - 1, -1)
    return np.moveaxis(np.maximum(z - t, 0), -1, axis)


def glu(z: np.ndarray, axis: int = -1) -> np.ndarray:
    """a = u sigmoid(v), where u and v are the halves of z along an axis"""
    u, v = np.split(z, 2, axis)
    return u * sigmoid(v)
