"""A surface's heights are the losses of those weights; looking changes nothing."""

import jax
import numpy as np
import pytest

from pellucid import Input, Sequential, compare_regimes, gradient_cloud, loss_surface
from pellucid.base.errors import ConfigError, ShapeError
from pellucid.layers import BatchNormalization, Dense, Dropout, Normalization
from pellucid.training.surface import as_params, as_vector

DRAW = np.random.default_rng(7)
X = DRAW.normal(size=(40, 3)).astype(np.float32)
Y = (X[:, :1] * X[:, 1:2] > 0).astype(np.float32)


@pytest.fixture
def model():
    layers = [Normalization(), Dense(4, "tanh"), BatchNormalization(), Dropout(0.5)]
    made = Sequential([Input((3,)), *layers, Dense(1, "sigmoid")], seed=2)
    made.compile("sgd", "binary_crossentropy", ["accuracy"])
    made.fit(X, Y, epochs=3, verbose=0)
    return made


def bits(model):
    return [np.array(leaf) for leaf in jax.tree.leaves(model.train_state)]


def loss_with(model, w):
    """The loss at weights w, through the model's own evaluate."""
    other = Sequential(model.layers[:], seed=2)
    other.build((3,))
    other.compile("sgd", "binary_crossentropy")
    params = as_params(model.network, w)
    paths = {f"{o}/{n}": a for o, group in params.items() for n, a in group.items()}
    other.set_weights({**model.weights, **paths})
    return other.evaluate(X, Y)[0]


def test_each_height_is_the_loss_of_its_weights(model):
    names = ("dense/kernel[0,1]", "dense_1/bias[0]")
    surface = loss_surface(model, X, Y, plane=names, resolution=3)
    for row, t in enumerate(surface.t):
        for column, s in enumerate(surface.s):
            params = {o: dict(g) for o, g in as_params(model.network, as_vector(
                jax.device_get(model.train_state.params))).items()}  # fmt: skip
            params["dense"]["kernel"] = params["dense"]["kernel"].copy()
            params["dense"]["kernel"][0, 1] = s
            params["dense_1"]["bias"] = np.array([t])
            expected = loss_with(model, as_vector(params))
            assert surface.loss[row, column] == pytest.approx(expected, rel=1e-5)
    kernel, bias = model.weights["dense/kernel"], model.weights["dense_1/bias"]
    assert surface.here == pytest.approx((kernel[0, 1], bias[0]))


def test_the_middle_of_random_directions_is_the_model_itself(model):
    surface = loss_surface(model, X, Y, resolution=5)
    assert surface.loss[2, 2] == pytest.approx(model.evaluate(X, Y)["loss"], rel=1e-5)
    again = loss_surface(model, X, Y, resolution=5)
    np.testing.assert_array_equal(surface.loss, again.loss)
    other = loss_surface(model, X, Y, resolution=5, seed=1)
    assert not np.allclose(surface.loss, other.loss)


def test_looking_changes_no_bit(model):
    before = bits(model)
    paths = compare_regimes(model, X, Y, epochs=2, points=5)
    loss_surface(model, X, Y, paths=paths, resolution=4)
    loss_surface(model, X, Y, resolution=4)
    gradient_cloud(model, X, Y, batch_size=4, batches=5)
    for one, two in zip(before, bits(model), strict=True):
        np.testing.assert_array_equal(one, two)


def test_paths_are_seen_from_their_start_and_their_losses_are_their_own():
    model = Sequential([Input((3,)), Dense(1, "sigmoid")], seed=2)
    model.compile("sgd", "binary_crossentropy")
    paths = compare_regimes(model, X, Y, epochs=5, batch_size=8, learning_rate=0.3)
    surface = loss_surface(model, X, Y, paths=paths, resolution=7)
    assert 0.5 < surface.share <= 1
    for name, one in paths.items():
        np.testing.assert_allclose(surface.paths[name][0], 0, atol=1e-6)
        np.testing.assert_allclose(surface.losses[name], one.loss, rtol=1e-5)
        assert surface.heights[name][0] == pytest.approx(one.loss[0], rel=1e-5)
        inside = surface.paths[name]
        assert surface.s[0] < inside[:, 0].min()
        assert surface.s[-1] > inside[:, 0].max()
    assert f"{100 * surface.share:.3g} % of the movement" in surface.note


