"""Recurrent layers: h[t] from x[t] and h[t - 1]."""

from collections.abc import Callable, Sequence

import numpy as np


def walk(
    advance: Callable[..., tuple[np.ndarray, ...]],
    x: np.ndarray,
    start: Sequence[np.ndarray],
    mask: np.ndarray | None,
    backwards: bool,
    zero: bool,
) -> tuple[np.ndarray, ...]:
    """Return h of every step, in the order they are walked, and what is carried at the end.

    A step that the mask leaves out leaves all as it is; with `zero`, its h is told as 0.
    """
    now, path = tuple(start), []
    for t in range(x.shape[1])[:: -1 if backwards else 1]:
        after = advance(x[:, t], *now)
        counts = np.ones((len(x), 1), bool) if mask is None else mask[:, t, None]
        now = tuple(np.where(counts, new, old) for new, old in zip(after, now, strict=True))
        path.append(np.where(counts, now[0], 0) if zero else now[0])
    return np.stack(path, 1), *now


def simple_rnn(
    x: np.ndarray,
    h: np.ndarray | None,
    mask: np.ndarray | None,
    W: np.ndarray,
    U: np.ndarray,
    b: np.ndarray,
    activation: Callable[[np.ndarray], np.ndarray],
    backwards: bool = False,
    zero: bool = False,
) -> tuple[np.ndarray, ...]:
    """h <- activation(x W + h U + b)"""

    def advance(x: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, ...]:
        return (activation(x @ W + h @ U + b),)

    h = np.zeros((len(x), len(U)), x.dtype) if h is None else h
    return walk(advance, x, (h,), mask, backwards, zero)


def lstm(
    x: np.ndarray,
    h: np.ndarray | None,
    c: np.ndarray | None,
    mask: np.ndarray | None,
    W: np.ndarray,
    U: np.ndarray,
    b: np.ndarray,
    activation: Callable[[np.ndarray], np.ndarray],
    gate: Callable[[np.ndarray], np.ndarray],
    backwards: bool = False,
    zero: bool = False,
) -> tuple[np.ndarray, ...]:
    """c <- f c + i g and h <- o activation(c), where i, f, g and o are blocks of x W + h U + b"""

    def advance(x: np.ndarray, h: np.ndarray, c: np.ndarray) -> tuple[np.ndarray, ...]:
        i, f, g, o = np.split(x @ W + h @ U + b, 4, -1)
        c = gate(f) * c + gate(i) * activation(g)
        return gate(o) * activation(c), c

    zeros = np.zeros((len(x), len(U)), x.dtype)
    start = (zeros if h is None else h, zeros if c is None else c)
    return walk(advance, x, start, mask, backwards, zero)


def gru(
    x: np.ndarray,
    h: np.ndarray | None,
    mask: np.ndarray | None,
    W: np.ndarray,
    U: np.ndarray,
    b: np.ndarray,
    c: np.ndarray,
    activation: Callable[[np.ndarray], np.ndarray],
    gate: Callable[[np.ndarray], np.ndarray],
    reset_after: bool = True,
    backwards: bool = False,
    zero: bool = False,
) -> tuple[np.ndarray, ...]:
    """h <- u h + (1 - u) g, where u and r are gates, and g = activation(x W + r (h U))

    The blocks of W, U and the biases b (of x) and c (of h) are those of u, r and g. Where
    reset_after is False, g = activation(x W + (r h) U).
    """
    units = len(U)

    def advance(x: np.ndarray, h: np.ndarray) -> tuple[np.ndarray, ...]:
        for_u, for_r, for_g = np.split(x @ W + b, 3, -1)
        pulled = h @ U + c
        u = gate(for_u + pulled[:, :units])
        r = gate(for_r + pulled[:, units : 2 * units])
        if reset_after:
            g = activation(for_g + r * pulled[:, 2 * units :])
        else:
            g = activation(for_g + (r * h) @ U[:, 2 * units :])
        return (u * h + (1 - u) * g,)

    h = np.zeros((len(x), units), x.dtype) if h is None else h
    return walk(advance, x, (h,), mask, backwards, zero)
