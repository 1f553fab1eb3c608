"""What is written out, and what may be asked: lines, tables, paths, refusals."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import layers
from pellucid.base.errors import ShapeError, StateError
from pellucid.inspection.notation import PRIME, SIGMA, Term, sum_of
from pellucid.layers import Conv1D, Conv2D, Dense
from pellucid.optimizers import SGD

RANDOM = np.random.default_rng(3)
X, Y = RANDOM.normal(size=(4, 3)), np.array([[1.0], [0.0], [1.0], [0.0]])


def lecture(loss="squared_error", units=2):
    model = pc.Sequential([pc.Input((3,)), Dense(units, "sigmoid"), Dense(1, "sigmoid")])
    model.compile(SGD(0.5), loss)
    return model


def said(number):
    return f"{number:.4g}".replace("-", "\N{MINUS SIGN}")


def test_it_is_the_mapping_it_was_and_knows_what_it_looked_at():
    seen = lecture().inspect(X, Y)
    assert list(seen) == ["z", "a", "delta", "gradient", "update", "weight", "slope"]
    assert seen.layers == ("dense", "dense_1")
    assert seen.kind("dense") == "Dense"
    np.testing.assert_allclose(seen.x, X, rtol=1e-6)
    np.testing.assert_allclose(seen.y, Y)
    a = seen["a"]["dense"]
    np.testing.assert_allclose(seen["slope"]["dense"], a * (1 - a), rtol=1e-5)
    assert seen.loss == pytest.approx(float(((seen["a"]["dense_1"] - Y) ** 2).mean()), rel=1e-5)
    one = seen.layer("dense_1")
    np.testing.assert_array_equal(one["x"], a)
    assert set(one["gradient"]) == {"kernel", "bias"}
    with pytest.raises(KeyError, match=r"layer\(name\)"):
        seen["dense"]


def test_lines_have_the_numbers_in_them():
    model = lecture()
    seen, w = model.inspect(X, Y), model.weights
    z, a = seen["z"], seen["a"]
    line = seen.line("z", "dense", unit=1, row=2)
    assert line.endswith(f"= {said(z['dense'][2, 1])}")
    assert line.startswith("z⁽²⁾₂ = ")
    assert said(w["dense/kernel"][0, 1]) in line
    assert seen.line("a", "dense", 1, 2).endswith(f"= {said(a['dense'][2, 1])}")
    output = 2 * (a["dense_1"][2, 0] - 1) * seen["slope"]["dense_1"][2, 0]
    assert seen.line("delta", "dense_1", row=2).endswith(f"= {said(output)}")
    hidden = output * w["dense_1/kernel"][1, 0] * seen["slope"]["dense"][2, 1]
    line = seen.line("delta", "dense", 1, 2)
    assert "δ⁽³⁾ W⁽²⁾" in line
    assert line.endswith(f"= {said(hidden)}")
    line = seen.line("gradient", "dense/kernel[0,1]")
    assert line.endswith(f"= {said(seen['gradient']['dense']['kernel'][0, 1])}")
    before = w["dense/kernel"][0, 1]
    after = before + seen["update"]["dense"]["kernel"][0, 1]
    assert seen.line("update", "dense/kernel[0,1]").endswith(f"{said(before)} → {said(after)}")


def test_softmax_and_crossentropy_are_written_as_a_minus_y():
    model = pc.Sequential([pc.Input((3,)), Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    seen = model.inspect(X, [0, 1, 2, 0])
    a = seen["a"]["dense"][1, 1]
    line = seen.line("delta", "dense", 1, row=1)
    assert line == f"δ⁽²⁾₂ = a⁽²⁾₂ \N{MINUS SIGN} y₂ = {said(a)} \N{MINUS SIGN} 1 = {said(a - 1)}"


def test_a_convolution_shows_its_window():
    """The lectures' filter [+1, -1, +1] answers to a dip."""
    model = pc.Sequential([pc.Input((4, 1)), Conv1D(1, 3, use_bias=False, name="dip")])
    model.set_weights([np.array([1.0, -1.0, 1.0]).reshape(3, 1, 1)])
    model.compile("sgd", "mse")
    seen = model.inspect(np.array([2.0, 5.0, 1.0, 4.0]).reshape(1, 4, 1), np.zeros((1, 2, 1)))
    line = seen.line("z", "dip", unit=(1, 0))
    times, minus = "\N{MULTIPLICATION SIGN}", "\N{MINUS SIGN}"
    assert line.endswith(f"= 5 {times} 1 + 1 {times} ({minus}1) + 4 {times} 1 = 8")
    with pytest.raises(ShapeError, match="no unit 1"):
        seen.line("z", "dip", unit=1)


