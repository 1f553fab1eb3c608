"""Pictures of models: they show the model's own numbers, change nothing, and refuse plainly."""

from xml.etree import ElementTree

import jax
import numpy as np
import pytest
from cases_layers import CASES

import pellucid as pc
from pellucid.base.errors import ConfigError, DataError, FileError, ShapeError, StateError
from pellucid.layers import (
    BatchNormalization,
    Conv1D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Input,
    RandomTranslation,
    SpatialDropout1D,
    TimeDistributed,
)
from pellucid.models.pictured import classes_of
from pellucid.models.view import draws

RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(size=(24, 2)), np.arange(24) % 2
PICTURES, DIGITS = RANDOM.random((6, 8, 8, 1)), np.arange(6) % 3


def dense(features=2):
    layers = [Dense(5, "tanh"), Dropout(0.5), Dense(1, "sigmoid")]
    model = pc.Sequential([Input((features,)), *layers])
    model.compile("adam", "binary_crossentropy")
    return model


def convolution():
    layers = [Conv2D(3, 3, activation="relu"), Flatten(), Dense(3, "softmax")]
    model = pc.Sequential([Input((8, 8, 1)), *layers])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def picture_of(figure, panel=0):
    return np.asarray(figure.axes[panel].images[0].get_array())


def test_looking_changes_nothing():
    model = dense()
    model.fit(X, Y, epochs=2, verbose=0)
    before = jax.device_get(model.trainer.train)
    model.plot()
    model.plot_boundary(X, Y)
    model.plot_confusion(X, Y)
    model.plot_precision_recall(X, Y)
    model.plot_activations(X, "dense")
    model.plot_deltas(X, Y, "dense")
    model.plot_loss_surface(X, Y, resolution=3)
    model.dropout_masks(X)
    pc.ensemble(model, X, samples=3)
    after = jax.device_get(model.trainer.train)
    assert jax.tree.all(jax.tree.map(np.array_equal, before, after))


def test_activations_and_deltas_are_those_of_the_model():
    model = dense()
    kernel, bias = model.get_weights()[:2]
    shown = picture_of(model.plot_activations(X, "dense"))
    np.testing.assert_allclose(shown, np.tanh(X @ kernel + bias), atol=1e-6)
    shown = picture_of(model.plot_deltas(X, Y, "dense"))
    np.testing.assert_array_equal(shown, model.inspect(X, Y)["delta"]["dense"])


def test_signed_values_have_white_at_zero_and_others_begin_at_the_least():
    image = dense().plot_activations(X, "dense").axes[0].images[0]
    low, high = image.get_clim()
    assert low == -high
    np.testing.assert_allclose(image.cmap(0.5)[:3], [247 / 255] * 3, atol=0.01)
    image = convolution().plot_activations(PICTURES, "conv2d").axes[0].images[0]
    assert image.get_clim()[0] >= 0


def test_maps_are_of_the_row_that_was_asked_for():
    model = convolution()
    kernel, bias = model.get_weights()[:2]
    figure = model.plot_activations(PICTURES, "conv2d", row=4)
    last = model.plot_activations(PICTURES, "conv2d", row=-2)  # as in inspect, from the end
    np.testing.assert_array_equal(picture_of(last, 1), picture_of(figure, 1))
    by_hand = np.maximum((PICTURES[4, 2:5, 1:4, 0] * kernel[:, :, 0, 1]).sum() + bias[1], 0)
    assert picture_of(figure, 1)[2, 1] == pytest.approx(by_hand, abs=1e-5)


def test_filters_are_the_kernel():
    model = convolution()
    shown = [picture_of(model.plot_filters(), panel) for panel in range(3)]
    kernel = model.get_weights()[0]
    np.testing.assert_allclose(np.stack(shown, axis=-1), kernel[:, :, 0, :])
    one_axis = pc.Sequential([Input((9, 2)), Conv1D(4, 3, name="strip")])
    assert len(one_axis.plot_filters("strip").axes) == 2 * 4 + 1


def test_the_confusion_counts_every_row():
    model = dense()
    said = (model.predict(X)[:, 0] > 0.5).astype(int)
    texts = [text.get_text() for text in model.plot_confusion(X, Y).axes[0].texts]
    counts = [int(text.split("\n")[0]) for text in texts]
    assert counts == [int(((t == Y) & (said == s)).sum()) for t in (0, 1) for s in (0, 1)]


