"""z, a, delta and gradients of whole networks: by hand in NumPy, and by finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree

from pellucid.functions.losses import CategoricalCrossentropy, MeanSquaredError
from pellucid.layers.convolution import Conv2D
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.merging import Add
from pellucid.layers.normalization import BatchNormalization
from pellucid.layers.pooling import MaxPooling2D
from pellucid.layers.reshaping import Flatten, Reshape
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.network.graph import chain, trace
from pellucid.optimizers import SGD
from pellucid.training.measuring import mean_loss
from pellucid.training.state import Examples, Goal, Recipe
from pellucid.training.step import objective

RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 4)).astype("float32")
Y = np.eye(3, dtype="float32")[X[:, :3].argmax(1)]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_backpropagation_written_out():
    """delta_L = a - y, delta_l = (delta_{l+1} W^T) f'(z_l), dJ/dW = a^T delta / n."""
    layers = [Dense(6, "sigmoid", name="one"), Dense(5, "tanh", name="two")]
    model = Sequential([Input((4,)), *layers, Dense(3, "softmax", name="out")])
    model.compile(SGD(0.1), "categorical_crossentropy")
    seen, w = model.inspect(X, Y), model.weights
    z1 = X @ w["one/kernel"] + w["one/bias"]
    a1 = sigmoid(z1)
    z2 = a1 @ w["two/kernel"] + w["two/bias"]
    a2 = np.tanh(z2)
    z3 = a2 @ w["out/kernel"] + w["out/bias"]
    a3 = np.exp(z3) / np.exp(z3).sum(1, keepdims=True)
    delta3 = a3 - Y
    delta2 = delta3 @ w["out/kernel"].T * (1 - a2**2)
    delta1 = delta2 @ w["two/kernel"].T * a1 * (1 - a1)
    wanted = {
        "z": {"one": z1, "two": z2, "out": z3},
        "a": {"one": a1, "two": a2, "out": a3},
        "delta": {"one": delta1, "two": delta2, "out": delta3},
    }
    for signal, by_layer in wanted.items():
        for layer, array in by_layer.items():
            np.testing.assert_allclose(seen[signal][layer], array, atol=2e-6)
    inputs, deltas = {"one": X, "two": a1, "out": a2}, wanted["delta"]
    for layer in ("one", "two", "out"):
        kernel = inputs[layer].T @ deltas[layer] / len(X)
        np.testing.assert_allclose(seen["gradient"][layer]["kernel"], kernel, atol=1e-6)
        np.testing.assert_allclose(
            seen["gradient"][layer]["bias"], deltas[layer].mean(0), atol=1e-6
        )
        np.testing.assert_allclose(seen["update"][layer]["kernel"], -0.1 * kernel, atol=1e-6)


def test_convolution_and_pooling_written_out():
    """The same for a window: dJ/dK = sum over positions of patch^T delta."""
    x = RNG.normal(size=(3, 6, 6, 2)).astype("float32")
    y = RNG.normal(size=(3, 2)).astype("float32")
    layers = [Conv2D(3, 3, activation="tanh", name="conv"), MaxPooling2D(name="pool")]
    model = Sequential([Input((6, 6, 2)), *layers, Flatten(), Dense(2, name="out")])
    model.compile(SGD(0.1), "mse")
    seen, w = model.inspect(x, y), model.weights
    kernel = w["conv/kernel"]
    z = np.zeros((3, 4, 4, 3))
    for i in range(4):
        for j in range(4):
            patch = x[:, i : i + 3, j : j + 3]
            z[:, i, j] = np.einsum("bhwc,hwcf->bf", patch, kernel) + w["conv/bias"]
    np.testing.assert_allclose(seen["z"]["conv"], z, atol=1e-5)
    windows = (
        np.tanh(z).reshape(3, 2, 2, 2, 2, 3).transpose(0, 1, 3, 5, 2, 4).reshape(3, 2, 2, 3, 4)
    )
    np.testing.assert_allclose(seen["a"]["pool"], windows.max(-1), atol=1e-5)
    flat = windows.max(-1).reshape(3, -1)
    delta_out = 2 / 2 * (flat @ w["out/kernel"] + w["out/bias"] - y)
    delta_pool = (delta_out @ w["out/kernel"].T).reshape(3, 2, 2, 3)
    chosen = np.eye(4)[windows.argmax(-1)] * delta_pool[..., None]
    spread = chosen.reshape(3, 2, 2, 3, 2, 2).transpose(0, 1, 4, 2, 5, 3).reshape(3, 4, 4, 3)
    delta_conv = spread * (1 - np.tanh(z) ** 2)
    np.testing.assert_allclose(seen["delta"]["pool"], delta_pool, atol=1e-5)
    np.testing.assert_allclose(seen["delta"]["conv"], delta_conv, atol=1e-5)
    by_hand = np.zeros_like(kernel)
    for i in range(4):
        for j in range(4):
            patch = x[:, i : i + 3, j : j + 3]
            by_hand += np.einsum("bhwc,bf->hwcf", patch, delta_conv[:, i, j]) / 3
    np.testing.assert_allclose(seen["gradient"]["conv"]["kernel"], by_hand, atol=1e-5)