def test_pooling_names_the_winner_and_normalization_its_numbers():
    network = [
        *(pc.Input((4, 4, 1)), Conv2D(2, 3, padding="same"), layers.MaxPooling2D()),
        *(layers.AveragePooling2D(2), layers.BatchNormalization(), layers.Flatten(), Dense(1)),
    ]
    model = pc.Sequential(network)
    model.compile("adam", "mse")
    x = RANDOM.normal(size=(3, 4, 4, 1))
    seen = model.inspect(x, Y[:3])
    z = seen["a"]["conv2d"][1, :2, :2, 1].ravel()
    line = seen.line("z", "max_pooling2d", (0, 0, 1), row=1)
    assert f"number {z.argmax() + 1} of 4 wins = {said(z.max())}" in line
    for layer, unit in {"average_pooling2d": (0, 0, 1), "batch_normalization": (0, 0, 1)}.items():
        value = seen["z"][layer][1][unit]
        assert seen.line("z", layer, unit, row=1).endswith(f"= {said(value)}")
    for signal in ("delta", "a"):
        value = seen[signal]["conv2d"][1, 2, 3, 0]
        assert seen.line(signal, "conv2d", (2, 3, 0), row=1).endswith(f"= {said(value)}")
    path = seen.path("conv2d/kernel[0,1,0,1]", row=None)
    assert path.total == pytest.approx(path.gradient, rel=1e-9)


def test_long_sums_show_their_largest_terms_and_add_up_the_rest():
    terms = [Term((float(n), 1.0)) for n in range(10)]
    line = sum_of(terms)
    assert line.startswith("6 \N{MULTIPLICATION SIGN} 1 + 7")
    assert line.endswith("… 6 more terms, together 15")


def test_paths_are_the_products_of_local_slopes_and_sum_to_the_gradient():
    model = pc.Sequential([pc.Input((3,)), Dense(4, "tanh"), Dense(5, "softplus"), Dense(2)])
    model.compile("sgd", "squared_error")
    seen, w = model.inspect(X, np.c_[Y, 1 - Y]), model.weights
    every = seen.path("dense/kernel[1,2]", row=1, most=100)
    assert every.ways == len(every.paths) == 5 * 2
    slopes = {name: seen["slope"][name][1] for name in seen.layers}
    wanted = sorted(
        X[1, 1]
        * slopes["dense"][2]
        * w["dense_1/kernel"][2, j]
        * slopes["dense_1"][j]
        * w["dense_2/kernel"][j, k]
        * seen["delta"]["dense_2"][1, k]
        for j in range(5)
        for k in range(2)
    )
    np.testing.assert_allclose(sorted(p.value for p in every.paths), wanted, rtol=1e-4, atol=1e-8)
    few = seen.path("dense/kernel[1,2]", row=1, most=3)
    assert [p.value for p in few.paths] == [p.value for p in every.paths[:3]]
    assert few.rest == pytest.approx(sum(p.value for p in every.paths[3:]))
    by_row = [seen.path("dense/kernel[1,2]", row=r).total for r in range(4)]
    assert np.mean(by_row) == pytest.approx(seen["gradient"]["dense"]["kernel"][1, 2], rel=1e-4)


