"""One number under the pointer: its exact value, and the formula with the numbers put in."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.base.errors import PellucidError
from pellucid.inspection.inspection import Inspection

OF_WEIGHTS = {"W": "weight", "gradient": "gradient"}  # tiles whose rows are inputs, not examples
WRITTEN = ("z", "a", "delta")


def probe(seen: Inspection, chosen: Any) -> dict[str, Any] | None:
    """Return what stands at a place {"layer", "tile", "row", "unit"} of a tile, if it is there.

    Rows are examples of the batch, or inputs where the tile shows weights.
    """
    if not (isinstance(chosen, dict) and {"layer", "tile", "row", "unit"} <= set(chosen)):
        return None
    layer, tile, at = str(chosen["layer"]), str(chosen["tile"]), (chosen["row"], chosen["unit"])
    array = _array(seen, layer, tile)
    if array is None or array.ndim != 2 or not all(isinstance(one, int) for one in at):
        return None
    if not all(0 <= one < size for one, size in zip(at, array.shape, strict=True)):
        return None
    return {**chosen, "value": float(array[at]), "line": _line(seen, layer, tile, at)}


def _array(seen: Inspection, layer: str, tile: str) -> np.ndarray | None:
    signal: Mapping[str, Any] = seen.get(OF_WEIGHTS.get(tile, tile)) or {}
    found = signal.get(layer)
    if tile in OF_WEIGHTS:
        found = found.get("kernel") if isinstance(found, Mapping) else None
    return None if found is None else np.asarray(found)


def _line(seen: Inspection, layer: str, tile: str, at: tuple[int, int]) -> str:
    """Return the number written out, where it is one that can be."""
    try:
        if tile in WRITTEN:
            return seen.line(tile, layer, at[1], at[0])
        weight = f"{layer}/kernel[{at[0]},{at[1]}]"
        lines = ("gradient", "update") if tile == "W" else ("gradient",)
        return "\n".join(seen.line(signal, weight) for signal in lines)
    except PellucidError as error:
        return error.one_line