def test_a_network_of_two_weights_has_all_movement_in_its_plane():
    x, y = X[:, :1], X[:, :1] * 2 + 1
    model = Sequential([Input((1,)), Dense(1)], seed=2)
    model.compile("sgd", "mean_squared_error")
    paths = compare_regimes(model, x, y, epochs=6)
    surface = loss_surface(model, x, y, plane=("dense/kernel[0,0]", "dense/bias[0]"), paths=paths)
    assert surface.share == pytest.approx(1)
    s, t = np.meshgrid(surface.s.astype(float), surface.t.astype(float))
    by_hand = np.mean((s[..., None] * x[:, 0] + t[..., None] - y[:, 0]) ** 2, axis=-1)
    np.testing.assert_allclose(surface.loss, by_hand, rtol=1e-4, atol=1e-6)


def test_a_sample_of_rows_is_stated(model):
    surface = loss_surface(model, X, Y, resolution=2, rows=10)
    assert "10 rows drawn of 40" in surface.note


@pytest.mark.parametrize("plane", ["somewhere", "paths", ("dense/bias[0]", "dense/bias[0]")])
def test_a_plane_that_there_is_not_is_refused(model, plane):
    with pytest.raises(ConfigError, match="There is no such plane"):
        loss_surface(model, X, Y, plane=plane)


def test_an_unknown_weight_names_those_there_are(model):
    with pytest.raises(ConfigError, match=r"dense/kernel\[0..2,0..3\]"):
        loss_surface(model, X, Y, plane=("dense/kernel[9,9]", "dense/bias[0]"))
    with pytest.raises(ConfigError, match="did you mean 'dense/kernel'"):
        loss_surface(model, X, Y, plane=("dense/kernl[0,0]", "dense/bias[0]"))
    with pytest.raises(ShapeError, match="not one of this network's"):
        loss_surface(model, X, Y, paths={"a": np.zeros((3, 2))})


def test_gradients_of_an_epochs_batches_have_the_true_gradient_as_their_mean():
    model = Sequential([Input((3,)), Dense(1, "sigmoid")], seed=2)
    model.compile("sgd", "binary_crossentropy")
    cloud = gradient_cloud(model, X, Y, batch_size=8, batches=5)
    np.testing.assert_allclose(cloud.points.mean(0), [1, 0], atol=1e-5)
    w = model.weights
    a = 1 / (1 + np.exp(-(X.astype(float) @ w["dense/kernel"] + w["dense/bias"])))
    delta = (a - Y) / len(X)
    true = np.concatenate([delta.sum(0), (X.T @ delta)[:, 0]])
    assert cloud.length == pytest.approx(np.linalg.norm(true), rel=1e-5)
    assert 0 < cloud.share <= 1 + 1e-9


def test_the_batch_of_all_rows_is_the_true_gradient(model):
    cloud = gradient_cloud(model, X, Y, batch_size=40, batches=3)
    np.testing.assert_allclose(cloud.cosines, 1, atol=1e-5)
    assert cloud.spread == pytest.approx(0, abs=1e-5)
    with pytest.raises(ConfigError, match="batch_size=41"):
        gradient_cloud(model, X, Y, batch_size=41)


def test_pictures_say_the_share_and_draw_every_path(model):
    paths = compare_regimes(model, X, Y, epochs=2, points=5)
    surface = loss_surface(model, X, Y, paths=paths, resolution=6)
    for figure in (surface.plot(), surface.plot_3d()):
        ax = figure.axes[0]
        assert "% of the movement lies in this plane" in ax.get_title(loc="left") + ax.get_title()
        (legend,) = figure.legends or [ax.get_legend()]
        names = [text.get_text() for text in legend.get_texts()]
        assert names[:3] == list(paths)
