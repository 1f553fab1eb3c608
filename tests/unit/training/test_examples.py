"""What cannot be learnt from is refused before the first step, by row and column."""

import numpy as np
import pandas
import polars
import pytest
from sklearn.utils.class_weight import compute_sample_weight

from pellucid.base.errors import DataError, ShapeError
from pellucid.functions.losses import SparseCategoricalCrossentropy
from pellucid.layers.dense import Dense
from pellucid.layers.embedding import Embedding
from pellucid.layers.input import Input
from pellucid.layers.reshaping import Flatten
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.training.examples import as_examples

X = np.random.default_rng(0).normal(size=(12, 3)).astype("float32")
LABELS = np.arange(12) % 4


def recipe(loss="sparse_categorical_crossentropy", units=4, shape=(3,), head="softmax"):
    model = Sequential([Input(shape), Dense(units, head)])
    model.compile("sgd", loss)
    return model.recipe


def changed(array, place, value):
    array = np.array(array, dtype=object if isinstance(value, str) else None)
    if isinstance(value, float):
        array = array.astype(float)
    array[place] = value
    return array


@pytest.mark.parametrize(
    "x, words",
    [
        (changed(X, (7, 1), np.nan), "no number, in row 7, column 1"),
        (changed(X, (3, 2), np.inf), "no number, in row 3, column 2"),
        (changed(X, (5, 0), "seven"), "row 5, column 0"),
        (changed(X, (5, 0), 1e300), "too large for float32, in row 5, column 0"),
        (X.astype(float) * 1e-50, "less than float32 can tell"),
        (X[:, :2], "wrong shape"),
        (X.reshape(12, 3, 1), None),
        (X.reshape(6, 2, 3), "wrong shape"),
        ([[1.0, 2.0, 3.0]] * 11 + [[1.0, 2.0]], "row 11 is not as long"),
        (X[:0], "no rows"),
        (X[:11], "different numbers of rows"),
        (X.astype(complex), "not numbers"),
        (np.array([["a"] * 3] * 12), "not numbers"),
        (np.ma.masked_array(X, X > 0), "masked"),
        (5.0, "a single number"),
        (1_700_000_000.0 + np.arange(36.0).reshape(12, 3), "less than float32 can tell"),
        ({"y": X}, "no input called 'y'"),
    ],
)
def test_inputs(x, words):
    if words is None:
        assert as_examples(recipe(), x, LABELS).inputs["x"].shape == (12, 3)
        return
    with pytest.raises((DataError, ShapeError), match=words):
        as_examples(recipe(), x, LABELS)


@pytest.mark.parametrize(
    "y, words",
    [
        (changed(LABELS, 4, 4), "out of range, in row 4"),
        (changed(LABELS, 4, -1), "out of range, in row 4"),
        (changed(LABELS, 9, 1.5), "not a whole number, in row 9"),
        (changed(LABELS, 9, np.nan), "no number, in row 9"),
        (LABELS.astype(str), "not numbers"),
        (np.eye(4)[LABELS], "wrong shape"),
    ],
)
def test_labels(y, words):
    with pytest.raises((DataError, ShapeError), match=words):
        as_examples(recipe(), X, y)


def test_labels_where_one_hot_rows_are_wanted_say_which_loss():
    with pytest.raises(ShapeError, match="sparse_categorical_crossentropy"):
        as_examples(recipe("categorical_crossentropy"), X, LABELS)


def test_targets_of_a_sigmoid_lie_in_0_1():
    wrong = np.where(np.arange(12) == 3, -1, 1)
    with pytest.raises(DataError, match=r"outside \[0, 1\] in row 3"):
        as_examples(recipe("binary_crossentropy", 1, head="sigmoid"), X, wrong)


def test_what_is_fine_comes_in_any_clothes():
    wanted = as_examples(recipe(), X, LABELS)
    names = ["a", "b", "c"]
    for x in (
        X.tolist(),
        X.astype("float64"),
        np.asfortranarray(X),
        X.astype(">f4"),  # as FITS files hold them
        pandas.DataFrame(X, columns=names),
        polars.DataFrame(X, schema=names),
        {"x": X},
    ):
        got = as_examples(recipe(), x, LABELS.tolist())
        np.testing.assert_array_equal(got.inputs["x"], wanted.inputs["x"])
        np.testing.assert_array_equal(got.targets["dense"], wanted.targets["dense"])


def test_what_rounding_does_not_hurt_is_let_through():
    tiny = changed(X, (2, 0), 1e-300)
    assert as_examples(recipe(), tiny, LABELS).inputs["x"][2, 0] == 0
    nearly_constant = X.astype(float)
    nearly_constant[:, 1] = np.where(LABELS > 1, 0.3, 0.1 + 0.2)
    as_examples(recipe(), nearly_constant, LABELS)
    model = Sequential([Input((1,)), Dense(1)])
    assert model.predict([[1e6], [1e6 + 1e-9]]).shape == (2, 1)


