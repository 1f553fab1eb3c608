"""The Train view: the epoch as a row of batches, and the phases of the next one."""

from typing import Any

import numpy as np

from pellucid.lab.views.scene import Batch, Scene

MOST_ROWS = 64  # that are shown


def train(scene: Scene) -> dict[str, Any]:
    """Return where in the epoch training is and, unless it runs fast, what the next batch does."""
    bench = scene.bench
    epoch, number, rows = bench.next_batch()
    told: dict[str, Any] = {
        "epoch": epoch,
        "number": number,
        "batches": bench.steps,
        "size": bench.made.batch_size,
        "short": len(bench.ready.parts.train) % bench.made.batch_size,
        "rows": rows[:MOST_ROWS].astype(np.int32),
        "count": len(rows),
        "seed": bench.experiment.seed,
        "order": bench.order(epoch)[:MOST_ROWS].astype(np.int32),
        **_examples(scene, rows[:MOST_ROWS]),
    }
    if not scene.pedals.hurried:
        batch = scene.looks.at(bench)
        told["phases"] = _phases(scene, batch)
        told["happened"] = _happened(scene, scene.looks.before)
    return told


def _examples(scene: Scene, rows: np.ndarray) -> dict[str, Any]:
    """Return the examples of a batch as pictures or points, with their targets."""
    ready = scene.bench.ready
    y = ready.y[rows].astype(np.float32)
    if isinstance(ready.data.x, np.ndarray):
        return {"pictures": ready.data.x[rows[:32]], "y": y}
    return {"y": y}


def _phases(scene: Scene, batch: Batch) -> dict[str, Any]:
    """Return each phase of a step with its numbers and, layer by layer, its formula."""
    seen, recipe = batch.seen, scene.bench.model.recipe
    named = [name for name in seen.layers if seen["weight"].get(name)]
    layers = []
    for name in seen.layers:
        if recipe.network[name].layer.learns_from_data:
            continue
        layers.append(
            {
                "name": name,
                "formula": seen.formula(name),
                "a": _rms(seen["a"][name]),
                "delta": _rms(seen["delta"][name]),
                "gradient": _rms(seen["gradient"].get(name, {}).get("kernel")),
                "learns": name in named,
            }
        )
    return {
        "layers": layers,
        "loss": seen.loss,
        "cost": scene.bench.made.loss.replace("_", " "),
        "update": _ratio(batch),
        "rate": float(scene.bench.model.train_state.learning_rate),
        "optimizer": repr(recipe.optimizer),
    }


def _happened(scene: Scene, before: Batch | None) -> dict[str, Any] | None:
    """Return what the last update did to the loss of its own batch."""
    if before is None:
        return None
    bench = scene.bench
    after = bench.model.inspect(bench.ready.x[before.rows], bench.y[before.rows]).loss
    where = {"epoch": before.epoch + 1, "number": before.number + 1, "step": before.step + 1}
    return {**where, "before": before.seen.loss, "after": after, "update": _ratio(before)}


def _ratio(batch: Batch) -> float:
    """Return how large the step is beside the weights: |dw| / |w| of all kernels."""
    update, weight = (_kernels(batch.seen[signal]) for signal in ("update", "weight"))
    size = float(np.sqrt(sum(np.sum(np.square(w, dtype=np.float64)) for w in weight)))
    step = float(np.sqrt(sum(np.sum(np.square(w, dtype=np.float64)) for w in update)))
    return step / size if size else 0.0


def _kernels(signal: Any) -> list[np.ndarray]:
    return [np.asarray(group["kernel"]) for group in signal.values() if "kernel" in group]


def _rms(array: Any) -> float | None:
    if array is None or isinstance(array, tuple):
        return None
    return float(np.sqrt(np.mean(np.square(np.asarray(array, np.float64)))))
