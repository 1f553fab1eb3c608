"""The Maps view: what each filter of a convolution answers to one picture."""

from typing import Any

import numpy as np

from pellucid.lab.views.pixels import tile
from pellucid.lab.views.scene import Scene

MOST_MAPS, MOST_SIDE = 32, 48


def maps(scene: Scene) -> dict[str, Any]:
    """Return, for an example of the next batch, the maps of each convolution, and the answer."""
    bench = scene.bench
    network = bench.model.network
    names = [node.name for node in network.nodes if type(node.layer).__name__ == "Conv2D"]
    if not names:
        return {"none": "This network has no convolutions."}
    batch = scene.looks.at(bench)
    example = _within(scene.options.get("example"), len(batch.rows))
    row, seen = int(batch.rows[example]), batch.seen
    told: dict[str, Any] = {
        "example": example,
        "examples": len(batch.rows),
        "row": row,
        "true": int(bench.ready.y[row]),
        "picture": np.asarray(bench.ready.x[row : row + 1]),
        "answer": _answer(np.asarray(seen["a"][network.outputs[0]][example])),
        "layers": [_layer(seen, name, example) for name in names],
    }
    return {**told, "line": _line(scene, row)}


def _within(wanted: Any, count: int) -> int:
    return wanted % count if isinstance(wanted, int) else 0


def _answer(given: np.ndarray) -> np.ndarray:
    """Return the probability of each class; two classes share one output."""
    both = [1 - given[0], given[0]] if len(given) == 1 else given
    return np.asarray(both, np.float32)


def _layer(seen: Any, name: str, example: int) -> dict[str, Any]:
    kernel, gradient = (np.asarray(seen[s][name]["kernel"]) for s in ("weight", "gradient"))
    a, delta = (np.asarray(seen[signal][name][example]) for signal in ("a", "delta"))
    count = min(a.shape[-1], MOST_MAPS)
    return {
        "name": name,
        "formula": seen.formula(name),
        "filters": a.shape[-1],
        "size": list(kernel.shape),
        "W": [tile(_one(kernel[..., unit])) for unit in range(count)],
        "gradient": [tile(_one(gradient[..., unit])) for unit in range(count)],
        "a": [tile(a[..., unit], MOST_SIDE) for unit in range(count)],
        "delta": [tile(delta[..., unit], MOST_SIDE) for unit in range(count)],
    }


def _one(weights: np.ndarray) -> np.ndarray:
    """Return a filter as one picture: of several inputs, the weight furthest from zero."""
    high, low = weights.max(-1), weights.min(-1)
    return np.where(np.abs(low) > np.abs(high), low, high)


def _line(scene: Scene, row: int) -> str:
    """Return the sum behind one place of one map, written out, if a page has chosen a place."""
    chosen = scene.options.get("place")
    if not (isinstance(chosen, dict) and {"layer", "unit"} <= set(chosen)):
        return ""
    bench = scene.bench
    seen = bench.model.inspect(bench.ready.x[row : row + 1], bench.y[row : row + 1])
    place = tuple(map(int, chosen["unit"]))
    return "\n".join(seen.line(signal, chosen["layer"], place) for signal in ("z", "a"))
