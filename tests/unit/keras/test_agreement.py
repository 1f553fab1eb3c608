"""What loss, accuracy and output must agree on."""

import numpy as np
import pytest

from pellucid import keras
from pellucid.keras.engine.base.hints import KerasHint, forget_hints
from pellucid.keras.engine.base.strictness import set_strict

RNG = np.random.default_rng(5)
X = RNG.normal(size=(24, 3)).astype("float32")
LABELS = np.arange(24) % 3
YES = (LABELS > 0).astype("float32")
MANY = (X > 0).astype("float32")


@pytest.fixture(autouse=True)
def every_hint_anew():
    forget_hints()
    yield
    set_strict(None)


def recipe(outputs, last, loss, metrics=()):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(outputs, activation=last)])
    model.compile("sgd", loss, metrics=list(metrics))
    _, compiled = model._learner.compiled_for(((3,),))
    return compiled.recipe


CROSS_ENTROPIES = [
    (keras.losses.BinaryCrossentropy, 1, "sigmoid"),
    (keras.losses.BinaryFocalCrossentropy, 1, "sigmoid"),
    (keras.losses.CategoricalCrossentropy, 3, "softmax"),
    (keras.losses.CategoricalFocalCrossentropy, 3, "softmax"),
    (keras.losses.SparseCategoricalCrossentropy, 3, "softmax"),
]


@pytest.mark.parametrize(("loss", "outputs", "link"), CROSS_ENTROPIES, ids=lambda v: str(v))
class TestCrossEntropies:
    def test_what_agrees_is_left_alone(self, loss, outputs, link):
        assert not recipe(outputs, link, loss()).goals[0].loss.from_logits
        assert recipe(outputs, "linear", loss(from_logits=True)).goals[0].loss.from_logits

    def test_logits_are_taken_for_logits(self, loss, outputs, link):
        with pytest.warns(KerasHint, match="no activation.*from_logits=True, or end with"):
            assert recipe(outputs, "linear", loss()).goals[0].loss.from_logits

    def test_probabilities_are_taken_for_probabilities(self, loss, outputs, link):
        with pytest.warns(KerasHint, match=f"ends with {link}.*left out of account"):
            assert not recipe(outputs, link, loss(from_logits=True)).goals[0].loss.from_logits

    def test_strictly_nothing_is_changed(self, loss, outputs, link):
        set_strict(True)
        assert not recipe(outputs, "linear", loss()).goals[0].loss.from_logits
        assert recipe(outputs, link, loss(from_logits=True)).goals[0].loss.from_logits

    def test_the_reduction_stays(self, loss, outputs, link):
        with pytest.warns(KerasHint, match="takes it for logits"):
            goal = recipe(outputs, "linear", loss(reduction="sum")).goals[0]
        assert goal.loss.inner.from_logits and goal.loss.reduction == "sum"


def test_the_number_is_the_one_meant():
    right, wrong = (keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)]) for _ in range(2))
    wrong.set_weights(right.get_weights())
    right.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    wrong.compile("sgd", "sparse_categorical_crossentropy")
    with pytest.warns(KerasHint, match="takes it for logits"):
        found = wrong.evaluate(X, LABELS, verbose=0)
    assert found == right.evaluate(X, LABELS, verbose=0)


class TestAccuracy:
    def measured(self, model, y):
        return model.evaluate(X, y, verbose=0, return_dict=True)["accuracy"]

    def model(self, outputs, last, loss):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(outputs, activation=last)])
        model.compile("sgd", loss, metrics=["accuracy"])
        return model

    def test_with_a_hinge_loss_the_sign_counts(self):
        model = self.model(1, "tanh", "hinge")
        with pytest.warns(KerasHint, match="right sign"):
            found = self.measured(model, 2 * YES - 1)
        output = model.predict(X, verbose=0)[:, 0]
        assert found == pytest.approx(np.mean((output > 0) == (YES > 0)))

    def test_with_logits_the_threshold_is_zero(self):
        model = self.model(1, "linear", keras.losses.BinaryCrossentropy(from_logits=True))
        output = model.predict(X, verbose=0)[:, 0]
        assert self.measured(model, YES) == pytest.approx(np.mean((output > 0) == (YES > 0)))

    def test_of_several_sigmoid_outputs_each_counts(self):
        model = self.model(3, "sigmoid", "binary_crossentropy")
        with pytest.warns(KerasHint, match="counted one by one"):
            found = self.measured(model, MANY)
        output = model.predict(X, verbose=0)
        assert found == pytest.approx(np.mean((output > 0.5) == MANY))

    def test_of_numbers_it_says_that_there_are_no_classes(self):
        with pytest.warns(KerasHint, match="predicts numbers: mae"):
            recipe(1, "linear", "mse", ["accuracy"])

    def test_a_step_that_learns_classes_by_squares_is_left_alone(self):
        recipe(1, "sigmoid", "mse", ["accuracy"])
        recipe(3, "softmax", "categorical_crossentropy", ["accuracy"])
