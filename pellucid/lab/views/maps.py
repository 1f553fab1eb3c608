"""The Maps view: what each filter of a convolution answers to one picture, or to one curve."""

import base64
from typing import Any

import numpy as np

from pellucid.lab.views.pixels import tile, tiles
from pellucid.lab.views.scene import Scene

MOST_MAPS, MOST_SIDE = 32, 48


def maps(scene: Scene) -> dict[str, Any]:
    """Return the maps of each convolution for one picture, and the answer to it.

    The picture is an example of the next batch, or one that somebody has drawn: of that
    nobody knows what it is, so there is nothing that comes back from the loss.
    """
    bench = scene.bench
    network = bench.model.network
    curve = len(bench.ready.encoding.shape) == 1  # the columns of a table, one behind the other
    kind = "Conv1D" if curve and bench.ready.encoding.class_names else "Conv2D"
    names = [node.name for node in network.nodes if type(node.layer).__name__ == kind]
    drawn = _drawn(scene)
    if not names and drawn is None:
        pictures = len(bench.ready.encoding.shape) == 3
        return {"none": "This network has no convolutions.", "pictures": pictures}
    told: dict[str, Any]
    if drawn is not None:
        x, y, example = drawn, bench.y[:1], 0
        seen = bench.model.inspect(x, y)
        told = {"row": None, "examples": 1, "stays": True, "true": None, "picture": drawn}
    else:
        batch = scene.batch
        example, seen = _within(scene.options.get("example"), len(batch.rows)), batch.seen
        row = int(batch.rows[example])
        x, y = bench.ready.x[row : row + 1], bench.y[row : row + 1]
        told = {"row": row, "examples": len(batch.rows), "stays": batch.stays}
        told["true"] = int(bench.ready.y[row])
        told |= {"curve": tile(x)} if curve else {"picture": bench.ready.data.x[row : row + 1]}
    return {
        **told,
        "example": example,
        "answer": _answer(np.asarray(seen["a"][network.outputs[0]][example])),
        "layers": [_layer(seen, name, example, drawn is None) for name in names],
        "line": _line(scene, x, y),
    }


def _drawn(scene: Scene) -> np.ndarray | None:
    """Return the picture that somebody has drawn, moved so that it is in the middle."""
    shape, sent = scene.bench.ready.encoding.shape, scene.options.get("drawn")
    if len(shape) != 3 or not isinstance(sent, str):
        return None
    try:
        picture = np.frombuffer(base64.b64decode(sent, validate=True), np.uint8).reshape(shape)
    except ValueError:  # of another size: it was drawn for other data
        return None
    return _centred(picture)[None].astype(scene.bench.ready.x.dtype)


def _centred(picture: np.ndarray) -> np.ndarray:
    """Return a picture with its centre of mass in the middle, as the digits of MNIST have it."""
    mass = picture.sum(-1, dtype=np.float64)
    if not mass.sum():
        return picture
    for axis in (0, 1):
        places = np.arange(mass.shape[axis])
        centre = np.average(places, weights=mass.sum(1 - axis))
        picture = np.roll(picture, round(places.mean() - centre), axis)
    return picture


def _within(wanted: Any, count: int) -> int:
    return wanted % count if isinstance(wanted, int) else 0


def _answer(given: np.ndarray) -> np.ndarray:
    """Return the probability of each class; two classes share one output."""
    both = [1 - given[0], given[0]] if len(given) == 1 else given
    return np.asarray(both, np.float32)


def _layer(seen: Any, name: str, example: int, taught: bool) -> dict[str, Any]:
    kernel, gradient = (np.asarray(seen[s][name]["kernel"]) for s in ("weight", "gradient"))
    a, delta = (np.asarray(seen[signal][name][example]) for signal in ("a", "delta"))
    if a.ndim == 2:  # a curve is a picture with one row
        kernel, gradient, a, delta = (array[None] for array in (kernel, gradient, a, delta))
    count = min(a.shape[-1], MOST_MAPS)
    known = count if taught else 0
    return {
        "name": name,
        "formula": seen.formula(name),
        "filters": a.shape[-1],
        "size": list(kernel.shape),
        "W": tiles(_filters(kernel[..., :count])),
        "gradient": tiles(_filters(gradient[..., :known])),
        "a": tiles(np.moveaxis(a[..., :count], -1, 0), MOST_SIDE),
        "delta": tiles(np.moveaxis(delta[..., :known], -1, 0), MOST_SIDE),
    }


def _filters(kernel: np.ndarray) -> np.ndarray:
    """Return each filter as one picture: of several inputs, the weight furthest from zero."""
    high, low = kernel.max(-2), kernel.min(-2)
    return np.moveaxis(np.where(np.abs(low) > np.abs(high), low, high), -1, 0)


def _line(scene: Scene, x: np.ndarray, y: np.ndarray) -> str:
    """Return the sum behind one place of one map, written out, if a page has chosen a place."""
    chosen = scene.options.get("place")
    if not (isinstance(chosen, dict) and {"layer", "unit"} <= set(chosen)):
        return ""
    seen = scene.bench.model.inspect(x, y)
    axes = seen["a"][chosen["layer"]].ndim - 1
    place = tuple(map(int, chosen["unit"][-axes:]))
    return "\n".join(seen.line(signal, chosen["layer"], place) for signal in ("z", "a"))
