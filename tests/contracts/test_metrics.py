"""What every metric promises."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_functions import LOSSES, drawn
from cases_functions import METRICS as CASES

from pellucid.functions import losses
from pellucid.functions import metrics as names
from pellucid.functions.metrics import METRICS, LossMetric

ALL = [(name, number) for name, cases in CASES.items() for number in range(len(cases))]


@pytest.fixture(params=ALL, ids=str)
def case(request):
    name, number = request.param
    return CASES[name][number]


def batch(case, rows, dtype="float32"):
    shape = (rows, case.outputs)
    y = jnp.asarray(drawn(case.y, shape, 1), "int32" if case.y == "labels" else dtype)
    weight = jnp.asarray(np.random.default_rng(3).uniform(0.5, 2.0, rows), "float32")
    return y, jnp.asarray(drawn(case.a, shape, 2), dtype), weight


@functools.cache
def program(metric):
    """Return the value of a batch as one program, compiled once for each number of rows."""
    return jax.jit(lambda *rows: metric.value(metric.sums(*rows)))


def kinds(sums):
    return {name: (part.shape, part.dtype) for name, part in sums.items()}


def test_each_has_a_case():
    assert set(CASES) == set(METRICS)


def test_config_gives_it_back(case):
    metric = case.metric
    assert type(metric).from_config(metric.to_config()) == metric
    twin = eval(repr(metric), {**vars(losses), **vars(names)})
    assert twin == metric
    assert hash(twin) == hash(metric)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_sums_are_float32_and_as_large_for_any_batch(case, dtype):
    small, large = (jax.eval_shape(case.metric.sums, *batch(case, rows, dtype)) for rows in (1, 7))
    assert kinds(small) == kinds(large)
    assert {part.dtype for part in small.values()} == {jnp.dtype("float32")}
    value = jax.eval_shape(case.metric.value, small)
    several = any(
        getattr(case.metric, name, 0) is None for name in ("average", "class_aggregation")
    )
    levels = getattr(case.metric, "thresholds", None)
    several = several or (isinstance(levels, tuple) and not isinstance(case.metric, names.AUC))
    assert (value.ndim, value.dtype) == (1 if several else 0, "float32")


def test_compiled_and_plain_agree(case):
    rows = batch(case, 30)
    plain = case.metric.value(case.metric.sums(*rows))
    np.testing.assert_allclose(program(case.metric)(*rows), plain, rtol=1e-5, atol=1e-6)


def test_no_rows_score_0(case):
    y, a, weight = batch(case, 30)
    nothing = case.metric.sums(y, a, jnp.zeros_like(weight))
    assert not np.any(case.metric.value(nothing))


def test_a_row_of_weight_2_counts_as_two(case):
    y, a, _ = batch(case, 24)
    weight = np.ones(24, "float32")
    weight[[2, 5, 11, 14, 20, 23]] = 2
    twice = np.repeat(np.arange(24), weight.astype(int))
    expected = program(case.metric)(np.asarray(y)[twice], np.asarray(a)[twice], jnp.ones(30))
    np.testing.assert_allclose(program(case.metric)(y, a, weight), expected, rtol=1e-5, atol=1e-6)


def test_positions_between_batch_and_class_count_as_examples(case):
    y, a, _ = batch(case, 30)
    folded = (np.asarray(part).reshape(5, 6, *part.shape[1:]) for part in (y, a))
    sums_up = program(case.metric)(y, a, jnp.ones(30))
    alone = program(case.metric)(*folded, jnp.ones(5))
    np.testing.assert_allclose(alone, sums_up, rtol=1e-5, atol=1e-6)


def test_every_loss_is_a_metric_by_its_name():
    for name, cases in LOSSES.items():
        case = cases[0]
        y = jnp.asarray(drawn(case.y, (6, 4), 1), "int32" if case.y == "labels" else "float32")
        a = jnp.asarray(drawn(case.a, (6, 4), 2), "float32")
        metric, loss = LossMetric(case.loss), case.loss

        @jax.jit
        def both(y, a, metric=metric, loss=loss):
            return metric.value(metric.sums(y, a, jnp.ones(6))), loss.cost(y, a).mean()

        np.testing.assert_allclose(*both(y, a), rtol=1e-6)
        assert METRICS.name_of(LossMetric) == "loss_metric"
        assert LossMetric(name).loss == name
