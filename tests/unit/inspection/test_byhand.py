"""Backpropagation by hand against automatic differentiation, for everything that is registered."""

import jax
import numpy as np
import pytest
from cases_layers import CASES, Case

import pellucid as pc
from pellucid import layers
from pellucid.base.errors import StateError
from pellucid.functions.activations import ACTIVATIONS
from pellucid.functions.losses import LOSSES
from pellucid.inspection.byhand.backpropagation import backpropagate
from pellucid.inspection.byhand.losses import has_rule
from pellucid.inspection.byhand.rule import RULES
from pellucid.inspection.byhand.slopes import ALONG, SLOPES, through
from pellucid.inspection.replay import replay
from pellucid.layers import LAYERS, Dense
from pellucid.layers.noise import Noise
from pellucid.training.examples import as_examples

RANDOM = np.random.default_rng(0)
CORNERS = [-6.0, -3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 3.0, 6.0]
Z = np.array([[*CORNERS, -40.0], [*RANDOM.normal(size=9), 40.0], RANDOM.normal(size=10) * 4])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_has_a_slope_by_hand(name):
    """At its corners too, and far out: f'(z) is the one that automatic differentiation takes."""
    f = ACTIVATIONS[name]
    assert f in SLOPES or f in ALONG
    with jax.enable_x64(True):
        a, back = jax.vjp(jax.jit(f), Z)
        da = RANDOM.normal(size=a.shape)
        wanted = back(da)[0]
    np.testing.assert_allclose(through(f, Z, np.asarray(a), da), wanted, rtol=1e-9, atol=1e-12)


def checked(network, loss, x, y, **settings):
    model = pc.Model(*network) if isinstance(network, tuple) else pc.Sequential(network)
    model.compile("sgd", loss, **settings)
    seen = model.inspect(x, y)
    return seen, seen.check()


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_agrees(name):
    """Linked to its activation, and through another one."""
    for last in ("softmax", "sigmoid", "linear", "step"):
        loss = LOSSES.resolve(name)
        linked = loss.link is ACTIVATIONS[last]
        if last == "step" and not linked:  # nothing comes back through a step
            continue
        x = RANDOM.normal(size=(5, 4))
        labels = np.array([0, 2, 1, 0, 2])
        y = labels if loss.targets == "labels" else np.eye(3)[labels]
        if loss.targets == "any":
            y = RANDOM.normal(size=(5, 3))
        model = pc.Sequential([pc.Input((4,)), Dense(3, last)])
        model.compile("sgd", loss)
        examples = as_examples(model.recipe, x, y)
        step = replay(model.recipe, jax.device_get(model.trainer.train), examples)
        hand, wanted = backpropagate(step), step.slope["dense"]
        np.testing.assert_allclose(hand.slope["dense"], wanted, rtol=1e-9, atol=1e-15)
        kernel = step.gradient["dense"]["kernel"]
        np.testing.assert_allclose(hand.gradient["dense"]["kernel"], kernel, rtol=1e-9, atol=1e-15)
        assert bool(hand.assisted) != has_rule(loss, ACTIVATIONS[last])


def case_network(case):
    inputs = [
        pc.Input(shape, name=f"x{i}", dtype="int32" if case.ids else "float32")
        for i, shape in enumerate(case.shapes)
    ]
    middle = [x if case.ids else Dense(x.shape[-1], "tanh")(x) for x in inputs]
    out = case.layer(*middle) if case.layer.merges else case.layer(middle[0])
    return inputs, Dense(2)(layers.Flatten()(out))


KNOWN = [name for name in LAYERS if LAYERS[name] in RULES or issubclass(LAYERS[name], Noise)]


@pytest.mark.parametrize("name", KNOWN)
def test_every_rule_agrees_in_a_network(name):
    """Deltas and gradients before, in and after the layer; finite differences where smooth."""
    case = CASES[LAYERS[name].__name__]
    inputs, out = case_network(case)
    x = case.batch(5)
    x = x if isinstance(x, tuple) else (x,)
    columns = {f"x{i}": np.asarray(part) for i, part in enumerate(x)}
    _, found = checked((inputs, out), "mse", columns, RANDOM.normal(size=(5, 2)))
    assert found.agrees, str(found)
    assert {row.rule for row in found.layers} == {"by hand"}
    assert found.step.relative < 1e-4  # the very noise of the step, in float64


