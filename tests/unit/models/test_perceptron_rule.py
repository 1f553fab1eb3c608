"""The perceptron rule step by step equals fit; its verdict is right, and proven."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid as pc
from pellucid.base.errors import ConfigError, DataError, ShapeError
from pellucid.layers.dense import Dense
from pellucid.models.separability import nearest_to_zero
from pellucid.optimizers import SGD

BOTH = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
GATES = {
    "and": [0, 0, 0, 1],
    "or": [0, 1, 1, 1],
    "nand": [1, 1, 1, 0],
    "nor": [1, 0, 0, 0],
    "xor": [0, 1, 1, 0],
    "xnor": [1, 0, 0, 1],
    "x1": [0, 0, 1, 1],
    "never": [0, 0, 0, 0],
}


def fitted(x, y, rate, epochs, w, b):
    """The same training by fit, in the order of the rows."""
    model = pc.Sequential([pc.Input((x.shape[1],)), Dense(1, "step")])
    model.compile(SGD(rate), "perceptron")
    model.set_weights([np.reshape(w, (-1, 1)), np.array([b])])
    model.fit(x, y, batch_size=1, epochs=epochs, shuffle=False, verbose=0)
    kernel, bias = model.get_weights()
    return kernel[:, 0], bias[0]


@pytest.mark.parametrize("gate", ["and", "nand", "xor"])
def test_the_rule_is_what_fit_does_on_gates(gate):
    run = pc.perceptron_rule(BOTH, GATES[gate], epochs=7)
    w, b = fitted(BOTH, np.array(GATES[gate]), 1.0, run.epochs, [0, 0], 0)
    assert run.w.tolist() == w.tolist()
    assert run.b == b


def test_the_rule_is_what_fit_does_from_any_start_at_any_rate():
    random = np.random.default_rng(3)
    x = random.integers(-8, 9, (40, 5)) / 4  # quarters and halves are exact in float32, too
    y, w = random.integers(0, 2, 40), random.integers(-4, 5, 5) / 4
    run = pc.perceptron_rule(x, y, learning_rate=0.25, epochs=6, weights=w, bias=0.5)
    assert not run.converged
    found_w, found_b = fitted(x, y, 0.25, 6, w, 0.5)
    assert run.w.tolist() == found_w.tolist()
    assert run.b == found_b


def test_every_step_is_the_formula():
    run = pc.perceptron_rule(BOTH, GATES["and"], learning_rate=0.5)
    assert run.converged
    w, b = np.zeros(2), 0.0
    for step in run.steps:
        assert step.x.tolist() == BOTH[step.row].tolist()
        assert (step.w.tolist(), step.b) == (w.tolist(), b)
        assert step.z == w @ step.x + b
        assert step.a == (step.z > 0)
        assert step.error == step.y - step.a
        w, b = w + 0.5 * step.error * step.x, b + 0.5 * step.error
        assert (step.new_w.tolist(), step.new_b) == (w.tolist(), b)
    last = [step for step in run.steps if step.epoch == run.epochs]
    assert [step.error for step in last] == [0, 0, 0, 0]
    assert [step.row for step in last] == [0, 1, 2, 3]


def test_shuffled_epochs_visit_every_row_and_repeat_by_seed():
    runs = [
        pc.perceptron_rule(BOTH, GATES["xor"], shuffle=True, seed=s, epochs=9) for s in (1, 1, 2)
    ]
    orders = [[step.row for step in run.steps] for run in runs]
    assert orders[0] == orders[1] != orders[2]
    assert all(sorted(orders[0][i : i + 4]) == [0, 1, 2, 3] for i in range(0, 36, 4))


def test_the_table_has_a_line_a_step_and_the_frame_too():
    run = pc.perceptron_rule(BOTH, GATES["and"])
    lines = str(run).splitlines()
    assert len(lines) == 1 + len(run.steps)
    assert " ".join(lines[4].split()) == "1 3 1 1 1 0 0 0 0 0 1 1 1 1"
    frame = run.to_frame()
    assert frame["new b"].to_list()[-1] == run.b
    assert frame["y - a"].to_list() == [step.error for step in run.steps]


def test_a_long_table_is_cut_in_the_middle():
    run = pc.perceptron_rule(BOTH, GATES["xor"], epochs=50)
    lines = str(run).splitlines()
    assert len(lines) == 42
    assert lines[21] == "... 160 steps ..."


def test_the_learnt_model_answers_like_the_rule():
    run = pc.perceptron_rule(BOTH, GATES["nor"])
    assert pc.truth_table(run.model).outputs == tuple(GATES["nor"])


def test_the_boundary_moves_from_update_to_update():
    run = pc.perceptron_rule(BOTH, GATES["and"])
    figure = run.plot(most=4)
    titles = [ax.get_title(loc="left") for ax in figure.axes]
    assert len(titles) == 4
    assert titles[0] == "update 1, epoch 1: y - a = +1"
    assert titles[-1].startswith(f"update {len(run.updates)}, epoch 5")
    (after,) = [line for line in figure.axes[-1].lines if line.get_label() == "after"]
    np.testing.assert_allclose(after.get_xydata() @ run.w + run.b, 0, atol=1e-12)


def test_a_boundary_that_never_moves_says_so():
    figure = pc.perceptron_rule(BOTH, GATES["never"]).plot()
    assert "did not move" in figure.texts[0].get_text()


def check(x, y, verdict):
    """The proof by hand: every row on its side, or a mixture of turned rows that is 0."""
    turned = [
        [Fraction(v) * (1 if label else -1) for v in (*row, 1.0)]
        for row, label in zip(np.asarray(x, float).tolist(), y, strict=True)
    ]
    if verdict.separable:
        w = [Fraction(v) for v in (*verdict.w, verdict.b)]
        sides = [sum(a * b for a, b in zip(row, w, strict=True)) for row in turned]
        assert min(sides) > 0
        assert float(min(sides)) == pytest.approx(verdict.margin, abs=1e-12)
    else:
        assert verdict.separable is False
        assert min(verdict.mixture) > 0
        assert sum(verdict.mixture) == 1
        for column in range(len(turned[0])):
            pairs = zip(verdict.mixture, verdict.witnesses, strict=True)
            assert sum(part * turned[row][column] for part, row in pairs) == 0


@pytest.mark.parametrize("gate", GATES)
def test_the_verdict_on_every_gate(gate):
    verdict = pc.separability(BOTH, GATES[gate])
    assert verdict.separable is (gate not in ("xor", "xnor"))
    check(BOTH, GATES[gate], verdict)


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_every_verdict_comes_with_its_proof_and_the_bound_holds(seed):
    random = np.random.default_rng(seed)
    rows, features = random.integers(2, 14), random.integers(1, 4)
    x = random.standard_normal((rows, features)).round(random.integers(0, 3))
    y = random.integers(0, 2, rows)
    verdict = pc.separability(x, y)
    check(x, y, verdict)
    run = pc.perceptron_rule(x, y, epochs=30)
    if verdict.separable:
        assert len(run.updates) <= verdict.mistake_bound
    else:
        assert not run.converged
        assert verdict.mistake_bound == np.inf


def test_equal_rows_of_both_classes_are_the_proof():
    verdict = pc.separability([[1, 2], [5, 5], [1, 2]], [0, 1, 1])
    assert verdict.witnesses == (0, 2)
    assert verdict.mixture == (Fraction(1, 2), Fraction(1, 2))


def test_the_margin_is_the_largest():
    """Rows at -1 and 3: w x + b with |(w, b)| = 1 has its best least value at (2, -1) / sqrt 5."""
    verdict = pc.separability([[-1.0], [3.0]], [0, 1])
    best = max(
        min(-(-np.cos(t) + np.sin(t)), 3 * np.cos(t) + np.sin(t))
        for t in np.linspace(0, 2 * np.pi, 100_001)
    )
    assert verdict.margin == pytest.approx(best, abs=1e-6)


def test_the_nearest_point_is_a_mixture_of_its_corners():
    v = np.random.default_rng(1).standard_normal((30, 4)) + 1.5
    point, corners = nearest_to_zero(v)
    parts = np.linalg.lstsq(v[corners].T, point, rcond=None)[0]
    assert parts.min() > 0
    assert parts.sum() == pytest.approx(1)
    assert (v @ point >= point @ point - 1e-9).all()


def test_iris_is_half_separable():
    data = pc.open_data("iris")
    x = np.stack([column.values for column in data.x], axis=1)
    for classes, expected in (((0, 1), True), ((1, 2), False)):
        rows = np.isin(data.labels, classes)
        y = data.labels[rows] == classes[1]
        verdict = pc.separability(x[rows], y)
        assert verdict.separable is expected
        check(x[rows], y, verdict)


def test_what_rounding_hides_is_not_claimed():
    """Two neighbours among the floats: no float64 w and b has its line between them."""
    x = [[0.3], [0.1 + 0.2], [1.0]]
    verdict = pc.separability(x, [0, 1, 1])
    if verdict.separable is None:
        assert "Not decided" in str(verdict)
    else:
        check(x, [0, 1, 1], verdict)


@pytest.mark.parametrize("labels", [[0, 1, 1], [1, 0, 1]])
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e6])
def test_rows_far_from_zero_are_decided(labels, scale):
    x = (1e7 + np.arange(3.0))[:, None] * scale
    verdict = pc.separability(x, labels)
    assert verdict.separable is (labels == [0, 1, 1])
    check(x, labels, verdict)


def test_verdicts_are_said_in_words():
    assert "at most 51 mistakes" in pc.perceptron_rule(BOTH, GATES["and"]).verdict
    run = pc.perceptron_rule(BOTH, GATES["xor"], epochs=5)
    assert run.verdict.startswith("Not converged after")
    assert "never converges" in run.verdict


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (BOTH, [-1, 1, 1, 1], "labelled 0 and 1"),
        (BOTH, [0, 1], "one label each"),
        ([0, 1], [0, 1], "rows of numbers"),
        ([[np.nan]], [0], "not a number"),
        ([[1e200]], [0], "too large"),
    ],
)
def test_rows_that_no_perceptron_can_learn_are_refused(x, y, words):
    for ask in (pc.perceptron_rule, pc.separability):
        with pytest.raises(DataError, match=words):
            ask(x, y)


def test_settings_that_mean_nothing_are_refused():
    with pytest.raises(ConfigError, match="positive learning rate"):
        pc.perceptron_rule(BOTH, GATES["and"], learning_rate=0)
    with pytest.raises(ConfigError, match="at least one epoch"):
        pc.perceptron_rule(BOTH, GATES["and"], epochs=0)
    with pytest.raises(ShapeError, match="one weight for each feature"):
        pc.perceptron_rule(BOTH, GATES["and"], weights=[1])
    with pytest.raises(ShapeError, match="plane of two features"):
        pc.perceptron_rule([[0], [1]], [0, 1]).plot()
