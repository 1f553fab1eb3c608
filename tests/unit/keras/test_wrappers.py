"""Keras models as scikit-learn estimators, in the ways in which scripts use them."""

import pickle
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from pellucid.base.errors import ConfigError, DataError
from pellucid.keras.callbacks import EarlyStopping
from pellucid.keras.engine.base.hints import KerasHint, forget_hints
from pellucid.keras.engine.base.strictness import set_strict
from pellucid.keras.layers import Dense, Input
from pellucid.keras.models import Sequential
from pellucid.keras.optimizers import Adam
from pellucid.keras.utils import set_random_seed
from pellucid.keras.wrappers import SKLearnClassifier, SKLearnRegressor, SKLearnTransformer
from pellucid.keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

X, LABELS = load_iris(return_X_y=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[LABELS]
HIGH = X[:, 2] > 2.5  # two classes
LENGTH = X[:, 3] - X[:, 0]


def three(units=8, learning_rate=0.05):
    model = Sequential([Input((4,)), Dense(units, "relu"), Dense(3, "softmax")])
    model.compile(loss="categorical_crossentropy", optimizer=Adam(learning_rate))
    return model


def sparse():
    model = Sequential([Input((4,)), Dense(8, "relu"), Dense(3, "softmax")])
    model.compile(Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def two(loss="binary_crossentropy", activation="sigmoid"):
    model = Sequential([Input((4,)), Dense(4, "tanh"), Dense(1, activation)])
    model.compile(Adam(0.1), loss)
    return model


def number():
    model = Sequential([Input((4,)), Dense(8, "relu"), Dense(1)])
    model.compile(Adam(0.05), "mse")
    return model


def bare(units=8):
    return Sequential([Input((4,)), Dense(units, "relu"), Dense(3, "softmax")])


@pytest.fixture(autouse=True)
def every_hint_anew():
    forget_hints()
    set_random_seed(1)  # of some seeds, all eight units of relu are dead after a few steps


BRIEF = {"epochs": 30, "batch_size": 30, "verbose": 0}


@pytest.mark.parametrize("y", [LABELS, NAMES, LABELS[:, None]], ids=["ints", "names", "column"])
@pytest.mark.parametrize("build", [three, sparse])
def test_labels_come_back_as_they_went_in(build, y):
    estimator = KerasClassifier(build_fn=build, **BRIEF).fit(X, y)
    predicted = estimator.predict(X)
    assert predicted.shape == (150,)
    assert predicted.dtype == y.dtype
    assert np.mean(predicted == np.ravel(y)) == estimator.score(X, y) > 0.9
    assert list(estimator.classes_) == sorted(set(np.ravel(y)))
    assert is_classifier(estimator)


def test_one_hot_rows_are_classes_by_number():
    estimator = KerasClassifier(build_fn=three, **BRIEF).fit(X, np.eye(3)[LABELS])
    assert set(estimator.predict(X)) <= {0, 1, 2}
    assert estimator.score(X, np.eye(3)[LABELS]) == estimator.score(X, LABELS) > 0.9
    assert KerasClassifier(model=three, **BRIEF).fit(X, np.eye(3)[LABELS]).predict(X).shape == (
        150,
        3,
    )


@pytest.mark.parametrize("settings", [{}, {"loss": "hinge", "activation": "linear"}], ids=str)
def test_two_classes_from_one_output(settings):
    estimator = KerasClassifier(two, **BRIEF, **settings).fit(X, np.where(HIGH, "yes", "no"))
    assert estimator.score(X, np.where(HIGH, "yes", "no")) > 0.95
    shares = estimator.predict_proba(X)
    assert shares.shape == (150, 2)
    assert np.allclose(shares.sum(axis=1), 1)
    assert ((shares[:, 1] > 0.5) == (estimator.predict(X) == "yes")).all() or settings


def test_several_labels_a_row():
    y = np.stack([HIGH, ~HIGH, np.ones(150)], axis=1).astype(int)

    def build():
        model = Sequential([Input((4,)), Dense(4, "tanh"), Dense(3, "sigmoid")])
        model.compile(Adam(0.1), "binary_crossentropy")
        return model

    estimator = KerasClassifier(build, **BRIEF).fit(X, y)
    assert estimator.predict(X).shape == (150, 3)
    assert estimator.score(X, y) > 0.9


def test_what_keras_2_returned_is_on_the_estimator():
    history = KerasClassifier(build_fn=sparse, **BRIEF).fit(X, LABELS)
    assert len(history.history["loss"]) == len(history.epoch) == 30
    with pytest.warns(KerasHint, match="accuracy"):
        assert history.history["acc"] == history.history_["accuracy"]
    assert history.model.predict(X[:2], verbose=0).shape == (2, 3)
    assert (history.predict_classes(X) == history.predict(X)).all()


def test_clone_keeps_parameters_and_no_model():
    estimator = KerasClassifier(build_fn=three, units=5, epochs=2, verbose=0)
    estimator.fit(X, LABELS)
    copy = clone(estimator)
    assert copy.get_params() == estimator.get_params()
    assert copy.get_params()["units"] == 5
    assert not hasattr(copy, "model_")
    assert "units=5" in repr(copy)


def test_grids_search_the_builder_s_own_arguments_and_fit_s():
    grid = GridSearchCV(
        KerasClassifier(build_fn=three, verbose=0, epochs=20, batch_size=30),
        {"units": [1, 8], "learning_rate": [0.05], "epochs": [1, 20]},
        cv=KFold(2, shuffle=True, random_state=0),
    )
    found = grid.fit(X, LABELS)
    assert found.best_params_ == {"units": 8, "learning_rate": 0.05, "epochs": 20}
    assert found.best_estimator_.model.layers[0].units == 8
    assert found.cv_results_["mean_test_score"].min() != found.best_score_


def test_pipelines_and_cross_validation():
    steps = [("scale", StandardScaler()), ("net", KerasClassifier(build_fn=sparse, **BRIEF))]
    folds = KFold(3, shuffle=True, random_state=0)
    assert cross_val_score(Pipeline(steps), X, NAMES, cv=folds).mean() > 0.85
    assert cross_val_score(Pipeline(steps), X, NAMES, cv=folds, scoring="f1_macro").mean() > 0.8
    pipeline = Pipeline(steps).set_params(net__epochs=1).fit(X, NAMES, net__verbose=0)
    assert pipeline.named_steps["net"].epoch == [0]


def test_scikeras_has_its_own_words():
    estimator = KerasClassifier(
        model=bare,
        loss="sparse_categorical_crossentropy",
        optimizer="adam",
        optimizer__learning_rate=0.05,
        metrics=["accuracy"],
        model__units=7,
        fit__shuffle=False,
        random_state=3,
        **BRIEF,
    )
    estimator.fit(X, NAMES)
    assert estimator.model_.layers[0].units == 7
    assert float(np.asarray(estimator.model_.optimizer.learning_rate)) == pytest.approx(0.05)
    assert estimator.score(X, NAMES) > 0.9
    again = clone(estimator).fit(X, NAMES)
    assert again.history_["loss"] == estimator.history_["loss"]


def test_a_builder_may_ask_for_the_data_s_shape():
    asked = {}

    def build(hidden, meta, compile_kwargs):
        asked.update(meta)
        layers = [
            Input((meta["n_features_in_"],)),
            Dense(hidden),
            Dense(meta["n_classes_"], "softmax"),
        ]
        model = Sequential(layers)
        model.compile(**compile_kwargs)
        return model

    loss = "sparse_categorical_crossentropy"
    KerasClassifier(build, loss=loss, hidden=3, epochs=1, verbose=0).fit(X, NAMES)
    assert asked["X_shape_"] == X.shape
    assert asked["target_type_"] == "multiclass"


def test_a_fit_leaves_the_callbacks_given_as_they_were():
    stopper = EarlyStopping("loss", patience=0, min_delta=100.0)
    estimator = KerasClassifier(build_fn=three, epochs=20, verbose=0, callbacks=[stopper])
    estimator.fit(X, LABELS)
    assert len(estimator.epoch) == 2
    assert stopper.model is None
    chosen = {"callbacks": EarlyStopping, "callbacks__monitor": "loss", "callbacks__min_delta": 9.0}
    assert len(KerasClassifier(three, epochs=20, verbose=0, **chosen).fit(X, LABELS).epoch) == 2


@pytest.mark.parametrize("weights", ["balanced", {"yes": 1.0, "no": 30.0}])
def test_class_weights_are_told_by_label(weights):
    rare = np.where(np.arange(150) % 15 == 0, "yes", "no")  # nothing to be learnt
    weighted = KerasClassifier(two, class_weight=weights, **BRIEF).fit(X, rare)
    share = weighted.predict_proba(X)[:, 1].mean()
    assert 0.3 < share < 0.7 if weights == "balanced" else share < 0.03


def test_regressors_predict_numbers_and_score_r_squared():
    estimator = KerasRegressor(build_fn=number, **BRIEF).fit(X, LENGTH)
    assert is_regressor(estimator)
    assert estimator.predict(X).shape == (150,)
    with pytest.warns(KerasHint, match="R squared"):
        score = estimator.score(X, LENGTH)
    assert 0.8 < score <= 1
    expected = -np.mean((estimator.predict(X) - LENGTH) ** 2)
    scored = cross_val_score(
        estimator, X, LENGTH, cv=KFold(2, shuffle=True), scoring="neg_mean_squared_error"
    )
    assert scored.max() < 0
    set_strict(True)
    try:
        assert estimator.score(X, LENGTH) == pytest.approx(expected, rel=1e-4)
    finally:
        set_strict(None)


def test_held_out_labels_are_encoded_too():
    rows, others, names, other_names = train_test_split(X, NAMES, random_state=0)
    estimator = KerasClassifier(three, epochs=2, verbose=0)
    estimator.fit(rows, names, validation_data=(others, other_names))
    assert len(estimator.history["val_loss"]) == 2


def test_going_on_with_the_same_model():
    estimator = KerasClassifier(three, epochs=2, verbose=0, warm_start=True).fit(X, LABELS)
    model = estimator.model_
    estimator.fit(X, LABELS).partial_fit(X, LABELS)
    assert estimator.model_ is model
    assert len(estimator.history_["loss"]) == 5
    assert estimator.set_params(warm_start=False).fit(X, LABELS).model_ is not model


def test_fitted_estimators_can_be_pickled():
    estimator = KerasClassifier(build_fn=three, epochs=3, verbose=0).fit(X, NAMES)
    again = pickle.loads(pickle.dumps(estimator))
    assert np.allclose(again.predict_proba(X), estimator.predict_proba(X), atol=1e-6)
    assert (again.predict(X) == estimator.predict(X)).all()
    assert again.history_ == estimator.history_


def test_what_leads_nowhere_is_refused():
    with pytest.raises(ConfigError, match="epochs"):
        KerasClassifier(build_fn=three, epoch=3)
    with pytest.raises(ConfigError, match="nothing to build"):
        KerasClassifier().fit(X, LABELS)
    with pytest.raises(DataError, match=r"Dense\(3, activation='softmax'\)"):
        KerasClassifier(two, epochs=1, verbose=0).fit(X, LABELS)
    with pytest.raises(DataError, match="numbers"):
        KerasRegressor(number, epochs=1, verbose=0).fit(X, NAMES)


def wrapped(X, y, width=8, loss="categorical_crossentropy"):
    outputs = y.shape[1]
    last = Dense(outputs, "softmax" if loss.startswith("cat") else "linear")
    model = Sequential([Input((X.shape[1],)), Dense(width, "relu"), last])
    model.compile(Adam(0.05), loss)
    return model


class TestKeras3Wrappers:
    def test_classifiers_keep_fit_kwargs_when_cloned(self):
        estimator = SKLearnClassifier(wrapped, model_kwargs={"width": 6}, fit_kwargs=BRIEF)
        copy = clone(estimator)
        assert copy.fit_kwargs == BRIEF
        copy.fit(X, NAMES)
        assert len(copy.history_.epoch) == 30
        assert copy.score(X, NAMES) > 0.9
        assert np.allclose(copy.predict_proba(X).sum(axis=1), 1, atol=1e-5)
        assert (copy.classes_[copy.decision_function(X).argmax(1)] == copy.predict(X)).all()

    def test_models_are_cloned_before_they_learn(self):
        model = three()
        before = model.get_weights()
        estimator = SKLearnClassifier(model, fit_kwargs=BRIEF).fit(X, LABELS)
        assert estimator.score(X, LABELS) > 0.8
        assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))

    def test_regressors_and_transformers(self):
        settings = {"model_kwargs": {"loss": "mse"}, "fit_kwargs": BRIEF}
        regressor = SKLearnRegressor(wrapped, **settings).fit(X, LENGTH)
        assert regressor.predict(X).shape == (150,)
        assert regressor.score(X, LENGTH) > 0.7
        pair = np.stack([LENGTH, LENGTH], axis=1)
        assert SKLearnRegressor(wrapped, **settings).fit(X, pair).predict(X).shape == (150, 2)
        assert SKLearnTransformer(wrapped, **settings).fit(X, pair).transform(X).shape == (150, 2)

    def test_they_can_be_pickled_and_refuse_what_they_cannot_learn(self):
        estimator = SKLearnClassifier(three(), fit_kwargs={"epochs": 1, "verbose": 0})
        estimator.fit(X, NAMES)
        again = pickle.loads(pickle.dumps(estimator))
        assert (again.predict(X) == estimator.predict(X)).all()
        with pytest.raises(DataError, match="one class"):
            estimator.fit(X, np.zeros(150, int))


def test_folds_may_run_in_two_processes(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            """
            from sklearn.datasets import load_iris
            from sklearn.model_selection import cross_val_score
            from pellucid.keras.layers import Dense, Input
            from pellucid.keras.models import Sequential
            from pellucid.keras.wrappers.scikit_learn import KerasClassifier

            def build():
                model = Sequential([Input((4,)), Dense(8, "relu"), Dense(3, "softmax")])
                model.compile("adam", "sparse_categorical_crossentropy")
                return model

            if __name__ == "__main__":
                x, y = load_iris(return_X_y=True)
                estimator = KerasClassifier(build, epochs=2, verbose=0)
                found = cross_val_score(estimator, x, y, n_jobs=2, cv=2)
                print(len(found), float(found.min()) >= 0)
            """
        )
    )
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["2", "True"]
