"""Damaged and hostile files do no harm: they are refused, with what is wrong."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from pellucid.base.errors import FileError, PellucidError, ShapeError
from pellucid.keras import Input, Sequential, layers, models

KERNEL = "layers/dense/vars/0"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    model = Sequential([Input((3,)), layers.Dense(2)])
    model.compile("adam", "mse")
    model.save(tmp_path / "m.keras")
    return tmp_path / "m.keras"


def rewrite(path: Path, change: Callable[[dict[str, bytes]], Any], method: int = 0) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def rewrite_arrays(path: Path, change: Callable[[h5py.File], Any]) -> None:
    def within(members: dict[str, bytes]) -> None:
        beside = path.with_suffix(".h5")
        beside.write_bytes(members["model.weights.h5"])
        with h5py.File(beside, "r+") as file:
            change(file)
        members["model.weights.h5"] = beside.read_bytes()

    rewrite(path, within)


def test_cut_files_are_refused(path: Path) -> None:
    whole = path.read_bytes()
    for length in (0, 10, 200, len(whole) // 2, len(whole) - 30):
        path.write_bytes(whole[:length])
        with pytest.raises(FileError):
            models.load_model(path)


def test_changed_bytes_are_refused_or_harmless(path: Path) -> None:
    whole = path.read_bytes()
    random = np.random.default_rng(5)
    for place in random.integers(0, len(whole), 60):
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(bytes(damaged))
        try:
            models.load_model(path)
        except PellucidError:
            continue


def test_cut_arrays_are_refused(path: Path) -> None:
    def cut(members: dict[str, bytes]) -> None:
        members["model.weights.h5"] = members["model.weights.h5"][:900]

    rewrite(path, cut)
    with pytest.raises(FileError):
        models.load_model(path)


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_renamed_members_are_missed(path: Path, name: str) -> None:
    rewrite(path, lambda members: members.update({f"../{name}": members.pop(name)}))
    with pytest.raises(FileError, match=name):
        models.load_model(path)


def test_what_unpacks_to_too_much_is_refused(path: Path) -> None:
    big = b" " * (64 * 2**20)
    rewrite(
        path,
        lambda members: members.update({"config.json": big + members["config.json"]}),
        zipfile.ZIP_DEFLATED,
    )
    with pytest.raises(FileError, match="too large"):
        models.load_model(path)


def test_deep_json_is_refused(path: Path) -> None:
    rewrite(path, lambda members: members.update({"config.json": b"[" * 100_000}))
    with pytest.raises(FileError, match="JSON"):
        models.load_model(path)


def replace(file: Any, make: Callable[[h5py.Group, str], Any]) -> None:
    group, _, name = KERNEL.rpartition("/")
    del file[KERNEL]
    make(file[group], name)


def test_wrong_shapes_are_refused(path: Path) -> None:
    rewrite_arrays(
        path, lambda f: replace(f, lambda g, n: g.create_dataset(n, data=np.ones((2, 3))))
    )
    with pytest.raises(ShapeError, match="dense"):
        models.load_model(path)


def test_links_out_of_the_file_are_refused(path: Path, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "secret.h5", "w") as other:
        other["key"] = np.ones((3, 2), "float32")
    away = h5py.ExternalLink(str(tmp_path / "secret.h5"), "key")
    for link in (away, h5py.SoftLink("/layers/dense/vars/1")):
        rewrite_arrays(path, lambda f, link=link: replace(f, lambda g, n: g.__setitem__(n, link)))
        with pytest.raises(FileError, match="link"):
            models.load_model(path)


def test_storage_out_of_the_file_is_refused(path: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.bin"
    secret.write_bytes(np.ones((3, 2), "float32").tobytes())

    def outside(group: h5py.Group, name: str) -> None:
        group.create_dataset(name, (3, 2), "float32", external=[(str(secret), 0, 24)])

    rewrite_arrays(path, lambda file: replace(file, outside))
    with pytest.raises(FileError, match="stored in a way"):
        models.load_model(path)


def test_objects_among_the_arrays_are_refused(path: Path) -> None:
    def reference(group: h5py.Group, name: str) -> None:
        held = group.create_dataset(name, (3, 2), h5py.ref_dtype)
        held[0, 0] = group.ref

    rewrite_arrays(path, lambda file: replace(file, reference))
    with pytest.raises(FileError, match="stored in a way"):
        models.load_model(path)


def test_sizes_that_are_only_claimed_are_refused(path: Path) -> None:
    side = 10**7

    def claimed(group: h5py.Group, name: str) -> None:
        group.create_dataset(name, (3, side), "float32", chunks=(3, 1000))

    def wide(members: dict[str, bytes]) -> None:
        config = json.loads(members["config.json"])
        config["config"]["layers"][1]["config"]["units"] = side
        members["config.json"] = json.dumps(config).encode()

    rewrite_arrays(path, lambda file: replace(file, claimed))
    with pytest.raises(ShapeError):  # the model is small
        models.load_model(path)
    rewrite(path, wide)
    rewrite_arrays(path, lambda file: file.__delitem__("layers/dense/vars/1"))
    rewrite_arrays(
        path, lambda f: f.create_dataset("layers/dense/vars/1", (side,), "f4", chunks=(10,))
    )
    with pytest.raises(FileError, match="claims"):  # the model claims to be large, too
        models.load_model(path)


def test_gzip_is_read_and_other_filters_are_not(path: Path) -> None:
    ones = np.ones((3, 2), "float64")
    rewrite_arrays(
        path,
        lambda f: replace(
            f, lambda g, n: g.create_dataset(n, data=ones, compression="gzip", shuffle=True)
        ),
    )
    np.testing.assert_array_equal(models.load_model(path).get_weights()[0], ones)
    rewrite_arrays(
        path, lambda f: replace(f, lambda g, n: g.create_dataset(n, data=ones, compression="lzf"))
    )
    with pytest.raises(FileError, match="filters"):
        models.load_model(path)


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
