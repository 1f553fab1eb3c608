"""The Score view: how good the network is on rows it has not learnt from."""

from typing import Any

import numpy as np

from pellucid.lab.bench import PARTS
from pellucid.lab.views.scene import Scene

MOST_EXAMPLES, MOST_CELLS, MOST_POINTS = 12, 6, 500


def score(scene: Scene) -> dict[str, Any]:
    """Return the judgement on a part of the rows, and the examples of a chosen cell."""
    bench = scene.bench
    part = scene.options.get("part", "validation")
    if part not in PARTS:
        part = "validation"
    if part == "test" and not scene.openings:
        return {"part": part, "sealed": True, "rows": len(bench.ready.parts.test)}
    said, judgement = bench.judged(part)
    rows = getattr(bench.ready.parts, part)
    told = {"part": part, "sealed": False, "judgement": judgement.to_json(), "rows": len(rows)}
    true = bench.ready.y[rows]
    if judgement.task == "regression":
        few = np.linspace(0, len(rows) - 1, min(len(rows), MOST_POINTS)).astype(int)
        pairs = np.stack([true[few], said[few]], axis=1).astype(np.float32)
        return {**told, "pairs": pairs, "examples": None}
    return {**told, "examples": _examples(scene, said, rows, true)}


def _examples(
    scene: Scene, said: np.ndarray, rows: np.ndarray, true: np.ndarray
) -> dict[str, Any] | None:
    """Return the examples in a cell of the confusion matrix, the surest first."""
    cell = scene.options.get("cell")
    classes = len(scene.bench.ready.encoding.class_names)
    if not (isinstance(cell, list) and len(cell) == 2 and all(c in range(classes) for c in cell)):
        return None
    actual, taken = cell
    best = said.argmax(1)
    inside = np.flatnonzero((true == actual) & (best == taken))
    chosen = inside[np.argsort(-said[inside, taken], kind="stable")]
    raw, few = scene.bench.ready.data, chosen[:MOST_EXAMPLES]
    told: dict[str, Any] = {
        "cell": cell,
        "count": len(inside),
        "where": [raw.where(row) for row in rows[few]],
        "sure": [float(one) for one in said[few, taken]],
    }
    if isinstance(raw.x, np.ndarray):
        return {**told, "pictures": raw.x[rows[few]]}
    columns = raw.x[:MOST_CELLS]
    cells = [[column.cell(row) for column in columns] for row in rows[few]]
    return {**told, "columns": [column.name for column in columns], "cells": cells}
