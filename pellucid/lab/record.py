"""Runs of a session that have ended, as they are compared with those that follow."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from pellucid.lab.bench import Bench

MOST_RUNS = 24  # that are kept, the latest ones


class Entry(NamedTuple):
    """A run: what it was made of, how it went, and the script that makes it again."""

    run: int
    data: str
    split: str  # the same split of the same rows has the same word
    settings: Mapping[str, Any]
    parameters: int
    updates: int
    curves: Mapping[str, np.ndarray]  # values by epoch, and the updates made before each
    findings: tuple[str, ...]
    openings: int
    script: str


def entry_of(
    run: int,
    bench: Bench,
    epochs: Iterable[Mapping[str, Any]],
    findings: tuple[str, ...],
    openings: int,
    script: str,
) -> Entry:
    """Return a run as it stands."""
    told, ended = bench.experiment, list(epochs)
    names = ended[0]["values"] if ended else {}
    curves = {name: _column([one["values"][name] for one in ended]) for name in names}
    return Entry(
        run,
        told.data,
        f"{bench.ready.data.digest[:6]}-{told.seed}-{told.validation:g}-{told.test:g}",
        {
            "layers": _layers(bench),
            "activation": told.activation,
            "scaling": told.scaling,
            "optimizer": repr(bench.model.recipe.optimizer),
            "rate": float(bench.model.trainer.learning_rate),
            "batch": bench.made.batch_size,
            "seed": told.seed,
        },
        bench.model.summarize().trainable,
        int(bench.model.train_state.step),
        {"step": _column([one["step"] for one in ended]), **curves},
        findings,
        openings,
        script,
    )


def _column(values: list[float]) -> np.ndarray:
    return np.array(values, np.float32)


def _layers(bench: Bench) -> str:
    """Return the widths of the layers that learn: "16-3"."""
    rows = bench.model.summarize().rows
    return "-".join(str(row.output_shape[-1]) for row in rows if row.parameters and row.trainable)
