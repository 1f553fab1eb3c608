"""The Layers view: W, z, a, delta and gradient of each layer for the next batch."""

from types import SimpleNamespace
from typing import Any

import jax
import numpy as np

from pellucid.doctor.examination import examined
from pellucid.doctor.thresholds import threshold
from pellucid.inspection.inspection import Inspection
from pellucid.lab.views.pixels import by_example, table, tile
from pellucid.lab.views.probe import probe
from pellucid.lab.views.scene import Scene

MOST_EXAMPLES, FLAT = 32, 1e-12


def layers(scene: Scene) -> dict[str, Any]:
    """Return a row for each layer: its strip of magnitudes, and its pictures."""
    batch = scene.batch
    seen = batch.seen
    network = scene.bench.model.network
    found = examined(seen.recipe, batch.step, batch.epoch, SimpleNamespace(
        loss=seen.loss, signals=seen.signals), seen.batch)  # fmt: skip
    shown = [n for n in network.nodes if not n.layer.learns_from_data and _one(seen, n.name)]
    return {
        "rows": [_row(seen, found, node) for node in shown],
        "batch": {
            **{"epoch": batch.epoch + 1, "number": batch.number + 1},
            **{"rows": len(batch.rows), "stays": batch.stays},
        },
        "fading": found.gradient_ratio,
        "low": threshold("gradient_ratio"),
        "kernels": [path.partition("/")[0] for path in found.kernels],
        "probe": None if scene.pedals.moving else probe(seen, scene.options.get("probe")),
    }


def _one(seen: Inspection, name: str) -> bool:
    """Tell whether a layer gives one array, which can be drawn."""
    return isinstance(seen["z"][name], np.ndarray | jax.Array)


def _row(seen: Inspection, found: Any, node: Any) -> dict[str, Any]:
    name, signals = node.name, found.layers[node.name]
    kernel = found.parameters.get(f"{name}/kernel")
    size = np.sqrt(kernel.size) if kernel is not None else 1.0
    a, slope = by_example(seen["a"][name]), seen["slope"].get(name)
    strip = {"a": signals.a.rms, "delta": signals.delta}
    tiles = {
        "z": tile(by_example(seen["z"][name][:MOST_EXAMPLES])),
        "a": tile(a[:MOST_EXAMPLES]),
        "delta": tile(by_example(seen["delta"][name][:MOST_EXAMPLES])),
    }
    if kernel is not None:
        strip |= {"gradient": kernel.gradient / size, "update": kernel.update_ratio}
        tiles |= {
            "W": tile(table(seen["weight"][name]["kernel"])),
            "gradient": tile(table(seen["gradient"].get(name, {}).get("kernel", np.zeros((1, 1))))),
        }
    return {
        "name": name,
        "kind": type(node.layer).__name__,
        "formula": seen.formula(name),
        "units": signals.units,
        "strip": strip,
        "tiles": tiles,
        "dead": signals.dead,
        "flat": signals.flat,
        "still": _still(slope),
    }


def _still(slope: Any) -> list[int]:
    """Return the units whose activation is flat for every example: nothing can move them."""
    if slope is None:
        return []
    slopes = np.abs(table(slope))
    return np.flatnonzero((slopes <= FLAT).all(axis=0))[:512].tolist()
