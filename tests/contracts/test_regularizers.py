"""What every regularizer promises."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_functions import REGULARIZERS as CASES
from cases_functions import drawn

from pellucid.functions import regularizers as names
from pellucid.functions.regularizers import REGULARIZERS

WEIGHTS = drawn("numbers", (4, 3), seed=0)


@pytest.fixture(params=CASES)
def regularizer(request):
    return CASES[request.param]


def test_each_has_a_case():
    assert set(CASES) == set(REGULARIZERS)


def test_config_gives_it_back(regularizer):
    assert type(regularizer).from_config(regularizer.to_config()) == regularizer
    assert eval(repr(regularizer), vars(names)) == regularizer
    assert hash(eval(repr(regularizer), vars(names))) == hash(regularizer)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_it_is_one_cost_in_the_dtype_of_the_weights(regularizer, dtype):
    cost = regularizer(jnp.asarray(WEIGHTS, dtype))
    assert (cost.shape, cost.dtype) == ((), dtype)
    assert cost > 0


def test_compiled_and_plain_agree(regularizer):
    weights = jnp.asarray(WEIGHTS, "float32")
    np.testing.assert_allclose(jax.jit(regularizer)(weights), regularizer(weights), rtol=1e-6)


def test_no_weights_cost_nothing_and_have_a_slope(regularizer):
    zeros = jnp.zeros((4, 3))
    assert regularizer(zeros) == 0
    assert np.isfinite(jax.grad(regularizer)(zeros)).all()