def test_precision_and_recall_are_scikit_learn_s():
    from sklearn.metrics import average_precision_score

    model = dense()
    area = average_precision_score(Y, model.predict(X)[:, 0])
    words = [text.get_text() for text in model.plot_precision_recall(X, Y).legends or ()]
    words += [
        text.get_text()
        for ax in model.plot_precision_recall(X, Y).axes
        for text in ax.get_legend().get_texts()
    ]
    assert f"1 (area {area:.3f})" in words
    several = convolution().plot_precision_recall(PICTURES, DIGITS).axes[0]
    assert len(several.lines) == 3


def test_the_boundary_of_two_columns_holds_the_others_at_their_mean():
    x = RANDOM.normal(size=(30, 3))
    model = pc.Sequential([Input((3,)), Dense(1, "sigmoid")])
    model.set_weights([np.array([[1.0], [50.0], [0.0]]), np.array([-50.0 * x[:, 1].mean()])])
    ax = model.plot_boundary(x, x[:, 0] > 0, columns=(0, 2)).axes[0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x1", "x3")
    (line,) = [c for c in ax.collections if len(c.get_paths())]
    across = np.concatenate([path.vertices for path in line.get_paths()])[:, 0]
    np.testing.assert_allclose(across, 0, atol=0.05)  # where x1 = 0, whatever x3 is


def test_units_are_circles_and_boxes_are_layers():
    drawing = dense().plot(units=True)
    root = ElementTree.fromstring(drawing.svg)
    circles = [e for e in root.iter() if e.tag.endswith("circle")]
    lines = [e for e in root.iter() if e.tag.endswith("line")]
    assert (len(circles), len(lines)) == (2 + 5 + 1, 2 * 5 + 5)
    assert "dropout" in dense().plot()._repr_svg_()


def test_a_drawing_is_saved_as_svg_only(tmp_path):
    drawing = dense().plot()
    drawing.savefig(tmp_path / "net.svg")
    assert (tmp_path / "net.svg").read_text(encoding="utf-8") == drawing.svg
    with pytest.raises(FileError, match=r"net\.png"):
        drawing.savefig(tmp_path / "net.png")


def test_masks_are_those_of_the_next_step():
    layers = [Dense(8), Dropout(0.5, name="drop"), Dense(1)]
    model = pc.Sequential([Input((2,)), *layers])
    model.compile("sgd", "mse")
    for _ in range(2):
        mask = model.dropout_masks(X)["drop"]
        seen = model.inspect(X, Y[:, None])["z"]["drop"]
        np.testing.assert_array_equal(mask, seen != 0)
        model.train_on_batch(X, Y[:, None])
        assert (mask != model.dropout_masks(X)["drop"]).any()
    np.testing.assert_array_equal(model.dropout_masks(X, step=1)["drop"], mask)


def test_a_dropped_channel_is_dropped_at_every_position():
    model = pc.Sequential([Input((5, 6)), SpatialDropout1D(0.5, name="drop"), Flatten()])
    mask = model.dropout_masks(np.ones((4, 5, 6)))["drop"]
    assert mask.shape == (4, 5, 6)
    assert (mask == mask[:, :1]).all()
    assert 0 < mask.mean() < 1


def test_an_ensemble_keeps_the_expectation_and_drops_alike_in_every_row():
    model = pc.Sequential([Input((2,)), Dense(6), Dropout(0.25, name="drop"), Dense(1)])
    found = pc.ensemble(model, X, samples=4000, layer="drop")
    kernel, bias = model.get_weights()[:2]
    entering = X @ kernel + bias
    np.testing.assert_allclose(found.at_rest, entering, atol=1e-5)
    assert np.abs((found.mean - entering) / found.error_of_mean).max() < 5
    factor = found.all / entering
    kept = np.abs(factor) > 1e-6
    assert (kept == kept[:, :1]).all()
    np.testing.assert_allclose(factor[kept], 1 / 0.75, rtol=1e-3)
    assert kept[:, 0].mean() == pytest.approx(0.75, abs=0.02)


def test_an_ensemble_repeats_by_seed_and_counts_its_samples():
    model = dense()
    first, again = (pc.ensemble(model, X, samples=5) for _ in range(2))
    np.testing.assert_array_equal(first.all, again.all)
    np.testing.assert_array_equal(first.all[:3], pc.ensemble(model, X, samples=3).all)
    assert (first.all != pc.ensemble(model, X, samples=5, seed=1).all).any()
    np.testing.assert_allclose(first.mean, first.all.mean(0), rtol=1e-6)
    np.testing.assert_allclose(first.deviation, first.all.std(0), atol=1e-6)
    np.testing.assert_array_equal(first.at_rest, model.predict(X))
    assert len(first.plot(X[:, 0], Y).axes) == 1


def test_augmentation_alone_makes_an_ensemble_which_moves_every_image_alike():
    shift = RandomTranslation(0.3, 0.3, fill_mode="constant", name="shift")
    model = pc.Sequential([Input((8, 8, 1)), shift, Flatten(), Dense(1)])
    found = pc.ensemble(model, np.repeat(PICTURES[:1], 3, axis=0), samples=4, layer="shift")
    np.testing.assert_array_equal(found.all, np.repeat(found.all[:, :1], 3, axis=1))
    assert (found.all[0] != found.all[1]).any()
    np.testing.assert_allclose(found.at_rest[0], PICTURES[0], rtol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_which_layers_draw_is_known(name):
    case = CASES[name]
    inputs = [Input(shape, dtype="int32" if case.ids else "float32") for shape in case.shapes]
    out = case.layer(inputs if len(inputs) > 1 else inputs[0])
    assert draws(pc.Model(inputs, out).network) == case.random
    if case.random and len(inputs) == 1 and len(case.shape) == 2:
        inside = pc.Sequential([Input((3, *case.shape)), TimeDistributed(case.layer)])
        assert draws(inside.network)


def test_batch_normalisation_stays_at_rest_in_an_ensemble():
    layers = [BatchNormalization(center=False, scale=False, name="norm"), Dropout(0.5), Dense(1)]
    model = pc.Sequential([Input((2,)), *layers])
    found = pc.ensemble(model, X, samples=2, layer="norm")
    np.testing.assert_array_equal(found.all[0], found.at_rest)


def test_classes_are_told_in_many_ways():
    two, three = np.zeros((3, 1)), np.zeros((3, 3))
    assert classes_of([-1, 1, 1], two)[0].tolist() == [0, 1, 1]
    assert classes_of([[0], [1], [1]], two)[0].tolist() == [0, 1, 1]
    assert classes_of(np.eye(3)[[2, 0, 1]], three)[0].tolist() == [2, 0, 1]
    labels, names = classes_of(["dog", "cat", "eel"], three)
    assert (labels.tolist(), names) == ([1, 0, 2], ["cat", "dog", "eel"])
    assert classes_of(["b", "b", "a"], two, ["b", "a"])[0].tolist() == [0, 0, 1]
    for wrong in ([0.5, 1, 0], [0, 1], [0, 1, 2], ["a", "b", "c"]):
        with pytest.raises(DataError, match="a class for each row"):
            classes_of(wrong, two)


@pytest.mark.parametrize(
    ("ask", "error", "words"),
    [
        (lambda: dense(3).plot_boundary(np.ones((4, 3)), [0, 1, 0, 1]), ShapeError, r"columns=\("),
        (lambda: dense().plot_boundary(X, Y, columns=(0, 2)), ShapeError, "two different columns"),
        (lambda: convolution().plot_boundary(PICTURES, DIGITS), ShapeError, "two features"),
        (lambda: dense().plot_filters(), ConfigError, r"units=True"),
        (lambda: convolution().plot_filters("dense"), ConfigError, "expected: conv2d"),
        (lambda: dense().plot_activations(X, "dens"), ConfigError, "did you mean 'dense'"),
        (lambda: convolution().plot_activations(PICTURES, "conv2d", row=6), ShapeError, "0 to 5"),
        (lambda: convolution().plot(units=True), ShapeError, r"plot\(\) draws any"),
        (lambda: convolution().dropout_masks(PICTURES), ConfigError, "no dropout layer"),
        (lambda: pc.ensemble(convolution(), PICTURES), ConfigError, "every sample"),
        (lambda: pc.ensemble(dense(), X, samples=0), ConfigError, "1 or more"),
        (lambda: pc.Sequential([Dense(2)]).plot(), StateError, "what a row looks like"),
        (lambda: dense().plot_precision_recall(X, Y * 0), DataError, "more than one class"),
    ],
)
def test_bad_requests_are_refused_in_a_helpful_line(ask, error, words):
    with pytest.raises(error, match=words):
        ask()


def test_what_needs_a_loss_says_so():
    model = pc.Sequential([Input((2,)), Dense(1)])
    for ask in (model.plot_deltas, model.plot_loss_surface):
        with pytest.raises(StateError, match="not been compiled"):
            ask(X, Y, "dense") if ask == model.plot_deltas else ask(X, Y)
