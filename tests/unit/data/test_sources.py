"""Opening by name: sets, files, folders, and what is none of them."""

import ast
from pathlib import Path

import numpy as np
import pytest

import pellucid.data
from pellucid.base.errors import ConfigError, FileError
from pellucid.data.sources import SETS, open_data, set_name

HERE = [name for name in SETS if name not in ("mnist-full", "fashion-mnist")]


@pytest.mark.parametrize("name", HERE)
def test_a_set_is_what_its_entry_says(name):
    entry, data = SETS[name], open_data(name)
    shape = (len(data.x),) if isinstance(data.x, tuple) else data.x.shape[1:]
    assert (data.rows, shape, len(data.class_names)) == (entry.rows, entry.shape, entry.classes)
    assert (data.task == "regression") == (entry.classes == 0)
    assert data.name == name
    assert data.notes == ()
    assert entry.about and entry.source and entry.licence


@pytest.mark.parametrize("name", HERE)
def test_a_set_is_the_same_each_time(name):
    assert open_data(name).digest == open_data(name).digest


def test_iris_is_fishers():
    data = open_data("iris")
    assert data.class_names == ("setosa", "versicolor", "virginica")
    assert data.feature_names == ("sepal_length", "sepal_width", "petal_length", "petal_width")
    means = [column.values.mean() for column in data.x]
    np.testing.assert_allclose(means, [5.84, 3.06, 3.76, 1.20], atol=0.005)
    assert np.bincount(data.labels).tolist() == [50, 50, 50]


def test_the_digits_are_those_of_mnist():
    data = open_data("mnist")
    counts = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    assert np.bincount(data.labels).tolist() == counts
    assert data.x.dtype == np.uint8
    assert data.class_values.tolist() == list(range(10))
    assert "CC BY-SA 3.0" in SETS["mnist"].licence


def test_names_are_read_however_they_are_spelt():
    assert set_name("Fashion_MNIST") == "fashion-mnist"
    assert set_name("data.csv") is None
    assert open_data("XOR_Points").name == "xor-points"


def test_an_unknown_name_is_refused_with_the_nearest(tmp_path):
    with pytest.raises(FileError, match="did you mean 'iris'"):
        open_data("irsi")
    (tmp_path / "flowers.csv").write_text("a,b\n")
    with pytest.raises(FileError, match=r"did you mean 'flowers.csv'"):
        open_data(tmp_path / "flower.csv")


def test_a_file_beats_a_set_when_it_has_a_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("iris").write_text("a,kind\n1,x\n2,y\n")
    assert open_data("./iris").rows == 2
    assert open_data("iris").rows == 150


@pytest.mark.parametrize(
    ("source", "settings"),
    [
        ("mnist", {"target": "y"}),
        ("iris", {"rows": 10}),
        ("moons", {"missing": "mean"}),
        ("xor", {"noise": 0.5}),
        ({"a": [1, 2], "y": ["x", "y"]}, {"size": 3}),
    ],
)
def test_settings_of_another_kind_of_source_are_refused(source, settings):
    with pytest.raises(ConfigError, match="cannot be set"):
        open_data(source, **settings)


def test_an_unknown_setting_is_refused_with_the_nearest():
    with pytest.raises(ConfigError, match="did you mean 'target'"):
        open_data("iris", taget="species")


def test_the_room_imports_neither_jax_nor_any_room_but_base():
    for path in Path(pellucid.data.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] not in ("jax", "jaxlib", "pandas"), path.name
                own = not name.startswith("pellucid.")
                assert own or name.startswith(("pellucid.base", "pellucid.data")), path.name


def test_heavy_packages_are_imported_in_one_place_each():
    places = {"polars": set(), "PIL": set()}
    for path in Path(pellucid.data.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for name in (name.split(".")[0] for name in names):
                if name in places:
                    places[name].add(path.name)
    assert places == {"polars": {"sheet.py"}, "PIL": {"images.py"}}
