"""Descriptions that make no sense are refused; files made to harm are in `tests/trust`."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pellucid.base.errors import PellucidError
from pellucid.keras import Input, layers, models


def rewrite(path: Path, change: Callable[[dict[str, bytes]], Any], method: int = 0) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_graphs_must_make_sense(tmp_path: Path) -> None:
    inputs = Input((3,), name="in")
    from_file = tmp_path / "graph.keras"
    models.Model(inputs, layers.Dense(2, name="out")(inputs)).save(from_file)
    whole = from_file.read_bytes()

    def change(edit: Callable[[dict[str, Any]], Any]) -> None:
        from_file.write_bytes(whole)

        def within(members: dict[str, bytes]) -> None:
            config = json.loads(members["config.json"])
            edit(config["config"])
            members["config.json"] = json.dumps(config).encode()

        rewrite(from_file, within)

    def node(config: dict[str, Any]) -> Any:
        return config["layers"][1]["inbound_nodes"][0]["args"][0]["config"]

    edits: list[Callable[[dict[str, Any]], Any]] = [
        lambda c: node(c).update(keras_history=["nobody", 0, 0]),
        lambda c: node(c).update(keras_history=["in", 7, 0]),
        lambda c: node(c).update(keras_history=["out", 0, 0]),
        lambda c: node(c).update(keras_history=["in", 0, 3]),
        lambda c: c["layers"].append(c["layers"][1]),
        lambda c: c.update(output_layers=["in", 5, 0]),
        lambda c: c["layers"][1]["config"].update(units="many"),
        lambda c: c["layers"][1]["config"].update(surprise=1),
    ]
    for edit in edits:
        change(edit)
        with pytest.raises(PellucidError):
            models.load_model(from_file)