def test_tables_and_latex_show_every_quantity():
    seen = lecture().inspect(X, Y)
    table = seen.table(1)
    text = str(table)
    for letter in (
        "a⁽¹⁾",
        "W⁽¹⁾",
        "b⁽¹⁾",
        "z⁽²⁾",
        f"{SIGMA}{PRIME}(z⁽²⁾)",
        "δ⁽²⁾",
        "∂J/∂W⁽¹⁾",
        "ΔW⁽¹⁾",
    ):
        assert letter in text
    assert said(seen["z"]["dense"][1, 0]) in text
    assert "<table" in table._repr_html_()
    latex = seen.latex(1, "dense")
    assert r"z^{(2)} = a^{(1)} W^{(1)} + b^{(1)}" in latex
    assert r"\delta^{(2)} &= \begin{bmatrix}" in latex
    assert not set(f"⁽₁δ∂{SIGMA}{PRIME}") & set(latex)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda seen: seen.table(4), "0 to 3"),
        (lambda seen: seen.table(layer="dens"), "did you mean 'dense'"),
        (lambda seen: seen.layer("dens"), "did you mean 'dense'"),
        (lambda seen: seen.line("z", "dense", 2), "0 to 1"),
        (lambda seen: seen.line("zeta", "dense", 2), "z, a, delta"),
        (lambda seen: seen.path("dense/kernel"), r"dense/kernel\[0,0\]"),
        (lambda seen: seen.path("dense/kernel[9,0]"), "0 to 2"),
        (lambda seen: seen.path("dense/colonel[0,0]"), "did you mean"),
    ],
)
def test_what_is_not_there_is_refused_in_words(ask, words):
    seen = lecture().inspect(X, Y)
    with pytest.raises((StateError, ShapeError), match=words):
        ask(seen)


def test_a_model_that_is_not_built_or_not_compiled_is_refused():
    with pytest.raises(StateError, match="compile"):
        pc.Sequential([pc.Input((3,)), Dense(1)]).inspect(X, Y)
    unbuilt = pc.Sequential([Dense(1)])
    with pytest.raises(StateError, match="compile"):
        unbuilt.inspect(X, Y)
    unbuilt.compile("sgd", "mse")
    assert unbuilt.inspect(X, Y)["z"]["dense"].shape == (4, 1)  # rows say what a row looks like


def test_looking_changes_nothing():
    """A fit with and without looks in between has the same bits, dropout and all."""

    def fit(look):
        model = pc.Sequential(
            [pc.Input((3,)), Dense(8, "relu"), layers.Dropout(0.3), Dense(1, "sigmoid")], seed=4
        )
        model.compile("adam", "bce")
        for _ in range(3):
            if look:
                seen = model.inspect(X, Y)
                seen.check(), seen.path("dense/kernel[0,0]"), str(seen.table())
            model.fit(X, Y, epochs=2, batch_size=2, verbose=0)
        return model.get_weights()

    for plain, looked in zip(fit(False), fit(True), strict=True):
        np.testing.assert_array_equal(plain, looked)


def test_keras_models_can_be_inspected_by_their_own_names():
    from pellucid import keras

    model = keras.Sequential(
        [
            keras.Input((3,)),
            keras.layers.Dense(2, activation="sigmoid", name="hidden"),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, name="out"),
        ]
    )
    model.compile("sgd", "mse")
    seen = model.inspect(X, Y)
    assert list(seen["z"]) == [layer.name for layer in model.layers]
    assert seen.check().agrees
    before = model.get_weights()
    model.train_on_batch(X, Y)
    moved = [after - old for old, after in zip(before, model.get_weights(), strict=True)]
    np.testing.assert_allclose(moved[0], seen["update"]["hidden"]["kernel"], atol=1e-7)
