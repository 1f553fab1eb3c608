"""Memory for the rows that are together at a time, used again and again."""

import sys
from typing import Any

import numpy as np
from jaxtyping import UInt8

from pellucid.data.blocks import mapped

ALIGNMENT = 64  # bytes, so that JAX takes an array for the CPU as it is


class Windows:
    """Gives arrays of the same few stretches of memory, each when nobody holds it any more.

    New memory costs the system more time than rows take to be copied into it.
    """

    def __init__(self) -> None:
        self._held: list[np.ndarray] = []

    def like(self, block: Any, rows: int) -> Any:
        """Return room for so many rows like those of a block, which a CPU takes uncopied."""
        return mapped(lambda column: self._room(column, rows), block)

    def _room(self, column: np.ndarray, rows: int) -> np.ndarray:
        size = rows * column[:1].nbytes
        found = aligned(self._free(size + ALIGNMENT), ALIGNMENT)[:size]
        return found.view(column.dtype).reshape(rows, *column.shape[1:])

    def _free(self, size: int) -> np.ndarray:
        for held, count in zip(self._held, _references(self._held), strict=True):
            if held.nbytes == size and count == ALONE:
                return held
        self._held.append(np.empty(size, np.uint8))
        return self._held[-1]


def aligned(held: UInt8[np.ndarray, " bytes"], to: int) -> UInt8[np.ndarray, " rest"]:
    """Return what begins at a multiple of so many bytes."""
    return held[-held.ctypes.data % to :]


def _references(stretches: list[np.ndarray]) -> list[int]:
    """Return how many references Python counts to each of what a list holds."""
    return [sys.getrefcount(held) for held in stretches]


ALONE = _references([np.empty(0)])[0]  # to what nobody else holds; versions of Python differ
