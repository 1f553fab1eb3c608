"""Networks as scikit-learn's users use them: pipelines, searches, pickles, odd targets."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import BernoulliRBM
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from pellucid.base.errors import ConfigError, DataError, ShapeError
from pellucid.estimators import RBM, PellucidClassifier, PellucidRegressor, Perceptron
from pellucid.layers import Dense, Dropout, Input
from pellucid.models.sequential import Sequential

X, Y = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]
QUICK = {"epochs": 40, "learning_rate": 0.03}


def test_labels_may_be_words():
    flowers = PellucidClassifier((10,), **QUICK).fit(X, NAMES)
    assert flowers.score(X, NAMES) > 0.95
    assert flowers.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert flowers.predict_proba(X[:2]).sum(axis=1) == pytest.approx([1, 1])
    assert flowers.model_.predict(X[:1]).shape == (1, 3)


def test_a_search_over_a_pipeline_in_two_processes():
    steps = make_pipeline(StandardScaler(), PellucidClassifier(epochs=30, learning_rate=0.03))
    grid = {"pellucidclassifier__network": [(4,), (12,)]}
    search = GridSearchCV(steps, grid, cv=2, n_jobs=2).fit(X, NAMES)
    assert search.best_score_ > 0.8
    assert len(cross_val_score(PellucidClassifier((4,), epochs=5), X, Y, cv=2)) == 2


def test_probabilities_can_be_calibrated():
    calibrated = CalibratedClassifierCV(PellucidClassifier((6,), **QUICK), cv=2).fit(X, Y)
    assert calibrated.score(X, Y) > 0.9


def test_a_row_may_have_several_labels():
    rows, labels = make_multilabel_classification(120, 8, n_classes=3, random_state=0)
    several = PellucidClassifier((16,), **QUICK).fit(rows, labels)
    assert several.predict(rows).shape == labels.shape
    assert ((several.predict_proba(rows) > 0.5) == several.predict(rows)).all()
    assert (several.predict(rows) == labels).mean() > 0.85


def test_amounts_of_very_different_sizes_are_learnt_alike():
    rows, y = load_diabetes(return_X_y=True)
    both = np.column_stack([y, 1e5 * rows[:, 2] + 3e6])
    found = PellucidRegressor((16,), **QUICK).fit(rows, both)
    for column in range(2):
        residual = both[:, column] - found.predict(rows)[:, column]
        assert np.var(residual) < 0.6 * np.var(both[:, column])
    np.testing.assert_allclose(found.model_.predict(rows), found.predict(rows), rtol=1e-4)


def test_layers_and_models_of_ones_own():
    layers = PellucidClassifier([Dense(8, "tanh"), Dropout(0.1)], **QUICK).fit(X, Y)
    assert [type(layer).__name__ for layer in layers.model_.layers][-3:] == [
        *("Dense", "Dropout", "Dense")
    ]
    own = Sequential([Input((4,)), Dense(9, "relu"), Dense(3, "softmax")])
    own.compile("adam", "sparse_categorical_crossentropy")
    before = own.get_weights()
    fitted = PellucidClassifier(own, epochs=5).fit(X, Y)
    for mine, kept in zip(before, own.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, kept)
    assert fitted.model_.recipe == own.recipe
    with pytest.raises(ShapeError, match="does not fit the rows"):
        PellucidClassifier(own).fit(X[:, :2], Y)
    with pytest.raises(ConfigError, match="made of hidden layers"):
        PellucidClassifier("wide").fit(X, Y)


def test_batches_may_come_one_by_one():
    parts = PellucidClassifier((10,), learning_rate=0.03)
    for _ in range(20):
        for start in (0, 50, 100):
            rows = slice(start, start + 50)
            parts.partial_fit(X[rows], NAMES[rows], classes=np.unique(NAMES))
    assert parts.score(X, NAMES) > 0.8 and parts.n_iter_ == 60
    with pytest.raises(DataError, match="none of the classes"):
        parts.partial_fit(X[:2], ["rose", "setosa"])


@pytest.mark.parametrize("kind", [PellucidClassifier, PellucidRegressor, RBM])
def test_a_pickle_predicts_the_same_and_goes_on_alike(kind):
    first = kind() if kind is RBM else kind((5,), epochs=3)
    first.set_params(**({"n_components": 3, "n_iter": 2} if kind is RBM else {})).fit(X, Y)
    second = pickle.loads(pickle.dumps(first))
    answers = [e.transform(X) if kind is RBM else e.predict(X) for e in (first, second)]
    np.testing.assert_array_equal(*answers)
    for one in (first, second):
        one.partial_fit(X, Y)
    answers = [e.transform(X) if kind is RBM else e.predict(X) for e in (first, second)]
    np.testing.assert_array_equal(*answers)


def test_early_stopping_keeps_the_best_and_counts():
    stopped = PellucidClassifier(
        (10,), epochs=400, learning_rate=0.1, early_stopping=True, patience=3
    ).fit(X, Y)
    assert stopped.n_iter_ < 400 and stopped.n_iter_ == len(stopped.history_["loss"])
    assert "val_loss" in stopped.history_


def test_weights_of_classes_bring_rare_ones_up():
    rare = np.concatenate([np.arange(100), np.arange(100, 106)])
    plain = PellucidClassifier((), epochs=60).fit(X[rare], Y[rare])
    balanced = PellucidClassifier((), epochs=60, class_weight="balanced").fit(X[rare], Y[rare])
    assert balanced.score(X[100:], Y[100:]) > plain.score(X[100:], Y[100:])
    with pytest.raises(DataError, match="row 3"):
        balanced.fit(X, Y, sample_weight=np.where(np.arange(150) == 3, -1.0, 1.0))


def test_one_class_is_refused():
    for kind in (PellucidClassifier, Perceptron):
        with pytest.raises(DataError, match="1 class"):
            kind().fit(X[:50], Y[:50])


def test_features_of_a_machine_serve_a_classifier_as_scikit_learns_do():
    from sklearn.datasets import load_digits

    rows, digits = load_digits(return_X_y=True)
    rows = rows[:600] / 16
    scores = [
        make_pipeline(machine, LogisticRegression(max_iter=500))
        .fit(rows[:400], digits[:400])
        .score(rows[400:], digits[400:600])
        for machine in (
            RBM(60, n_iter=15),
            BernoulliRBM(60, n_iter=15, learning_rate=0.05, random_state=0),
        )
    ]
    assert scores[0] > scores[1] - 0.03
    machine = RBM(5, n_iter=2).fit(rows)
    assert machine.components_.shape == (5, 64)
    assert machine.get_feature_names_out().tolist() == [f"rbm{i}" for i in range(5)]
    assert machine.gibbs(rows[:3]).shape == (3, 64)


def test_a_perceptron_says_whether_it_came_to_an_end():
    several = Perceptron(max_iter=100).fit(X, NAMES)
    assert several.converged_.tolist() == [True, False, False]
    assert several.score(X, NAMES) > 0.6


@pytest.mark.parametrize("kind", [PellucidClassifier, PellucidRegressor])
def test_D7_other_units_are_warned_of_with_the_range_of_training(kind):
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    fitted = kind((4,), epochs=1, doctor="off").fit(frame, Y)
    inches = frame.assign(c=frame["c"] / 25.4)
    with pytest.warns(UserWarning, match=r"column 'c': 150 of 150 rows lie outside of 1 to 6\.9"):
        fitted.predict(inches)
    with pytest.warns(UserWarning, match="column 2: 1 of 1 rows.*row 0 has 51"):
        kind((4,), epochs=1, doctor="off").fit(X, Y).predict([[5, 3, 51, 1]])
    fitted.partial_fit(inches, Y)
    fitted.predict(inches)  # of which there is nothing to tell any more


def test_D7_columns_are_known_by_their_names():
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    fitted = PellucidClassifier((4,), epochs=1, doctor="off").fit(frame, Y)
    for wrong in (
        frame[["b", "a", "c", "d"]],
        frame[["a", "b", "c"]],
        frame.rename({"a": "e"}, axis=1),
    ):
        with pytest.raises(ValueError, match="feature names should match"):
            fitted.predict(wrong)


def test_D7_words_that_training_had_not_are_refused_by_what_encodes_them():
    words = pd.DataFrame({"colour": ["red", "blue"] * 20, "size": np.arange(40.0)})
    encoder = make_column_transformer((OneHotEncoder(), ["colour"]), remainder="passthrough")
    steps = make_pipeline(encoder, PellucidClassifier((4,), epochs=1, doctor="off"))
    steps.fit(words, np.arange(40) % 2)
    with pytest.raises(ValueError, match="unknown categories \\['green'\\] in column 0"):
        steps.predict(words.assign(colour="green"))
    with pytest.raises(ValueError, match="could not convert string to float: 'red'"):
        PellucidClassifier((4,)).fit(words, np.arange(40) % 2)
