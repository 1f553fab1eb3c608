"""The lectures' first steps: perceptrons, what they cannot do, and what a hidden layer does."""

import doctest

import numpy as np
import pytest

import pellucid as pc
from pellucid.layers.dense import Dense
from pellucid.models import perceptron as hand_set
from pellucid.optimizers import SGD

BOTH = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], "float32")
GATES = {"and": [0, 0, 0, 1], "or": [0, 1, 1, 1], "nand": [1, 1, 1, 0], "xor": [0, 1, 1, 0]}


def learnt(x, y, epochs=50):
    """Train by Rosenblatt's rule, w <- w + lr (y - a) x, one example at a time."""
    model = pc.Sequential([pc.Input((x.shape[1],)), Dense(1, "step")])
    model.compile(SGD(0.5), "perceptron", metrics=["accuracy"])
    model.fit(x, y, batch_size=1, epochs=epochs, verbose=0)
    return model


@pytest.mark.parametrize("gate", ["and", "or", "nand"])
def test_a_perceptron_learns(gate):
    model = learnt(BOTH, np.array(GATES[gate]))
    assert pc.truth_table(model).outputs == tuple(GATES[gate])


def test_a_perceptron_learns_not():
    x = np.array([[0], [1]], "float32")
    assert pc.truth_table(learnt(x, np.array([1, 0]))).outputs == (1, 0)


def test_a_perceptron_cannot_learn_xor():
    model = learnt(BOTH, np.array(GATES["xor"]), epochs=300)
    assert model.evaluate(BOTH, np.array(GATES["xor"]))["accuracy"] < 1


def test_a_hidden_layer_learns_xor():
    model = pc.Sequential([pc.Input((2,)), Dense(8, "tanh"), Dense(1, "sigmoid")])
    model.compile(SGD(1.0, momentum=0.9), "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(BOTH, np.array(GATES["xor"]), epochs=300, verbose=0)
    assert history["loss"][-1] < 0.01
    assert model.predict(BOTH).round().ravel().tolist() == GATES["xor"]


def test_the_perceptron_rule_is_the_step_that_is_taken():
    """Every update is lr (y - a) x, for every row in turn."""
    x, y = np.array([[0.3, -1.2]], "float32"), np.array([1])
    model = pc.Sequential([pc.Input((2,)), Dense(1, "step")])
    model.compile(SGD(0.5), "perceptron")
    model.set_weights([np.array([[-1.0], [1.0]], "float32"), np.array([-0.1], "float32")])
    seen = model.inspect(x, y)
    a = float(x[0] @ [-1.0, 1.0] - 0.1 > 0)
    np.testing.assert_allclose(seen["delta"]["dense"], [[a - 1]])
    np.testing.assert_allclose(seen["update"]["dense"]["kernel"], 0.5 * (1 - a) * x.T)


def test_xor_of_gates_set_by_hand():
    """XOR = AND(OR, NAND): two neurons hidden, one on top."""
    model = pc.Sequential([pc.Input((2,)), Dense(2, "step"), Dense(1, "step")])
    hidden = np.array([[1, -2], [1, -2]], "float32"), np.array([-0.5, 3], "float32")
    model.set_weights([*hidden, np.array([[1], [1]], "float32"), np.array([-1.5], "float32")])
    assert pc.truth_table(model).outputs == tuple(GATES["xor"])


def test_the_exercises_are_right():
    found = doctest.testmod(hand_set)
    assert found.attempted > 5
    assert found.failed == 0
