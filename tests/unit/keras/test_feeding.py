"""What the verbs are given: arrays, lists, frames, batches; and what is refused."""

import itertools

import numpy as np
import pandas
import pytest

from pellucid import keras
from pellucid.base.errors import ConfigError, DataError, PellucidError, ShapeError, StateError
from pellucid.keras.engine.data.dataset import Dataset
from pellucid.keras.engine.training.feeding import Rows, Stream, as_feed, is_stream

layers = keras.layers
RNG = np.random.default_rng(9)
X = RNG.normal(size=(10, 3)).astype("float32")
Y = (X[:, :1] > 0).astype("float32")


def model(outputs=1, last="sigmoid", loss="binary_crossentropy"):
    made = keras.Sequential([keras.Input((3,)), layers.Dense(outputs, activation=last)])
    made.compile("sgd", loss)
    return made


@pytest.fixture(scope="module")
def made():
    return model()


@pytest.fixture(scope="module")
def expected(made):
    return made.predict(X, verbose=0)


class Parts(keras.utils.PyDataset):
    def __init__(self, size=4):
        super().__init__()
        self.size, self.ended = size, 0

    def __len__(self):
        return -(-len(X) // self.size)

    def __getitem__(self, index):
        rows = slice(index * self.size, (index + 1) * self.size)
        return X[rows], Y[rows]

    def on_epoch_end(self):
        self.ended += 1


class Sized:
    """Anything that can be indexed and has a length."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return X[:5], Y[:5]


class Sparse:
    def __init__(self, rows):
        self.rows = rows
        self.shape = rows.shape

    def __getitem__(self, where):
        return Sparse(self.rows[where])

    def toarray(self):
        return self.rows


class Torch:
    def __init__(self, rows):
        self.rows, self.shape = rows, rows.shape

    def detach(self):
        return self

    def cpu(self):
        return self

    def numpy(self):
        return self.rows


def test_what_is_a_stream_and_what_are_rows():
    streams = [Parts(), iter([(X, Y)]), (b for b in [(X, Y)]), Sized(), Dataset.from_tensors(X)]
    rows = [X, X.tolist(), (X,), {"a": X}, pandas.DataFrame(X), Sparse(X), keras.Variable(X)]
    assert [is_stream(x) for x in streams] == [True] * len(streams)
    assert [is_stream(x) for x in rows] == [False] * len(rows)


class TestRows:
    @pytest.mark.parametrize(
        "given",
        [X, X.tolist(), [X], (X,), pandas.DataFrame(X), Sparse(X), Torch(X), keras.Variable(X)],
        ids=["array", "rows", "list", "tuple", "frame", "sparse", "torch", "variable"],
    )
    def test_forms_of_inputs(self, made, expected, given):
        np.testing.assert_array_equal(made.predict(given, verbose=0), expected)

    def test_forms_of_targets(self, made):
        given = [Y, Y[:, 0], Y.tolist(), Y[:, 0] > 0, pandas.Series(Y[:, 0]), [Y], Y.astype(int)]
        found = {made.evaluate(X, y, verbose=0) for y in given}
        assert len(found) == 1

    def test_weights_by_row_and_by_column(self, made):
        weight = np.linspace(0.5, 1.5, 10)
        found = [made.evaluate(X, Y, sample_weight=w, verbose=0) for w in (weight, weight[:, None])]
        assert found[0] == found[1]

    def test_a_part_keeps_what_belongs_together(self, made):
        rows = Rows(made, X, Y, np.arange(10.0), {0: 1.0, 1: 2.0}).part(6, None)
        assert len(rows) == 4 and rows.class_weight == {0: 1.0, 1: 2.0}
        np.testing.assert_array_equal(rows.x[0], X[6:])
        np.testing.assert_array_equal(rows.y, Y[6:])
        np.testing.assert_array_equal(rows.sample_weight, [6, 7, 8, 9])
        np.testing.assert_array_equal(rows.taken([3, 0]).x[0], X[[9, 6]])

    def test_numbers_in_a_row_stand_for_one_column(self):
        one = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
        assert Rows(one, X[:, 0]).shapes == ((1,),)
        assert one.predict(X[:, 0], verbose=0).shape == (10, 1)

    def test_the_size_a_model_leaves_open_is_the_row_s(self):
        series = keras.Input((None, 3))
        open_ended = keras.Model(series, layers.GlobalAveragePooling1D()(series))
        assert Rows(open_ended, np.zeros((2, 7, 3))).shapes == ((7, 3),)

    def test_a_model_that_has_seen_nothing_learns_from_the_first_rows(self):
        deferred = keras.Sequential([layers.Dense(2)])
        assert deferred.predict(X.tolist(), verbose=0).shape == (10, 2)
        assert deferred.input_shape[1:] == (3,)


class TestRefused:
    def refused(self, error, text, verb, *given, made=None, **named):
        with pytest.raises(error, match=text):
            getattr(made or model(), verb)(*given, verbose=0, **named)

    def test_columns_of_another_number(self):
        self.refused(ShapeError, r"\(2,\)(.|\n)*\(3,\)", "predict", X[:, :2])
        self.refused(ShapeError, "3", "fit", X[:, :2], Y)

    def test_rows_of_another_number(self):
        self.refused(ShapeError, "different numbers of rows", "fit", X, Y[:7])

    def test_labels_that_are_no_classes(self):
        sparse = model(3, "softmax", "sparse_categorical_crossentropy")
        labels = np.array([0, 1, 2, 3, 0, 1, 2, 0, 1, 2])
        self.refused(DataError, "label out of range, in row 3", "fit", X, labels, made=sparse)
        self.refused(DataError, "row 3", "evaluate", X, labels, made=sparse)
        self.refused(DataError, "row 0", "fit", X, labels - 1, made=sparse)

    def test_labels_where_numbers_are_wanted(self):
        several = model(3, "softmax", "categorical_crossentropy")
        self.refused(ShapeError, "sparse_categorical", "fit", X, np.arange(10) % 3, made=several)

    def test_targets_of_another_shape(self):
        self.refused(ShapeError, "target", "fit", X, np.zeros((10, 2)))
        self.refused(ShapeError, "target", "fit", X, np.zeros((10, 1, 4)))

    def test_targets_that_are_no_probabilities(self):
        self.refused(DataError, "outside", "fit", X, Y * 2 - 1)

    def test_no_targets(self):
        self.refused(PellucidError, "The target of 'dense'", "fit", X)

    def test_what_is_no_number(self):
        broken = X.copy()
        broken[4, 2] = np.nan
        self.refused(DataError, "row 4(.|\n)*column 2", "fit", broken, Y)
        broken[4, 2] = np.inf
        self.refused(DataError, "row 4(.|\n)*column 2", "fit", broken, Y)
        self.refused(DataError, "row 4", "fit", X, np.where(np.arange(10) == 4, np.nan, 0.0))

    def test_text(self):
        self.refused(DataError, "text|number", "fit", X.astype(str).astype(object) + "!", Y)

    def test_no_rows(self):
        self.refused(DataError, "no rows|0 rows", "fit", X[:0], Y[:0])

    def test_weights_of_another_length(self):
        self.refused(PellucidError, "weight", "fit", X, Y, sample_weight=np.ones(7))

    def test_a_class_without_a_weight(self):
        self.refused(PellucidError, "1", "fit", X, Y, class_weight={0: 2.0})

    def test_targets_beside_batches(self):
        self.refused(StateError, "come with the batches", "fit", Parts(), Y)
        self.refused(StateError, "sample_weight", "fit", Parts(), sample_weight=np.ones(10))

    def test_a_stream_without_batches(self):
        deferred = keras.Sequential([layers.Dense(1)])
        deferred.compile("sgd", "mse")
        self.refused(DataError, "no batch", "fit", iter([]), made=deferred)
        self.refused(StateError, "no batch to measure", "evaluate", iter([]))

    def test_inputs_and_outputs_of_other_names(self):
        a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
        both = layers.Concatenate()([a, b])
        ends = [layers.Dense(1, name="p")(both), layers.Dense(1, name="q")(both)]
        two = keras.Model([a, b], ends)
        two.compile("sgd", "mse")
        self.refused(ConfigError, "a, b", "fit", {"a": X, "c": X}, [Y, Y], made=two)
        self.refused(ConfigError, "number of inputs", "fit", X, [Y, Y], made=two)
        self.refused(DataError, "'r'", "fit", [X, X], {"p": Y, "r": Y}, made=two)
        self.refused(DataError, "2 outputs", "fit", [X, X], [Y, Y, Y], made=two)
        self.refused(ShapeError, "rows", "fit", [X, X[:5]], [Y, Y], made=two)


class TestStreams:
    def test_one_pass_and_the_next(self, made):
        stream = as_feed(made, Parts(4))
        assert isinstance(stream, Stream) and len(stream) == 3
        for _ in range(2):
            assert [len(rows) for rows in stream.batches()] == [4, 4, 2]

    def test_steps_go_on_where_the_last_ended(self, made):
        stream = as_feed(made, Parts(4))
        lengths = [[len(rows) for rows in stream.batches(2)] for _ in range(3)]
        assert lengths == [[4, 4], [2], [4, 4]]

    def test_a_generator_goes_on_and_ends(self, made):
        endless = as_feed(made, ((X[:n], Y[:n]) for n in itertools.count(1)))
        assert len(endless) == 0
        assert [len(r) for r in endless.batches(2)] == [1, 2]
        assert [len(r) for r in endless.batches(2)] == [3, 4]
        once = as_feed(made, iter([(X, Y), (X[:3], Y[:3])]))
        assert [len(r) for r in once.batches()] == [10, 3]
        assert [len(r) for r in once.batches()] == []

    def test_the_first_batch_is_not_lost_on_looking(self):
        deferred = keras.Sequential([layers.Dense(1)])
        stream = as_feed(deferred, iter([(X[:4], Y[:4]), (X[4:], Y[4:])]))
        assert deferred.built
        assert [len(rows) for rows in stream.batches()] == [4, 6]

    def test_batches_of_inputs_alone_and_with_weights(self, made):
        (rows,) = as_feed(made, [X].__iter__()).batches()
        assert rows.y is None
        (rows,) = as_feed(made, iter([(X, Y, np.ones(10))])).batches()
        assert rows.sample_weight.shape == (10,)

    def test_a_data_set_hears_of_the_end_of_an_epoch(self):
        parts = Parts()
        model().fit(parts, epochs=3, verbose=0)
        assert parts.ended == 3