def test_a_shared_layer_has_a_delta_for_each_use():
    shared, x = Dense(4, "tanh", name="shared"), Input((4,), name="x")
    once = shared(x)
    out = Dense(3, "softmax", name="out")(Add(name="sum")(once, shared(once)))
    model = Model(x, out)
    model.compile("sgd", "categorical_crossentropy")
    seen = model.inspect(X, Y)
    assert set(seen["delta"]) == {"shared", "shared_1", "sum", "out"}
    first, second = seen["delta"]["shared"], seen["delta"]["shared_1"]
    by_hand = (X.T @ first + seen["a"]["shared"].T @ second) / len(X)
    np.testing.assert_allclose(seen["gradient"]["shared"]["kernel"], by_hand, atol=1e-6)


def branched():
    """Return a graph with a shared layer, a sum, and an output taken on the way."""
    x, shared = Input((4,), name="x"), Dense(4, "tanh", name="shared")
    once = shared(x)
    way = Dense(3, "sigmoid", name="way")(once)
    return trace([x], [Dense(3, "softmax", name="out")(Add()(once, shared(once))), way])


PICTURES = [Reshape((2, 2, 1)), Conv2D(3, 2, padding="same", activation="tanh"), MaxPooling2D(1)]
OUT = Goal("out", CategoricalCrossentropy())
SQUARES = Goal("out", MeanSquaredError())
NETWORKS = {
    "softmax": (chain((4,), [Dense(5, "tanh"), Dense(3, "softmax", name="out")]), (OUT,)),
    "linear": (chain((4,), [Dense(5, "sigmoid"), Dense(3, name="out")]), (SQUARES,)),
    "unlinked": (
        chain((4,), [Dense(5, "softplus"), Dense(3, "sigmoid", name="out")]),
        (SQUARES,),
    ),
    "normalized": (
        chain((4,), [Dense(5), BatchNormalization(), Dense(3, "softmax", name="out")]),
        (OUT,),
    ),
    "regularized": (
        chain((4,), [Dense(5, "tanh", kernel_regularizer="l2"), Dense(3, name="out")]),
        (SQUARES,),
    ),
    "convolution": (
        chain((4,), [*PICTURES, Flatten(), Dense(3, "softmax", name="out")]),
        (OUT,),
    ),
    "branched": (branched(), (OUT, Goal("way", MeanSquaredError(), 0.3))),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_and_deltas_agree_with_finite_differences(name):
    """In float64, at a step of 1e-5, where both errors are below 1e-7."""
    network, goals = NETWORKS[name]
    with jax.enable_x64(True):
        recipe = Recipe(network, goals, (), SGD(), dtype="float64")
        params, state = network.init(jax.random.key(1))
        double = lambda tree: jax.tree.map(lambda p: p.astype("float64"), tree)  # noqa: E731
        params, state = double(params), double(state)
        targets = {goal.output: jnp.array(Y, float) for goal in goals}
        weights = {goal.output: jnp.ones(len(X)) for goal in goals}
        batch = Examples({"x": jnp.array(X, float)}, targets, weights)
        nudges = network.nudges(len(X), "float64")

        def cost(params, nudges):
            forward = network.apply(
                params, state, batch.inputs, key=jax.random.key(0), training=True, nudges=nudges
            )
            return mean_loss(recipe, forward, batch, params)

        slopes = jax.grad(cost, argnums=(0, 1))(params, nudges)
        flat, restore = ravel_pytree((params, nudges))
        slope, _ = ravel_pytree(slopes)
        jitted = jax.jit(lambda flat: cost(*restore(flat)))
        for seed in range(10):
            direction = np.random.default_rng(seed).normal(size=flat.shape)
            found = (jitted(flat + 1e-5 * direction) - jitted(flat - 1e-5 * direction)) / 2e-5
            np.testing.assert_allclose(slope @ direction, found, atol=1e-6, rtol=1e-7)


def test_the_objective_is_what_the_records_say():
    model = Sequential([Input((4,)), Dense(3, "softmax")])
    model.compile("sgd", "categorical_crossentropy")
    train = model.trainer.train
    weights = {"dense": jnp.ones(len(X))}
    batch = Examples({"x": jnp.array(X)}, {"dense": jnp.array(Y)}, weights)
    nudges = model.network.nudges(len(X), "float32")
    loss, _ = objective(train.params, nudges, {}, model.recipe, train, batch)
    assert model.evaluate(X, Y)["loss"] == pytest.approx(float(loss), rel=1e-6)
