"""HDF5 read byte by byte gives what h5py gives, of everything that Keras writes."""

import io

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pellucid.base.errors import FileError
from pellucid.keras.saving.hdf5 import opened, sealed
from pellucid.keras.saving.hdf5_reading import Array, Group

DTYPES = ("<f2", "<f4", ">f4", "<f8", ">f8", "i1", "<i4", ">i8", "u1", "<u2", "<u8")
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0."), min_size=1, max_size=9)
ARRAYS = st.sampled_from(DTYPES).flatmap(
    lambda kind: arrays.arrays(kind, arrays.array_shapes(min_dims=0, min_side=0, max_side=3))
)
TREES = st.recursive(ARRAYS, lambda inside: st.dictionaries(NAMES, inside, max_size=5))


def written(fill):
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        fill(file)
    return content.getvalue()


def fill(group, tree, coded=str.encode):
    for name, part in tree.items():
        if isinstance(part, dict):
            fill(group.create_group(coded(name)), part, coded)
        else:
            group.create_dataset(coded(name), data=part)


def same(found, tree):
    if not isinstance(tree, dict):
        assert isinstance(found, Array)
        assert found.shape == tree.shape
        np.testing.assert_array_equal(found.value(), tree)
        assert found.value().dtype == tree.dtype.newbyteorder("=")
        return
    assert isinstance(found, Group)
    assert set(found.members) == set(tree)
    for name in tree:
        same(found.members[name], tree[name])


@settings(max_examples=20)
@given(st.dictionaries(NAMES, TREES, max_size=9))
def test_what_h5py_writes_is_read(tree):
    same(opened(sealed(written(lambda file: fill(file, tree)))), tree)


def test_names_of_any_letters_are_read_in_short_groups():
    tree = {"größe": {"✓": np.ones(2)}, "leer": {"é": {}}}
    same(opened(written(lambda file: fill(file, tree, str))), tree)
    many = {f"{number}é": {} for number in range(9)}
    with pytest.raises(FileError, match="more than 8 members at /"):
        opened(written(lambda file: fill(file, many, str)))


def test_groups_of_many_members_are_read_whole():
    tree = {f"a{number}": np.array(number) for number in range(700)}  # two levels of tables
    same(opened(written(lambda file: fill(file, tree))), tree)


def test_attributes_are_words_of_any_kind():
    told = "text \u2713 " * 5000

    def add(file):
        file.attrs["text"], file.attrs["bytes"] = told, b"bytes"
        file.attrs["fixed"] = np.array([b"a", b"bcd"])
        file.attrs["none"], file.attrs["number"] = np.array([]), 3.5
        file.attrs["\u00e9"] = "accent"
        file.attrs["many"] = ["a", "b"]

    held = opened(written(add)).attributes
    words = {
        name: held[name].words() for name in ("text", "bytes", "fixed", "none", "many", "\u00e9")
    }
    assert words == {
        "text": [told],
        "bytes": ["bytes"],
        "fixed": ["a", "bcd"],
        "none": [],
        "many": ["a", "b"],
        "\u00e9": ["accent"],
    }
    with pytest.raises(FileError, match="not read here"):
        held["number"].words()


def test_truth_values_and_bfloat16_are_read():
    half = np.array([0x3F80, 0xC000], "<u2").view("V2")  # 1 and -2
    tree = {"true": np.array([True, False]), "half": half}
    members = opened(written(lambda file: fill(file, tree))).members
    values = {name: array.value() for name, array in members.items() if isinstance(array, Array)}
    np.testing.assert_array_equal(values["true"], [1, 0])
    np.testing.assert_array_equal(values["half"], [1.0, -2.0])


def test_newer_forms_are_refused_by_name():
    content = io.BytesIO()
    with h5py.File(content, "w", libver="latest") as file:
        file["x"] = np.ones(3)
    with pytest.raises(FileError, match=r"form [23] of HDF5"):
        opened(content.getvalue())


def test_the_checksum_goes_when_another_program_changes_the_file(tmp_path):
    path = tmp_path / "m.h5"
    path.write_bytes(sealed(written(lambda file: fill(file, {"x": np.ones(3)}))))
    with h5py.File(path, "r+") as file:
        file["x"][0] = 7
    same(opened(path.read_bytes()), {"x": np.array([7.0, 1, 1])})
