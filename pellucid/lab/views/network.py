"""The Network view: its layers, and the weights of those small enough to draw as lines."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.lab.views.scene import Scene
from pellucid.network.summary import Row

MOST_UNITS = 16  # that are drawn as circles; a wider layer shows its first and last ones
ENDS = 6
THINNING = ("Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout")


def network(scene: Scene) -> dict[str, Any]:
    """Return for each layer the units that are drawn, and the weights between them."""
    bench = scene.bench
    weights = bench.model.weights
    shapes = {row.name: row for row in bench.model.summarize().rows}
    columns = [_column("x", bench.ready.encoding.shape, None)]
    for name, row in shapes.items():
        columns.append(_column(name, row.output_shape, row))
    links = []
    drawn = [column["name"] for column in columns]
    for row in shapes.values():
        kernel = weights.get(f"{row.name}/kernel")
        source = _drawn(row.inputs[0], shapes)
        if row.kind == "Dense" and kernel is not None and source in drawn and kernel.ndim == 2:
            down, across = _shown(kernel.shape[0]), _shown(kernel.shape[1])
            part = kernel[np.ix_(down, across)].astype(np.float32)
            largest = float(np.abs(kernel).max(initial=0.0))
            links.append({"from": source, "to": row.name, "weights": part, "largest": largest})
    return {"columns": columns, "links": links}


def _drawn(name: str, rows: Mapping[str, Row]) -> str:
    """Return the layer whose units a layer reads, through those that only thin them out."""
    while name in rows and rows[name].kind in THINNING:
        name = rows[name].inputs[0]
    return name


def _column(name: str, shape: Any, row: Any) -> dict[str, Any]:
    flat = len(shape) == 1 and isinstance(shape[0], int)
    units = int(shape[0]) if flat else 0
    return {
        "name": name,
        "kind": row.kind if row is not None else "Input",
        "activation": row.activation if row is not None else None,
        "shape": list(shape),
        "units": units,
        "shown": _shown(units) if flat else [],
    }


def _shown(units: int) -> list[int]:
    """Return which units are drawn."""
    if units <= MOST_UNITS:
        return list(range(units))
    return [*range(ENDS), *range(units - ENDS, units)]
