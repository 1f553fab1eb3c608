"""From raw rows to arrays, learnt from training rows and applied to new ones."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pytest

from pellucid.base.errors import ConfigError, DataError, FileError
from pellucid.data.encoding import Encoding, learn
from pellucid.data.sources import open_data

COLUMNS = {
    "n": [1.0, 2.0, None, 4.0, 100.0, 6.0],
    "b": [True, False, True, None, True, True],
    "w": ["u", "v", "u", "u", "w", None],
    "kind": ["x", "y", "x", "y", "z", "x"],
}
TRAIN = np.array([0, 1, 2, 3])


def learnt(missing="mean", **settings):
    raw = open_data(COLUMNS, missing=missing, **settings)
    return raw, learn(raw, TRAIN)


def refusal(action, *arguments, **settings):
    with pytest.raises(DataError) as caught:
        action(*arguments, **settings)
    return str(caught.value)


@pytest.mark.parametrize(
    ("missing", "number"),
    [("mean", 7 / 3), ("median", 2.0), ("most_frequent", 1.0)],
)
def test_what_stands_in_for_a_gap_is_learnt_from_training_rows_only(missing, number):
    raw, encoding = learnt(missing)
    x, _ = encoding.encode(raw.take(TRAIN))
    np.testing.assert_allclose(x[:, 0], [1, 2, number, 4], rtol=1e-6)
    assert x[:, 1].tolist() == [1, 0, 1, 1]
    assert encoding.feature_names == ("n", "b", "w=u", "w=v")
    assert x[:, 2:].tolist() == [[1, 0], [0, 1], [1, 0], [1, 0]]
    assert x.dtype == np.float32


def test_a_gap_can_be_a_category_of_its_own():
    raw, encoding = learnt("category")
    names = ("n", "n is missing", "b", "b is missing", "w=u", "w=v", "w=(missing)")
    assert encoding.feature_names == names
    x, _ = encoding.encode(raw.take(np.array([2, 3])))
    assert x.tolist() == [[2, 1, 1, 0, 1, 0, 0], [4, 0, 1, 1, 1, 0, 0]]
    assert encoding.encode_new({"n": [1.0], "b": [True], "w": [None]}).x[0, 4:].tolist() == [
        0,
        0,
        1,
    ]


def test_categories_and_classes_are_those_of_training_rows():
    raw, encoding = learnt()
    assert encoding.class_names == ("x", "y")
    told = refusal(encoding.encode, raw)
    assert "Row 4 of the dictionary has 'w' in column 'w', unknown in training" in told
    raw, encoding = learnt(unknown="ignore")
    told = refusal(encoding.encode, raw)
    assert "Row 4 of the dictionary has the class 'z', which no training row has" in told
    x = encoding.encode_new({"n": [1.0], "b": [True], "w": ["new"]}).x
    assert x[0, 2:].tolist() == [0, 0]


def test_labels_are_indices_and_decode_to_what_they_were():
    for values in (["x", "y"] * 3, [7, 3] * 3, [True, False] * 3, [0.5, 1.5] * 3):
        raw = open_data({"a": np.arange(6) * 0.5, "t": values}, task="classification")
        encoding = learn(raw)
        _, y = encoding.encode(raw)
        assert y.dtype == np.int32
        decoded = encoding.decode(y).tolist()
        assert decoded == values
        assert [type(value) for value in decoded] == [type(value) for value in values]


def test_a_regression_has_float_targets():
    raw = open_data({"a": [1, 2, 3], "y": [0.5, 1.25, 2.0]})
    _, y = learn(raw).encode(raw)
    assert y.dtype == np.float32
    assert y.tolist() == [0.5, 1.25, 2.0]


@pytest.mark.parametrize("missing", ["refuse", "mean", "category", "drop"])
def test_json_and_back_is_equal_and_encodes_alike(missing):
    columns = {name: values[:4] for name, values in COLUMNS.items()}
    if missing == "refuse":
        columns |= {"n": [1.0, 2.0, 3.0, 0.1], "b": [True, False, True, True]}
    raw = open_data(columns, missing=missing)
    encoding = learn(raw)
    again = Encoding.from_json(json.loads(json.dumps(encoding.to_json())))
    assert again == encoding
    assert hash(again) == hash(encoding)
    np.testing.assert_array_equal(again.encode(raw)[0], encoding.encode(raw)[0])


@pytest.mark.parametrize("told", [{}, {"features": [{}]}, {"features": [], "shape": [1]}])
def test_what_is_no_encoding_is_refused(told):
    with pytest.raises(FileError, match="no encoding"):
        Encoding.from_json(told)


def test_new_rows_may_have_other_columns_in_another_order(tmp_path):
    _, encoding = learnt()
    path = tmp_path / "new.csv"
    path.write_text("more,w,b,n\n?,v,true,3.5\n?,u,false,\n")
    new = encoding.encode_new(path)
    np.testing.assert_allclose(new.x, [[3.5, 1, 0, 1], [7 / 3, 0, 1, 0]], rtol=1e-6)
    assert new.y is None
    assert new.lines.tolist() == [2, 3]
    assert any("ignored columns: more" in note for note in new.notes)


@pytest.mark.parametrize("make", [dict, pl.DataFrame, pd.DataFrame])
def test_new_rows_come_in_any_frame(make):
    _, encoding = learnt()
    frame = make({"kind": ["y", "x"], "n": [1, 2], "b": [True, False], "w": ["u", "v"]})
    new = encoding.encode_new(frame)
    assert new.x.tolist() == [[1, 1, 1, 0], [2, 0, 0, 1]]
    assert new.y.tolist() == [1, 0]
    assert encoding.encode_new(frame, labels=False).y is None


def test_new_rows_from_an_array_go_by_position():
    encoding = learn(open_data("iris"))
    assert encoding.encode_new(np.ones((2, 4))).x.tolist() == [[1] * 4] * 2
    assert "(2, 3)" in refusal(encoding.encode_new, np.ones((2, 3)))


def test_new_rows_from_a_set_or_a_dataset():
    raw = open_data("iris")
    encoding = learn(raw)
    for source in ("iris", raw):
        new = encoding.encode_new(source)
        np.testing.assert_array_equal(new.x, encoding.encode(raw)[0])
        np.testing.assert_array_equal(new.y, encoding.encode(raw)[1])


def test_missing_columns_are_refused_by_name():
    _, encoding = learnt()
    told = refusal(encoding.encode_new, {"N": [1.0], "b": [True]})
    assert told.startswith("the dictionary lacks columns n, w.")
    assert "did you mean 'N'?" in told


def test_cells_of_another_kind_are_refused_by_line(tmp_path):
    _, encoding = learnt()
    path = tmp_path / "new.csv"
    path.write_text("n,b,w\n1,true,u\nmany,true,u\n")
    told = refusal(encoding.encode_new, path)
    assert told.startswith("Line 3 of new.csv has 'many' in column 'n'")
    path.write_text("n,b,w\n1,true,u\n1,2,u\n")
    told = refusal(encoding.encode_new, path)
    assert told.startswith("Line 3 of new.csv has no truth value in column 'b'")
    path.write_text("n,b,w\n1,true,u\n1,perhaps,u\n")
    assert "'perhaps'" in refusal(encoding.encode_new, path)
    path.write_text("n,b,w\n1,true,u\n1,0,what\n")
    assert refusal(encoding.encode_new, path).startswith("Line 3 of new.csv has 'what'")


def test_a_category_of_digits_stays_one(tmp_path):
    raw = open_data({"zone": [1, 2, 1, 2], "kind": ["x", "y"] * 2}, categorical="zone")
    path = tmp_path / "new.csv"
    path.write_text("zone,kind\n2,x\n1,y\n")
    assert learn(raw).encode_new(path).x.tolist() == [[0, 1], [1, 0]]
    assert learn(raw).encode_new({"zone": [2.0, 1.0]}).x.tolist() == [[0, 1], [1, 0]]


def test_gaps_are_refused_where_training_had_none():
    raw = open_data({"a": [1.5, 2, 3, 4], "kind": ["x", "y"] * 2})
    told = refusal(learn(raw).encode_new, {"a": [1.0, None]})
    assert told.startswith("Row 1 of the dictionary has nothing in column 'a'")


def test_an_empty_or_lacking_target_is_none_unless_insisted_on():
    raw = open_data({"a": [1.5, 2, 3, 4], "kind": ["x", "y"] * 2})
    encoding = learn(raw)
    assert encoding.encode_new({"a": [1.0], "kind": [None]}).y is None
    assert "nothing in the target" in refusal(
        encoding.encode_new, {"a": [1.0, 2.0], "kind": ["x", None]}
    )
    assert "no target column 'kind'" in refusal(encoding.encode_new, {"a": [1.0]}, labels=True)


def test_settings_of_a_new_file_may_differ(tmp_path):
    encoding = learn(open_data({"a": [1.5, 2, 3, 4], "kind": ["x", "y"] * 2}))
    path = tmp_path / "new.csv"
    path.write_text("a;kind\n1,5;x\n2,5;y\n")
    assert encoding.encode_new(path, decimal=",").x.tolist() == [[1.5], [2.5]]
    with pytest.raises(ConfigError, match="decimal"):
        encoding.encode_new(path, decimals=",")


def test_one_class_in_training_is_refused():
    raw = open_data({"a": [1.5, 2, 3, 4], "kind": ["x", "x", "y", "y"]})
    assert "one class only" in refusal(learn, raw, np.array([0, 1]))
    assert "nothing to learn from" in refusal(learn, raw, np.array([], int))


def test_a_column_that_is_empty_in_training_is_refused():
    raw = open_data({"a": [None, None, 3, 4], "kind": ["x", "y"] * 2}, missing="mean")
    assert "No training row has anything in column 'a'" in refusal(learn, raw, np.array([0, 1]))


def test_pictures_are_encoded_as_they_are():
    raw = open_data("mnist").take(np.arange(50))
    encoding = learn(raw)
    x, y = encoding.encode(raw)
    assert x.dtype == np.uint8
    assert encoding.shape == x.shape[1:] == (28, 28, 1)
    assert encoding.decode(y).tolist() == raw.labels.tolist()
    assert Encoding.from_json(json.loads(json.dumps(encoding.to_json()))) == encoding
    assert encoding.encode_new(x[..., 0]).x.shape == (50, 28, 28, 1)
    assert "float32" in refusal(encoding.encode_new, np.ones((2, 28, 28), np.float32))
    table = learn(open_data("iris"))
    assert "another shape" in refusal(table.encode_new, raw)
    assert "another shape" in refusal(encoding.encode_new, "iris")
