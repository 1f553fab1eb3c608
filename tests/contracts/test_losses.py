"""What every loss promises."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_functions import LOSSES as CASES
from cases_functions import drawn

from pellucid.functions import losses as names
from pellucid.functions.activations import linear, step
from pellucid.functions.losses import LOSSES

SHAPE = (5, 3, 4)
ALL = [(name, number) for name, cases in CASES.items() for number in range(len(cases))]
LINKED = [at for at in ALL if CASES[at[0]][at[1]].loss.link is not None]
FOCAL = ("binary_focal_crossentropy", "categorical_focal_crossentropy")


@pytest.fixture(params=ALL, ids=str)
def case(request):
    name, number = request.param
    return CASES[name][number]


@pytest.fixture(params=LINKED, ids=str)
def linked(request):
    name, number = request.param
    return CASES[name][number]


def targets(case, dtype, shape=SHAPE):
    return jnp.asarray(drawn(case.y, shape, 1), "int32" if case.y == "labels" else dtype)


def outputs(case, dtype):
    return jnp.asarray(drawn(case.a, SHAPE, 2), dtype)


@functools.cache
def cost_of(loss):
    """Return its cost as one program, for all tests that ask for it."""
    return jax.jit(loss.cost)


@functools.cache
def slope_of(loss):
    """Return its cost from z with its delta as one program, for z of any size."""
    return jax.jit(jax.value_and_grad(lambda z, y: loss.cost_from_z(y, z).sum()))


def test_each_has_a_case():
    assert set(CASES) == set(LOSSES)


def test_config_gives_it_back(case):
    loss = case.loss
    assert type(loss).from_config(loss.to_config()) == loss
    assert eval(repr(loss), vars(names)) == loss
    assert hash(eval(repr(loss), vars(names))) == hash(loss)


def test_targets_are_as_it_says(case):
    assert case.loss.targets == ("labels" if case.y == "labels" else "same")


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_one_cost_an_example_in_the_dtype_of_the_outputs(case, dtype):
    y, a = targets(case, dtype), outputs(case, dtype)
    costs = cost_of(case.loss)(y, a)
    assert (costs.shape, costs.dtype) == ((5,), dtype)
    assert np.isfinite(costs.astype("float32")).all()


def test_compiled_and_plain_agree_and_rows_do_not_mix(case):
    y, a = targets(case, "float32"), outputs(case, "float32")
    costs = case.loss.cost(y, a)
    np.testing.assert_allclose(cost_of(case.loss)(y, a), costs, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(case.loss.cost(y[3:4], a[3:4])[0], costs[3], rtol=1e-5, atol=1e-6)


def test_probabilities_of_0_and_1_cost_something_finite():
    for dtype in ("float32", "bfloat16"):
        for case in (
            case for cases in CASES.values() for case in cases if case.a in ("rows", "shares")
        ):
            y = targets(case, dtype, (2, 4))
            a = jnp.asarray(np.eye(4)[[0, 1]], dtype)
            costs, slope = jax.jit(
                jax.value_and_grad(lambda a, c=case, y=y: c.loss.cost(y, a).sum())
            )(a)
            assert np.isfinite(costs.astype("float32"))
            assert np.isfinite(slope.astype("float32")).all()


def test_from_z_is_from_a_where_both_are_exact(linked):
    with jax.enable_x64(True):
        y, z = targets(linked, "float64"), jnp.asarray(drawn("numbers", SHAPE, 3))
        # a step forgets how far z was, so the perceptron is given z for a
        a = z if linked.loss.link is step else linked.loss.link(z)
        from_z, from_a = linked.loss.cost_from_z(y, z), linked.loss.cost(y, a)
        # 1e-6: what clipping probabilities and targets to 1e-7 costs
        np.testing.assert_allclose(from_z, from_a, rtol=1e-6, atol=1e-6)
        np.testing.assert_array_equal(linked.loss(y, z, linked.loss.link), from_z)
        np.testing.assert_allclose(linked.loss(y, z, jnp.sin), linked.loss.cost(y, jnp.sin(z)))


@pytest.mark.parametrize("size", [1e3, 80.0, 0.0])
def test_from_z_it_stays_exact_far_out(linked, size):
    y = targets(linked, "float32", (4, 4))
    z = size * jnp.asarray(
        [[1, -1, -1, -1], [-1, 1, -1, 1], [1, 1, -1, -1], [-1, 1, 1, 1]], "float32"
    )
    cost, delta = slope_of(linked.loss)(z, y)
    with jax.enable_x64(True):
        exact = linked.loss.cost_from_z(
            targets(linked, "float64", (4, 4)), z.astype("float64")
        ).sum()
    np.testing.assert_allclose(cost, exact, rtol=1e-5, atol=1e-6)
    assert np.isfinite(delta).all()


@pytest.mark.parametrize("name", sorted({name for name, _ in LINKED} - set(FOCAL)))
def test_delta_is_a_minus_y_up_to_a_constant(name):
    # the mean over outputs divides by their number, the lectures' sums do not
    outputs_in_mean = {
        "binary_crossentropy": 4,
        "mean_squared_error": 4 / 2,
        "squared_error": 1 / 2,
    }
    loss = LOSSES.resolve(name)
    case = CASES[name][0]
    y = targets(case, "float32", (5, 4))
    z = jnp.asarray(drawn("numbers", (5, 4), 3), "float32").at[0].set(0.0)
    delta = jax.jit(jax.grad(lambda z: loss.cost_from_z(y, z).sum()))(z)
    one_hot = jnp.eye(4)[y] if loss.targets == "labels" else y
    expected = (loss.link(z) - one_hot) / outputs_in_mean.get(name, 1)
    # 1e-6: rounding, and for the divergence its clipping of targets to 1e-7
    np.testing.assert_allclose(delta, expected, rtol=1e-5, atol=1e-6)


def test_from_logits_means_that_the_network_ends_in_z():
    for name in ("binary_crossentropy", "categorical_crossentropy", *FOCAL):
        loss, plain = LOSSES[name](from_logits=True), LOSSES[name]()
        y, z = drawn("one_hot", (5, 4), 1), drawn("numbers", (5, 4), 2)
        y, z = jnp.asarray(y, "float32"), jnp.asarray(z, "float32")
        np.testing.assert_array_equal(loss(y, z, linear), plain(y, z, plain.link))
        np.testing.assert_array_equal(loss.cost(y, z), plain.cost_from_z(y, z))