@pytest.mark.parametrize(
    "layer",
    [
        layers.Conv1D(3, 3, strides=2, padding="same", activation="relu"),
        layers.Conv1D(4, 2, padding="causal", dilation_rate=2, groups=2),
        layers.Conv1D(2, 3, padding="valid", use_bias=False),
        layers.MaxPooling1D(3, strides=1, padding="same"),
        layers.AveragePooling1D(3, strides=2, padding="same"),
        layers.PReLU("uniform"),
        layers.LayerNormalization(axis=(1, 2), center=False),
        layers.BatchNormalization(scale=False),
        layers.SpatialDropout1D(0.4),
        layers.ReLU(max_value=0.3, negative_slope=0.1, threshold=0.1),
        layers.Activation("softmax"),
        layers.LSTM(3),
        layers.SeparableConv1D(3, 2),
    ],
    ids=lambda layer: repr(layer),
)
def test_settings_of_layers_agree(layer):
    network = [pc.Input((7, 4)), layer, layers.Flatten(), Dense(3, "softmax")]
    y = np.array([0, 1, 2, 0])
    x = RANDOM.normal(size=(4, 7, 4))
    _, found = checked(network, "sparse_categorical_crossentropy", x, y)
    assert found.agrees, str(found)


OWN_DICE = [n for n, case in CASES.items() if case.random and not issubclass(LAYERS[n], Noise)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layer", "shapes"),
    [
        *((CASES[name].layer, CASES[name].shapes) for name in OWN_DICE),
        (layers.TimeDistributed(layers.GaussianNoise(0.5)), ((7, 4),)),
        (layers.Bidirectional(layers.GRU(2, dropout=0.5)), ((7, 4),)),
    ],
    ids=lambda part: type(part).__name__,
)
def test_dice_that_a_layer_throws_itself_fall_in_float64_as_in_the_step(layer, shapes):
    model = pc.Model(*case_network(Case(layer, shapes)))
    model.compile("sgd", "mse")
    columns = {f"x{i}": RANDOM.normal(size=(5, *shape)) for i, shape in enumerate(shapes)}
    seen = model.inspect(columns, RANDOM.normal(size=(5, 2)))
    again = replay(seen.recipe, seen.train, seen.batch)
    for name, z in seen["z"].items():
        np.testing.assert_allclose(z, again.z[name], rtol=1e-4, atol=1e-5)


def test_a_layer_with_dice_and_a_parameter_of_one_number_agrees():
    case = CASES["Attention"]
    columns = {f"x{i}": RANDOM.normal(size=(5, *s)) for i, s in enumerate(case.shapes)}
    _, found = checked(case_network(case), "mse", columns, RANDOM.normal(size=(5, 2)))
    assert found.agrees, str(found)
    assert found.step.relative < 1e-4


def test_branches_shared_layers_penalties_and_two_losses_agree():
    x, shared = (
        pc.Input((4,), name="x"),
        Dense(4, "tanh", name="shared", kernel_regularizer="l1_l2"),
    )
    once = shared(x)
    mixed = layers.Concatenate()(layers.Multiply()(once, shared(once)), layers.Dropout(0.5)(once))
    way = Dense(3, "sigmoid", name="way", activity_regularizer="l2")(once)
    out = Dense(3, "softmax", name="out", kernel_regularizer="orthogonal")(mixed)
    model = pc.Model([x], [out, way])
    model.compile(
        "adam",
        {"out": "categorical_crossentropy", "way": "mse"},
        loss_weights={"out": 0.7, "way": 0.2},
    )
    x = RANDOM.normal(size=(6, 4))
    y = np.eye(3)[[0, 1, 2, 2, 1, 0]]
    seen = model.inspect(x, {"out": y, "way": y})
    found = seen.check()
    assert found.agrees, str(found)
    path = seen.path("shared/kernel[1,2]", row=None, most=3)
    assert path.total == pytest.approx(path.gradient, rel=1e-10)


def test_a_mask_and_a_frozen_layer_agree():
    network = [
        pc.Input((5,), dtype="int32"),
        layers.Embedding(6, 3, mask_zero=True),
        layers.BatchNormalization(),
        Dense(4, "gelu", name="still"),
        layers.GlobalAveragePooling1D(),
        Dense(1, "sigmoid"),
    ]
    model = pc.Sequential(network)
    model.freeze("still")
    model.compile("sgd", "bce")
    seen = model.inspect(RANDOM.integers(0, 6, (4, 5)), [[0], [1], [1], [0]])
    found = seen.check()
    assert found.agrees, str(found)
    assert "still" not in seen["gradient"]
    with pytest.raises(StateError, match="frozen"):
        seen.path("still/kernel[0,0]")
