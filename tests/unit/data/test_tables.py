"""Targets, tasks, identifiers and gaps of tables."""

import numpy as np
import pytest

from pellucid.base.errors import DataError
from pellucid.data.sources import open_data


def refusal(source, **settings):
    with pytest.raises(DataError) as caught:
        open_data(source, **settings)
    return str(caught.value)


def table(rows=6, **columns):
    return {"a": np.arange(rows) * 1.5, "kind": ["x", "y"] * (rows // 2)} | columns


def test_the_target_is_the_named_one_or_a_telling_one_or_the_last():
    assert open_data(table()).target.name == "kind"
    assert open_data(table(b=[1.5, 2, 3, 4, 5, 6]), target="kind").feature_names == ("a", "b")
    assert open_data(table(label=[0, 1] * 3, z=[1.5, 2, 3, 4, 5, 6])).target.name == "label"
    assert "predicting 'kind'" in open_data(table()).notes[0]


def test_a_misspelt_column_is_refused_with_the_nearest():
    told = refusal(table(), target="knid")
    assert told.startswith("the dictionary has no column 'knid'")
    assert "did you mean 'kind'?" in told
    for setting in ("drop", "categorical", "groups", "time"):
        assert "no column 'b'" in refusal(table(), **{setting: "b"})


@pytest.mark.parametrize(
    ("values", "task"),
    [
        (["x", "y", "x", "y", "x", "y"], "classification"),
        ([True, False, True, False, True, False], "classification"),
        ([0, 1, 2, 0, 1, 2], "classification"),
        ([0.0, 1.0, 2.0, 0.0, 1.0, 2.0], "classification"),
        ([0, 1, 2, 3, 4, 5], "regression"),
        ([0.5, 1.5, 0.5, 1.5, 0.5, 1.5], "regression"),
    ],
)
def test_the_task_follows_from_the_target(values, task):
    assert open_data(table(y=values), target="y").task == task


def test_the_task_can_be_said():
    data = open_data(table(y=[0, 1, 2, 0, 1, 2]), target="y", task="regression")
    assert data.class_names == ()
    assert data.labels is None
    data = open_data(table(y=[0.5, 1.5] * 3), target="y", task="classification")
    assert data.class_values.tolist() == [0.5, 1.5]


def test_many_integers_are_a_regression():
    y = np.arange(100) % 21
    assert open_data({"a": y * 0.5, "y": y}).task == "regression"
    assert open_data({"a": y * 0.5, "y": y % 20}).task == "classification"


def test_classes_keep_their_names_and_types():
    assert open_data(table(y=[3, 1, 3, 1, 3, 1]), target="y").class_values.tolist() == [1, 3]
    assert open_data(table(y=[True, False] * 3), target="y").class_values.tolist() == [False, True]
    numbers = open_data({"a": np.arange(30) * 0.5, "y": np.arange(30) % 11})
    assert numbers.class_names == tuple(str(k) for k in range(11))


def test_one_class_is_refused_and_a_single_row_noted():
    assert "the same value in every row" in refusal(table(kind=["x"] * 6))
    assert "the same value in every row" in refusal(table(kind=[1.5] * 6))
    data = open_data(table(kind=["x", "y", "x", "y", "x", "rare"]))
    assert any("only one row has the class rare" in note for note in data.notes)


def test_a_target_that_names_the_rows_is_refused():
    told = refusal({"a": np.arange(30) * 0.5, "name": [f"row {k}" for k in range(30)]})
    assert "nearly a class a row" in told


def test_a_target_with_gaps_is_refused_even_if_features_may_have_some():
    columns = table(kind=["x", "y", None, "y", "x", "y"])
    for missing in ("refuse", "mean", "category"):
        told = refusal(columns, missing=missing)
        assert told.startswith("Row 2 of the dictionary has nothing in the target column 'kind'")
    assert open_data(columns, missing="drop").rows == 5


def test_gaps_are_counted_by_column():
    told = refusal(table(b=[1, None, 3, None, 5, 6], c=[None, 2, 3, 4, 5, 6]), target="kind")
    assert told.startswith("Row 1 of the dictionary has nothing in column 'b'")
    assert "b 2, c 1" in told


def test_an_empty_column_is_refused_whatever_is_said_of_gaps():
    for missing in ("refuse", "mean", "category"):
        told = refusal(table(b=[None] * 6), target="kind", missing=missing)
        assert "nothing at all in column 'b'" in told
        assert "drop='b'" in told


def test_rows_with_gaps_can_be_left_out(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,kind\n1,x\n,y\n3,x\n4,y\n5,\n6,z\n")
    data = open_data(path, missing="drop")
    assert data.lines.tolist() == [2, 4, 5, 7]
    assert any("left out 2 of 6 rows" in note for note in data.notes)
    path.write_text("a,kind\n1,\n,y\n")
    assert "Every row of data.csv has a missing cell" in refusal(path, missing="drop")


def test_classes_that_only_dropped_rows_had_are_gone():
    data = open_data(
        table(a=[None, 2, 3, 4, 5, 6], kind=["w", "y", "x", "y", "x", "y"]), missing="drop"
    )
    assert data.class_names == ("x", "y")
    assert data.labels.tolist() == [1, 0, 1, 0, 1]


def test_identifiers_are_left_out_aloud_unless_wanted():
    names = [f"Ms {k}" for k in range(30)]
    columns = {"name": names, "a": np.arange(30) * 0.5, "kind": ["x", "y"] * 15}
    data = open_data(columns)
    assert data.feature_names == ("a",)
    assert any("left out column 'name'" in note for note in data.notes)
    assert open_data(columns, categorical="name").feature_names == ("name", "a")


def test_an_index_is_left_out_and_other_counting_noted():
    columns = {"id": range(30), "a": np.arange(30) + 5, "kind": ["x", "y"] * 15}
    data = open_data({key: list(values) for key, values in columns.items()})
    assert data.feature_names == ("a",)
    assert any("left out column 'id'" in note for note in data.notes)
    assert any("'a' just counts the rows" in note for note in data.notes)


def test_very_many_categories_are_refused_unless_wanted():
    words = [f"w{k % 1200}" for k in range(2400)]
    columns = {"w": words, "a": np.arange(2400) * 0.5, "kind": ["x", "y"] * 1200}
    assert "1200 words" in refusal(columns)
    assert open_data(columns, categorical="w").rows == 2400


def test_constant_columns_are_noted_and_kept():
    data = open_data(table(b=[7.0] * 6), target="kind")
    assert data.feature_names == ("a", "b")
    assert any("the same value in every row: b" in note for note in data.notes)


def test_nothing_to_learn_from_is_refused():
    assert "no column to learn 'kind' from" in refusal(table(), drop="a")


def test_groups_and_times_are_set_aside():
    data = open_data(
        table(
            who=["p", "q", "p", "r", "q", "r"], day=[f"2026-01-0{k}" for k in (3, 1, 2, 6, 5, 4)]
        ),
        target="kind",
        groups="who",
        time="day",
    )
    assert data.feature_names == ("a",)
    assert data.groups.tolist() == [0, 1, 0, 2, 1, 2]
    assert np.argsort(data.time).tolist() == [1, 2, 0, 5, 4, 3]


def test_times_that_cannot_be_ordered_are_refused():
    told = refusal(table(day=["1/2/2026"] * 6), target="kind", time="day")
    assert told.startswith("Row 0 of the dictionary has no date in column 'day'")
    told = refusal(table(who=["p", None] * 3), target="kind", groups="who")
    assert told.startswith("Row 1 of the dictionary has nothing in column 'who'")
