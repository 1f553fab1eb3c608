"""What a bench measures, and what it advises."""

import jax
import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import ConfigError
from pellucid.layers import Dense, Input
from pellucid.models.bench import Bench, Pace
from pellucid.models.rehearsal import rehearsal_of
from pellucid.training.pace import matrix_rate, step_cost

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(200, 40)).astype("float32")
Y = RANDOM.integers(3, size=200)


@pytest.fixture(scope="module")
def model():
    made = pc.Sequential([Input((40,)), Dense(64, "relu"), Dense(3, "softmax")])
    made.compile("adam", "sparse_categorical_crossentropy")
    return made


@pytest.fixture(scope="module")
def found(model):
    return pc.bench(model, X, Y, batch_size=20)


def test_it_goes_through_larger_batches_up_to_all_rows(found):
    assert [pace.batch_size for pace in found.paces] == [20, 80, 200]
    assert found.rows == 200
    for pace in found.paces:
        assert pace.rows_a_second == pytest.approx(pace.batch_size / pace.step_seconds)
        assert 0 < pace.share < 1
        assert pace.compiling_seconds > 0


def test_the_model_stays_as_it_is(model, found):
    assert int(model.train_state.step) == 0


def test_operations_and_memory_of_a_step(model):
    rehearsal = rehearsal_of(model, X, Y)
    recipe, begin = rehearsal.recipe, rehearsal.begin
    few, many = (step_cost(recipe, begin, rehearsal.part(np.arange(n))) for n in (20, 200))
    # forward, and back to both weights; back to the inputs of the second layer only
    products = 2 * 180 * (2 * 40 * 64 + 3 * 64 * 3)
    assert many.operations - few.operations == pytest.approx(products, rel=0.1)
    numbers = sum(np.size(a) for a in jax.tree.leaves(begin.params))
    assert few.memory >= 4 * 3 * numbers  # the parameters, and Adam's two moments
    assert many.memory - few.memory >= 4 * 180 * 40  # the rows


def test_a_rate_is_no_more_than_any_processor_has():
    assert 1e8 < matrix_rate() < 1e15


def pace(size, seconds, share):
    return Pace(size, seconds, share, 2**20, 0.5)


@pytest.mark.parametrize(
    ("paces", "words"),
    [
        ([pace(32, 1e-3, 0.05), pace(128, 1e-3, 0.2)], ["Batches of 128 go through 4.0 times"]),
        ([pace(32, 1e-3, 0.05), pace(128, 4e-3, 0.05)], ["gain little here: a step is mostly"]),
        ([pace(32, 1e-3, 0.3), pace(128, 4e-3, 0.3)], ["Larger batches gain little here."]),
        (
            [pace(32, 1e-3, 0.3), pace(128, 2e-3, 0.6)],
            ["Batches of 128 go through 2.0 times", "60% of its matrix rate"],
        ),
    ],
)
def test_advice(paces, words):
    advice = Bench("CPU", 1e11, 1000, tuple(paces)).advice
    assert len(advice) == len(words)
    for line, word in zip(advice, words, strict=True):
        assert word in line


def test_what_is_printed():
    text = str(Bench("CPU", 1e11, 1000, (pace(32, 1e-3, 0.05), pace(128, 1e-3, 0.2))))
    assert "32,000" in text and "20%" in text and text.endswith("held-out score.")


def test_an_empty_batch_is_refused(model):
    with pytest.raises(ConfigError, match="A batch has a row or more"):
        pc.bench(model, X, Y, batch_size=0)
