"""What must not regress: looking is free when nobody looks, and a fit compiles once."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid.functions.losses import CategoricalCrossentropy
from pellucid.layers.dense import Dense
from pellucid.models.sequential import Sequential
from pellucid.network.graph import chain
from pellucid.optimizers.adam import Adam
from pellucid.training.block import Layout, Span, begin, block, compile_block
from pellucid.training.measuring import traced_sums
from pellucid.training.programs import compile_init, compile_start
from pellucid.training.state import NOISE, Examples, Goal, Recipe, key_for, seed_bits
from pellucid.training.step import step
from pellucid.training.watch import NOTHING, SIGNALS, Watch

ROWS = np.random.default_rng(0).normal(size=(50, 4)).astype("float32")
LABELS = np.eye(3, dtype="float32")[ROWS[:, :3].argmax(1)]
BATCH = Examples({"x": ROWS}, {"output": LABELS}, {"output": np.ones(50, "float32")})


def recipe(watch=NOTHING):
    layers = [Dense(8, "relu", name="hidden"), Dense(3, "softmax", name="output")]
    goals = (Goal("output", CategoricalCrossentropy()),)
    return Recipe(chain((4,), layers), goals, (), Adam(), watch)


def start(recipe):
    bits = seed_bits(0)
    return compile_start(recipe)(bits, *compile_init(recipe.network)(bits))


def plain_step(recipe, train, batch):
    """The same arithmetic without nudges, signals or records."""
    network, (goal,) = recipe.network, recipe.goals

    def objective(params):
        key = key_for(train.seed, NOISE, train.step)
        forward = network.apply(params, train.state, batch.inputs, key=key, training=True)
        nonlinearity = network["output"].layer.nonlinearity
        costs = goal.loss(batch.targets["output"], forward.z["output"], nonlinearity)
        return jnp.mean(costs * batch.weights["output"]), forward.state

    (loss, state), gradient = jax.value_and_grad(objective, has_aux=True)(train.params)
    update, memory = recipe.optimizer.update(
        gradient, train.memory, train.params, train.learning_rate
    )
    params = jax.tree.map(jnp.add, train.params, update)
    after = train._replace(params=params, state=state, memory=memory, step=train.step + 1)
    return after, loss


def cost(program, recipe):
    compiled = jax.jit(partial(program, recipe)).lower(start(recipe), BATCH).compile()
    flops = compiled.cost_analysis()["flops"]
    return flops, compiled.memory_analysis().temp_size_in_bytes


def test_not_watching_costs_nothing():
    def ours(recipe, train, batch):
        train, _, record = step(recipe, train, batch, traced_sums(recipe, batch.targets))
        return train, record.loss

    assert cost(ours, recipe()) == cost(plain_step, recipe())


def test_watching_is_seen_in_the_cost():
    """The measure above is not blind: with everything watched the program is larger."""
    watched = recipe(Watch(SIGNALS, every=1))

    def watching(recipe, train, batch):
        return step(recipe, train, batch, traced_sums(recipe, batch.targets))

    assert cost(watching, watched)[0] > cost(plain_step, recipe())[0]


def test_between_looks_a_watched_block_takes_plain_steps():
    """The text of the program holds the summaries once a group, not once a step."""
    layout = Layout(50, 5, True, False, ())
    watched = recipe(Watch(("delta",), every=5))
    train = start(watched)
    run = begin(watched, layout, train, BATCH)
    span = Span(*(np.array(n, np.int32) for n in (1, 0, layout.steps)))
    _, _, ledger = compile_block(watched, layout)(train, run, BATCH, None, span)
    assert int(ledger.looks) == 2
    assert int(ledger.steps) == 10
    assert (np.asarray(ledger.signals["delta"]["hidden"]["rms"])[:2] > 0).all()


@pytest.fixture
def counted(caplog):
    """Count compilations by name, or what else is said to be finished, as JAX logs them."""
    with jax.log_compiles(True), caplog.at_level("WARNING", logger="jax"):
        yield lambda what="XLA compilation": [
            record.getMessage()
            for record in caplog.records
            if record.getMessage().startswith(f"Finished {what}")
        ]


def test_a_fit_is_three_programs_and_one_to_look_and_a_second_fit_none(counted):
    model = Sequential([Dense(7, "relu"), Dense(3, "softmax")])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    model.fit(ROWS, LABELS, epochs=30, batch_size=16, validation_split=0.2, verbose=0)
    names = [line.split("jit(")[1].split(")")[0] for line in counted()]
    assert sorted(names) == ["block", "fresh", "init", "look"], names
    traced = counted("tracing")
    assert traced
    model.fit(ROWS, LABELS, epochs=7, batch_size=16, validation_split=0.2, verbose=0)
    model.trainer.learning_rate = 0.5
    model.fit(ROWS, LABELS, epochs=2, batch_size=16, validation_split=0.2, verbose=0)
    again = Sequential([Dense(7, "relu"), Dense(3, "softmax")], seed=5)
    again.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    again.fit(ROWS, LABELS, epochs=3, batch_size=16, validation_split=0.2, verbose=0)
    assert len(counted()) == 4, "equal recipes share their programs"
    assert counted("tracing") == traced, "nor is anything traced again"


def test_nobody_looks_where_the_doctor_is_off(counted):
    model = Sequential([Dense(6, "relu"), Dense(3, "softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(ROWS, LABELS, epochs=3, verbose=0, doctor="off")
    assert not [line for line in counted() if "jit(look)" in line]


def test_a_block_asks_the_host_for_nothing():
    """No callback to Python stands in the program of many epochs."""
    layout = Layout(50, 16, True, False, ())
    train = start(recipe())
    run = begin(recipe(), layout, train, BATCH)
    span = Span(*(np.array(n, np.int32) for n in (3, 0, layout.steps)))
    text = jax.jit(partial(block, recipe(), layout)).lower(train, run, BATCH, None, span).as_text()
    assert "callback" not in text
    assert "outfeed" not in text
    assert "stablehlo.while" in text


def test_memory_of_earlier_blocks_is_given_back():
    model = Sequential([Dense(64, "relu"), Dense(3, "softmax")])
    model.compile("adam", "categorical_crossentropy")
    model.fit(ROWS, LABELS, epochs=2, verbose=0)
    before = len(jax.live_arrays())
    model.fit(ROWS, LABELS, epochs=20, verbose=0)
    assert len(jax.live_arrays()) <= before
