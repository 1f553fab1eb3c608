"""The Data view: what the rows are, how they are divided, and what was found odd in them."""

from typing import Any

import numpy as np

from pellucid.data.column import Column
from pellucid.experiments.opening import what_is_predicted
from pellucid.lab.views.scene import Scene

MOST_POINTS, MOST_PICTURES, MOST_LINES, MOST_COLUMNS = 1200, 96, 40, 16
PART_CODES = ("train", "validation", "test")


def data(scene: Scene) -> dict[str, Any]:
    """Return a preview of the rows, their columns, and the parts they are divided into."""
    ready = scene.bench.ready
    raw = ready.data
    part = np.zeros(raw.rows, np.uint8)
    for code, name in enumerate(PART_CODES):
        part[getattr(ready.parts, name)] = code
    return {
        "about": what_is_predicted(raw, raw.rows),
        "rows": raw.rows,
        "notes": [note for note in ready.notes if "target=" not in note],  # the page has a choice
        "target": raw.target.name if raw.target is not None else "",
        "columns": _columns(raw.x),
        "counts": _counts(scene, part),
        "duplicates": _duplicates(ready.x),
        **_preview(scene, part),
    }


def _columns(x: Any) -> list[dict[str, Any]]:
    return [_column(column) for column in x] if isinstance(x, tuple) else []


def _column(column: Column) -> dict[str, Any]:
    known = column.values[~column.missing]
    told = {"name": column.name, "kind": column.kind, "missing": int(column.missing.sum())}
    told["constant"] = len(np.unique(known)) < 2
    if column.kind == "category":
        return {**told, "words": len(column.words)}
    if not len(known):
        return told
    return {**told, "least": float(known.min()), "most": float(known.max()),
            "mean": float(known.mean())}  # fmt: skip


def _counts(scene: Scene, part: np.ndarray) -> list[dict[str, Any]]:
    """Return how many rows of each class each part has; of numbers, how many rows at all."""
    ready = scene.bench.ready
    names = ready.encoding.class_names or ("rows",)
    labels = ready.y.astype(int) if ready.encoding.class_names else np.zeros(len(part), int)
    test = ready.parts.test
    return [
        {
            "name": name,
            "train": int(np.sum((labels == code) & (part == 0))) if ready.held_out else int(
                np.sum(labels == code)
            ),
            "validation": int(np.sum((labels == code) & (part == 1))),
            "test": int(np.sum(labels[test] == code)),
        }
        for code, name in enumerate(names)
    ]  # fmt: skip


def _duplicates(x: np.ndarray) -> int:
    flat = np.ascontiguousarray(x.reshape(len(x), -1))
    whole = flat.view(np.dtype((np.void, flat.dtype.itemsize * flat.shape[1])))
    return len(x) - len(np.unique(whole))


def _preview(scene: Scene, part: np.ndarray) -> dict[str, Any]:
    ready = scene.bench.ready
    raw, shown = ready.data, part < 2 if ready.held_out else np.ones(len(part), bool)
    rows = np.flatnonzero(shown)  # rows to be judged on are not shown before that
    if isinstance(raw.x, np.ndarray):
        few = rows[:MOST_PICTURES]
        labels = ready.y[few].astype(np.int32)
        return {"pictures": {"pixels": raw.x[few], "labels": labels, "part": part[few]}}
    few = rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_POINTS)).astype(int)]
    lines = rows[:MOST_LINES]
    columns = raw.x[:MOST_COLUMNS]
    target = [raw.target] if raw.target is not None else []
    return {
        "points": {
            "x": ready.x[few].astype(np.float32),
            "y": ready.y[few].astype(np.float32),
            "part": part[few],
        },
        "table": {
            "columns": [column.name for column in (*columns, *target)],
            "lines": [[_cell(c, row) for c in (*columns, *target)] for row in lines],
            "part": part[lines],
        },
    }


def _cell(column: Column, row: int | np.integer) -> Any:
    value = column.cell(row)
    return round(value, 6) if isinstance(value, float) else value