def test_bytes_stay_bytes_and_whole_numbers_are_exact():
    pixels = np.random.default_rng(0).integers(0, 256, (12, 3)).astype("uint8")
    assert as_examples(recipe(), pixels, LABELS).inputs["x"].dtype == np.uint8
    assert as_examples(recipe(), pixels.astype(int), LABELS).inputs["x"].dtype == np.float32
    with pytest.raises(DataError, match="less than float32 can tell"):
        as_examples(recipe(), 2**24 + np.arange(36).reshape(12, 3) // 3 % 2, LABELS)


def test_an_embedding_wants_whole_numbers():
    model = Sequential(
        [Input((3,), dtype="int32"), Embedding(5, 2), Flatten(), Dense(4, "softmax")]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    ids = np.arange(36).reshape(12, 3) % 5
    assert as_examples(model.recipe, ids.astype(float), LABELS).inputs["x"].dtype == np.int32
    with pytest.raises(DataError, match="whole number, in row 0, column 1"):
        as_examples(model.recipe, ids + np.array([0, 0.5, 0]), LABELS)


def test_weights():
    weight = np.linspace(0, 1, 12)
    examples = as_examples(recipe(), X, LABELS, weight, {0: 1, 1: 2, 2: 3, 3: 4})
    np.testing.assert_allclose(examples.weights["dense"], weight * (1 + LABELS), rtol=1e-6)
    with pytest.raises(DataError, match="negative in row 2"):
        as_examples(recipe(), X, LABELS, changed(weight, 2, -1.0))
    with pytest.raises(ShapeError, match="another number of rows"):
        as_examples(recipe(), X, LABELS, weight[:5])
    with pytest.raises(DataError, match="no weight for class 3"):
        as_examples(recipe(), X, LABELS, None, {0: 1, 1: 2, 2: 3})


def test_balanced_class_weights_are_scikit_learns():
    labels = np.array([0] * 9 + [1] * 2 + [2])
    weight = as_examples(recipe(units=3), X, labels, None, "balanced").weights["dense"]
    np.testing.assert_allclose(weight, compute_sample_weight("balanced", labels), rtol=1e-6)
    totals = [weight[labels == label].sum() for label in range(3)]
    np.testing.assert_allclose(totals, 4, rtol=1e-6)


def outputs_of_steps():
    x = Input((3, 2))
    steps = Dense(4, "softmax", name="steps")(x)
    model = Model(x, [steps, Dense(1, name="row")(Flatten()(x))])
    model.compile("sgd", {"steps": "sparse_categorical_crossentropy", "row": "mse"})
    return model.recipe


def test_weights_by_output_and_step():
    x, rows = np.zeros((5, 3, 2)), np.arange(5.0)
    labels = np.arange(15).reshape(5, 3) % 4
    y, each = {"steps": labels, "row": rows}, np.arange(15.0).reshape(5, 3)
    recipe = outputs_of_steps()
    for given in ({"steps": each, "row": rows}, [each, rows]):
        weights = as_examples(recipe, x, y, given).weights
        np.testing.assert_array_equal(weights["steps"], each)
        np.testing.assert_array_equal(weights["row"], rows)
    alike = as_examples(recipe, x, y, rows).weights
    np.testing.assert_array_equal(alike["steps"], alike["row"])
    partly = as_examples(recipe, x, y, {"row": rows}).weights
    np.testing.assert_array_equal(partly["steps"], np.ones(5))
    classes = {"steps": {0: 1, 1: 2, 2: 3, 3: 4}}
    by_class = as_examples(recipe, x, y, {"steps": rows, "row": rows}, classes).weights
    np.testing.assert_array_equal(by_class["steps"], rows[:, None] * (1 + labels))
    np.testing.assert_array_equal(by_class["row"], rows)
    with pytest.raises(DataError, match="did you mean 'row'"):
        as_examples(recipe, x, y, {"rwo": rows})
    with pytest.raises(ShapeError, match="sample_weight has the wrong shape"):
        as_examples(recipe, x, y, {"row": each})
    with pytest.raises(DataError, match="class_weight by output"):
        as_examples(recipe, x, y, None, {0: 1, 1: 2})


def test_an_ignored_class_may_have_any_label():
    model = Sequential([Input((3,)), Dense(4, "softmax")])
    model.compile("sgd", SparseCategoricalCrossentropy(ignore_class=-1))
    assert as_examples(model.recipe, X, changed(LABELS, 2, -1)).targets["dense"][2] == -1
    with pytest.raises(DataError, match="out of range, in row 2"):
        as_examples(model.recipe, X, changed(LABELS, 2, -2))
