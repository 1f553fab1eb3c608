"""What the doctor is told of a model of Keras's face."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from pellucid.doctor.chart import Chart, Settings
from pellucid.doctor.chart import Rows as Given
from pellucid.doctor.session import Doctor
from pellucid.keras.engine.base.variable import Variable
from pellucid.keras.engine.training.compiling import Compiled
from pellucid.keras.engine.training.feeding import Rows

DOCTOR = os.environ.get("PELLUCID_DOCTOR", "report")


def chart_of(plan: Any, compiled: Compiled, feed: Rows, held_out: Any, settings: Settings) -> Chart:
    """Return what is known of a fit before it."""
    recipe = compiled.recipe
    apart = held_out.given(recipe) if isinstance(held_out, Rows) else None
    return Chart(
        recipe,
        feed.given(recipe),
        apart,
        settings,
        stated=compiled.stated,
        fresh=fresh_owners(plan),
    )


def untrained(plan: Any, compiled: Compiled, feed: Rows) -> Doctor | None:
    """Return a doctor who has found that a model was never trained, if it was not."""
    moving = {owner for owner, group in plan.variables()[0].items() if group}
    if not moving or moving - fresh_owners(plan):
        return None
    chart = Chart(compiled.recipe, feed.given(compiled.recipe), stated=compiled.stated)
    doctor = Doctor(chart)
    doctor.untrained()
    return doctor


def names_of(plan: Any) -> dict[str, str]:
    """Return Keras's names of the layers, by those they have in the network."""
    return {
        node.name: plan.layers[node.owner].name
        for node in plan.network.nodes
        if node.owner in plan.layers
    }


def fresh_owners(plan: Any) -> frozenset[str]:
    """Return the owners whose parameters are as they were drawn."""
    return frozenset(
        owner
        for owner, group in plan.variables()[0].items()
        if (held := _variables(group)) and all(variable.fresh for variable in held)
    )


def same_rows(rows: Given, feed: Rows) -> bool:
    """Tell whether these are the rows that were trained on."""
    columns = list(rows.x.values())
    return len(columns) == len(feed.x) and all(
        a is b or (a.shape == b.shape and a.dtype == b.dtype and np.array_equal(a, b))
        for a, b in zip(columns, feed.x, strict=True)
    )


def _variables(group: Any) -> list[Variable]:
    if isinstance(group, Variable):
        return [group]
    return (
        [v for part in group.values() for v in _variables(part)] if isinstance(group, dict) else []
    )
