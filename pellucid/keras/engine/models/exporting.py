"""A Keras model as a file that runs elsewhere: `model.export`."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from pellucid.base.errors import ConfigError, explain
from pellucid.interop.at_rest.lowering import lower
from pellucid.interop.at_rest.program import Site, Value
from pellucid.interop.formulas.products import as_ids
from pellucid.keras.engine.models.plan import AsIds
from pellucid.models.exporting import FORMATS, export_network

DEFAULT = "tf_saved_model"  # Keras's


@lower.register(AsIds)
def _as_ids(layer: AsIds, site: Site, x: Value, mask: Any) -> Value:
    del layer, mask
    return site.call(as_ids, x, shape=x.shape)


def export_model(model: Any, path: str | PathLike[str], format: str) -> None:
    """Write a model as it predicts, in a format that the core writes.

    Raises:
        ConfigError: it is another format, or the model cannot be exported, for the reason given.
    """
    by_ending = {ending: name for name, ending in FORMATS.items()}
    if format == DEFAULT:
        format = by_ending.get(Path(path).suffix, format)
    if format not in FORMATS:
        what = f"This model cannot be exported as {format!r}."
        tip = f"model.save('{path}.keras') is read by Keras, which can export it"
        raise ConfigError(explain(what, got=format, expected=", ".join(FORMATS), hint=tip))
    if model.front.nodes:
        _refuse(model, f"{model.front.nodes[0].layer.name} looks words up, on the host")
    if any(None in symbol.shape[1:] for symbol in model.front.entries):
        _refuse(model, "its inputs have open sizes, and a file is for settled ones")
    view = model.view_of(None)
    export_network(view.network, view.params, view.state, path, format)


def _refuse(model: Any, why: str) -> None:
    what = f"{model.name} cannot be exported: {why}."
    raise ConfigError(explain(what, got=model.name, expected="a network of arrays alone"))
