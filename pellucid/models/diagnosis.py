"""The doctor beside a fit of the library's models."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from pellucid.base.errors import PellucidError
from pellucid.doctor.chart import Chart, Rows, Settings
from pellucid.doctor.session import Doctor, settled_mode, settled_silence
from pellucid.training.state import Examples, Recipe
from pellucid.training.streaming import Streamed


def consulted(
    recipe: Recipe,
    examples: Examples | Streamed,
    held_out: Examples | None,
    settings: Settings,
    mode: str,
    silence: Sequence[str] | str,
) -> Doctor:
    """Return the doctor of a fit, who has seen what can be seen before it.

    Raises:
        ConfigError: "strict", and something cannot work; or there is no such mode.
    """
    apart = None if held_out is None else Rows(held_out.inputs, held_out.targets)
    streamed = isinstance(examples, Streamed)
    rows = examples.sample if streamed else examples
    chart = Chart(recipe, Rows(rows.inputs, rows.targets), apart, settings, sampled=streamed)
    doctor = Doctor(chart, settled_mode(mode), settled_silence(silence))
    if mode != "off":
        doctor.before()
        doctor.watch(rows)
    return doctor


def way(validation_data: Any, validation_by: str, held_out: Examples | None) -> str:
    """Return how rows were held out, in a word."""
    if held_out is None:
        return "none"
    return "given" if validation_data is not None else validation_by


@contextmanager
def refusals(recipe: Recipe, x: Any, y: Any) -> Iterator[None]:
    """Let errors raised over examples carry what the doctor makes of them and of the outputs."""
    try:
        yield
    except PellucidError as error:
        inputs = _columns(x, [source.name for source in recipe.network.inputs])
        doctor = Doctor(Chart(recipe, Rows(inputs, _columns(y, recipe.judged))))
        doctor.before()
        error.findings = tuple(doctor.findings)
        raise


def _columns(given: Any, names: Sequence[str]) -> dict[str, Any]:
    """Return columns by name, of which there may be one without a name; none, if it is unclear."""
    if not isinstance(given, Mapping):
        given = {names[0]: given} if len(names) == 1 else {}
    try:
        return {name: np.asarray(column) for name, column in given.items()}
    except ValueError:  # rows of unequal length
        return {}
