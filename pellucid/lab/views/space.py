"""The Space view: what the network says all over a plane through its inputs."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float

from pellucid.experiments.answers import outputs
from pellucid.lab.bench import Bench
from pellucid.lab.views.pixels import STEPS, tile
from pellucid.lab.views.scene import Scene

Range: TypeAlias = tuple[float, float]

SIDE, SMALL, MOST_POINTS, MOST_UNITS, MARGIN = 96, 24, 600, 24, 0.08


def space(scene: Scene) -> dict[str, Any]:
    """Return the class or number at each place of a plane, the rows in it, and units' maps."""
    bench = scene.bench
    names = bench.ready.encoding.feature_names
    if len(bench.ready.encoding.shape) != 1:
        none = "Pictures have too many inputs for a plane; Layers and Score show them."
        return {"none": none}
    axes = _axes(scene.options, len(names))
    ranges = [_range(bench.training[0][:, axis]) for axis in axes]
    said = outputs(bench.ready.encoding, bench.model, _grid(bench, axes, ranges, SIDE))
    return {
        "axes": axes,
        "names": list(names),
        "ranges": ranges,
        "surface": _surface(bench, said, 1 if len(axes) == 1 else SIDE),
        "points": _points(bench, axes),
        "units": _units(bench, _grid(bench, axes, ranges, SMALL), 1 if len(axes) == 1 else SMALL),
        "others": [name for place, name in enumerate(names) if place not in axes],
    }


def _axes(options: Mapping[str, Any], features: int) -> list[int]:
    wanted = options.get("axes", [0, 1])
    good = isinstance(wanted, list) and all(isinstance(one, int) for one in wanted)
    axes = [one for one in wanted if 0 <= one < features] if good else [0, 1]
    return axes[:2] if len(set(axes)) == len(axes) > 0 else [0, 1][:features]


def _range(values: Float[np.ndarray, " rows"]) -> Range:
    low, high = float(values.min()), float(values.max())
    more = (high - low or 1.0) * MARGIN
    return low - more, high + more


def _grid(bench: Bench, axes: list[int], ranges: list[Range], side: int) -> np.ndarray:
    """Return rows all over the plane, row by row from the top; other features at their median."""
    middle = np.median(bench.training[0], axis=0).astype(np.float32)
    low, high = ranges[0]
    across = np.linspace(low, high, side)
    if len(axes) == 1:
        rows = np.tile(middle, (side, 1))
        rows[:, axes[0]] = across
        return rows
    low, high = ranges[1]
    down = np.linspace(high, low, side)
    rows = np.tile(middle, (side * side, 1))
    rows[:, axes[0]] = np.tile(across, side)
    rows[:, axes[1]] = np.repeat(down, side)
    return rows


def _surface(bench: Bench, said: np.ndarray, rows: int) -> dict[str, Any]:
    if bench.ready.encoding.task == "regression":
        low, high = float(bench.y.min()), float(bench.y.max())
        middle, half = (low + high) / 2, (high - low) / 2 or 1.0
        shown = np.clip((said - middle) / half, -1, 1).reshape(rows, -1)
        pixels = np.rint(np.nan_to_num(shown) * STEPS).astype(np.int8)
        return {"numbers": pixels, "low": low, "high": high, "curve": said.astype(np.float32)}
    best = said.argmax(1)
    sure = (said.max(1) - 1 / said.shape[1]) / (1 - 1 / said.shape[1])
    return {
        "classes": best.astype(np.uint8).reshape(rows, -1),
        "sure": np.rint(np.nan_to_num(sure) * 255).astype(np.uint8).reshape(rows, -1),
    }


def _points(bench: Bench, axes: list[int]) -> dict[str, Any]:
    """Return rows of training and validation in the plane, and whether they are met."""
    parts = bench.ready.parts
    rows = np.unique(np.concatenate([parts.train, parts.validation]))
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_POINTS)).astype(int)]
    said = outputs(bench.ready.encoding, bench.model, bench.ready.x[rows])
    held_out = (np.isin(rows, parts.validation) & bench.ready.held_out).astype(np.uint8)
    true = bench.ready.y[rows]
    wrong = np.zeros(len(rows), np.uint8)
    if bench.ready.encoding.task == "classification":
        wrong = (said.argmax(1) != true).astype(np.uint8)
    places = bench.ready.x[rows][:, axes].astype(np.float32)
    return {"at": places, "y": true.astype(np.float32), "held_out": held_out, "wrong": wrong}


def _units(bench: Bench, grid: np.ndarray, rows: int) -> list[dict[str, Any]]:
    """Return what each unit of the hidden layers answers over the plane."""
    network = bench.model.network
    hidden = [n.name for n in network.nodes[:-1] if type(n.layer).__name__ == "Dense"]
    if not hidden:
        return []
    answers = bench.model.view_of(grid).outputs(*hidden)
    return [
        {
            "layer": name,
            "units": a.shape[-1],
            "maps": [
                tile(a[:, unit].reshape(rows, -1)) for unit in range(a.shape[-1])[:MOST_UNITS]
            ],
        }
        for name, a in zip(hidden, answers, strict=True)
    ]
