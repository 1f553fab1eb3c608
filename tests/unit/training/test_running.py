"""Sums that run on over batches, values that are arrays, and losses of all kinds."""

import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.base.config import config
from pellucid.base.errors import ConfigError
from pellucid.functions.losses import MeanSquaredError, Reduced
from pellucid.functions.metrics import Metric, RootMeanSquaredError
from pellucid.layers import Dense, Input, Masking
from pellucid.models.compiling import OwnLoss, make_recipe
from pellucid.models.sequential import Sequential
from pellucid.network.graph import chain
from pellucid.training.evaluation import compile_evaluate
from pellucid.training.examples import as_examples
from pellucid.training.measuring import begin_sums
from pellucid.training.programs import compile_running_step, compile_running_test
from pellucid.training.state import Measure

X = np.random.default_rng(0).normal(size=(23, 4)).astype("float32")
Y = np.random.default_rng(1).normal(size=(23, 2)).astype("float32")
CUTS = (slice(0, 8), slice(8, 16), slice(16, 23))


@config
class MeansAndLargest(Metric):
    """The mean of each output, and the largest of all: what does not add up by plain +."""

    def sums(self, y, a, weight):
        return {"total": jnp.sum(a, 0), "count": jnp.sum(weight), "largest": jnp.max(a)}

    def add(self, sums, y, a, weight):
        more = self.sums(y, a, weight)
        largest = jnp.maximum(sums["largest"], more["largest"])
        return {name: sums[name] + more[name] for name in more} | {"largest": largest}

    def blank(self, y, a):
        return Metric.blank(self, y, a) | {"largest": np.full((), -np.inf, np.float32)}

    def value(self, sums):
        return jnp.append(sums["total"] / sums["count"], sums["largest"])


def model(**settings):
    made = Sequential([Input((4,)), Dense(2, name="d")], seed=3)
    made.compile("sgd", "mse", **settings)
    return made


def parts(recipe):
    return [as_examples(recipe, X[cut], Y[cut]) for cut in CUTS]


def test_values_of_batches_run_on_to_those_of_an_epoch():
    epoch, batches = model(metrics=["mae", MeansAndLargest()]), model()
    history = epoch.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    recipe, train = epoch.recipe, batches.trainer.train
    sums = begin_sums(recipe, {"d": Y})
    for batch in parts(recipe):
        train, sums, found = compile_running_step(recipe)(train, sums, batch)
    for name, (value,) in history.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-5, err_msg=name)


def test_measurements_of_batches_run_on_to_those_of_all():
    made = model(metrics=["mae", MeansAndLargest()])
    recipe, train = made.recipe, made.train_state
    sums = begin_sums(recipe, {"d": Y})
    for batch in parts(recipe):
        program = compile_running_test(recipe)
        _, sums, found = program(train.params, train.state, sums, batch)
    examples = as_examples(recipe, X, Y)
    in_chunks = compile_evaluate(recipe, 8)(train.params, train.state, examples)
    for name, value in zip(recipe.names, made.evaluate(X, Y), strict=True):
        np.testing.assert_allclose(found[name], value, rtol=1e-5, err_msg=name)
        np.testing.assert_allclose(in_chunks[name], value, rtol=1e-5, err_msg=name)


def test_a_value_may_be_an_array():
    made = model(metrics=[MeansAndLargest()])
    split = made.fit(X, Y, epochs=2, verbose=0, validation_split=0.2, validation_by="last")
    name = "MeansAndLargest"
    assert [np.shape(value) for value in split[name]] == [(3,), (3,)]
    assert np.shape(split[f"val_{name}"][1]) == (3,)
    a = made.predict(X[18:])
    np.testing.assert_allclose(split[f"val_{name}"][1], [*a.mean(0), a.max()], rtol=1e-5)
    np.testing.assert_allclose(made.evaluate(X[18:], Y[18:])[name], split[f"val_{name}"][1])
    assert split.to_frame().height == 2
    assert "MeansAndLargest=[" in repr(split)
    assert len(split.plot().axes) == 1  # of the loss alone


def squares(y, a):
    return jnp.square(y - a)


OWN = {
    "by position": squares,
    "by row": lambda y, a: jnp.mean(squares(y, a), axis=1),
    "at once": lambda y, a: jnp.mean(squares(y, a)),
}


@pytest.mark.parametrize("kind", OWN)
def test_a_function_may_give_costs_of_any_shape(kind):
    own, usual = model(), model()
    own.compile("sgd", OWN[kind], metrics=[OWN[kind]])
    theirs = usual.fit(X, Y, verbose=0, epochs=2)
    ours = own.fit(X, Y, verbose=0, epochs=2)
    np.testing.assert_allclose(ours["loss"], theirs["loss"], rtol=1e-5)
    np.testing.assert_allclose(list(ours.values())[1], theirs["loss"], rtol=1e-5)


def test_a_sum_over_a_batch_counts_positions():
    steps = np.random.default_rng(2).normal(size=(6, 3, 2)).astype("float32")
    made = Sequential([Input((3, 2)), Dense(2)])
    made.compile("sgd", Reduced(MeanSquaredError(), "sum"))
    own = Sequential([Input((3, 2)), Dense(2)])
    own.compile("sgd", Reduced(OwnLoss(lambda y, a: jnp.mean(squares(y, a), -1)), "sum"))
    expected = np.square(made.predict(steps)).mean(-1).sum()
    for one in (made, own):
        np.testing.assert_allclose(
            one.evaluate(steps, np.zeros_like(steps))[0], expected, rtol=1e-5
        )


def test_masked_rows_do_not_count_in_a_loss_of_ones_own():
    rows = np.ones((4, 3, 2), "float32")
    rows[2:] = 0
    made = Sequential([Input((3, 2)), Masking(), Dense(2, use_bias=False)])
    made.compile("sgd", squares, metrics=["mse"])
    found = made.evaluate(rows, np.zeros_like(rows))
    expected = np.square(made.predict(rows[:2])).mean()
    np.testing.assert_allclose([*found], [expected, expected], rtol=1e-5)


def test_without_a_loss_there_are_the_layers_own():
    network = chain((4,), [Dense(2, activity_regularizer="l2", name="d")])
    with pytest.raises(ConfigError, match="No loss was given"):
        make_recipe(network, "sgd", None)
    recipe = make_recipe(network, "sgd", None, lossless=True)
    assert recipe.names == ("loss",)
    assert as_examples(recipe, X, None).targets == {}


def test_metrics_made_beforehand_keep_their_names():
    network = chain((4,), [Dense(2, name="d")])
    metric = RootMeanSquaredError()
    pairs = make_recipe(network, "sgd", "mse", [("far", metric), "mae"], [("near", metric)])
    assert pairs.names == ("loss", "far", "mae", "near")
    ready = make_recipe(network, "sgd", None, [Measure("x", "d", metric)], lossless=True)
    assert ready.measures == (Measure("x", "d", metric),)
    assert set(as_examples(ready, X, Y).targets) == {"d"}
