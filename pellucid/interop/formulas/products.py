"""Inputs times weights, and weights looked up by an id."""

import numpy as np


def affine(x: np.ndarray, W: np.ndarray, b: np.ndarray | None = None) -> np.ndarray:
    """z = x W + b, along the last axis of x"""
    z = x @ W
    return z if b is None else z + b


def project(x: np.ndarray, W: np.ndarray, b: np.ndarray | None = None, axes: int = 1) -> np.ndarray:
    """z = the sum over the last `axes` axes of x, and as many first ones of W, + b"""
    z = np.tensordot(x, W, axes)
    return z if b is None else z + b


def einsum(x: np.ndarray, W: np.ndarray, b: np.ndarray | None, equation: str) -> np.ndarray:
    """z = the sum that the equation says, of x and W, + b"""
    z = np.einsum(equation, x, W)
    return z if b is None else z + b


def as_ids(x: np.ndarray) -> np.ndarray:
    """Return the whole numbers that floating ones stand for."""
    return np.round(x).astype(np.int32)


def embed(ids: np.ndarray, E: np.ndarray) -> np.ndarray:
    """z = the row of E for each id, and NaN for an id that has none"""
    known = (ids >= 0) & (ids < len(E))
    return np.where(known[..., None], E[np.where(known, ids, 0)], np.float32("nan"))


def encode(ids: np.ndarray, categories: int, mode: str) -> np.ndarray:
    """z = 1 for an id's own category and 0 for the others; NaN for an id that has none

    "one_hot" encodes each id; "multi_hot" says which of an example's ids occur, and "count"
    how often each does.
    """
    known = ((ids >= 0) & (ids < categories))[..., None]
    z = np.where(known, ids[..., None] == np.arange(categories), np.float32("nan"))
    z = z.astype(np.float32)
    if ids.ndim > 1 and mode != "one_hot":
        return z.max(-2) if mode == "multi_hot" else z.sum(-2)
    return z[..., 0, :] if ids.shape[1:] and ids.shape[-1] == 1 else z
