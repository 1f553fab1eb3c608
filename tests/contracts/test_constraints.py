"""What every constraint promises."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_functions import CONSTRAINTS as CASES
from cases_functions import drawn

from pellucid.functions import constraints as names
from pellucid.functions.constraints import CONSTRAINTS

WEIGHTS = drawn("numbers", (4, 3), seed=0)


@pytest.fixture(params=CASES)
def constraint(request):
    return CASES[request.param]


def test_each_has_a_case():
    assert set(CASES) == set(CONSTRAINTS)


def test_config_gives_it_back(constraint):
    assert type(constraint).from_config(constraint.to_config()) == constraint
    assert eval(repr(constraint), vars(names)) == constraint
    assert hash(eval(repr(constraint), vars(names))) == hash(constraint)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_it_keeps_the_form_of_the_weights_and_moves_them(constraint, dtype):
    weights = jnp.asarray(WEIGHTS, dtype)
    allowed = constraint(weights)
    assert (allowed.shape, allowed.dtype) == (weights.shape, weights.dtype)
    assert not np.array_equal(allowed, weights)


def test_compiled_and_plain_agree(constraint):
    weights = jnp.asarray(WEIGHTS, "float32")
    np.testing.assert_allclose(jax.jit(constraint)(weights), constraint(weights), rtol=1e-6)


def test_zeros_stay_finite(constraint):
    assert np.isfinite(constraint(jnp.zeros((4, 3)))).all()
