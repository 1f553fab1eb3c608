"""What every activation promises."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_functions import ACTIVATIONS as CASES

from pellucid.functions.activations import ACTIVATIONS

Z = np.linspace(-5, 5, 24, dtype="float32").reshape(2, 3, 4)[..., [3, 0, 2, 1]]


@pytest.fixture(
    params=[(name, i) for name, them in CASES.items() for i in range(len(them))], ids=str
)
def activation(request):
    name, number = request.param
    return CASES[name][number]


def test_each_has_a_case():
    assert set(CASES) == set(ACTIVATIONS)


def test_its_name_gives_it_back():
    for name in ACTIVATIONS:
        assert ACTIVATIONS.resolve(name) is CASES[name][0]
        assert ACTIVATIONS.name_of(ACTIVATIONS[name]) == name


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_dtype_is_kept(activation, dtype):
    z = jnp.asarray(Z[:, :2], dtype)
    assert jax.eval_shape(activation, z).dtype == dtype
    assert jax.eval_shape(jax.grad(lambda z: activation(z).sum()), z).dtype == dtype


def test_compiled_and_plain_agree(activation):
    z = jnp.asarray(Z[:, :2])
    np.testing.assert_allclose(jax.jit(activation)(z), activation(z), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in CASES if name != "exponential"])
def test_far_out_values_and_slopes_stay_finite(name):
    """All but the exponential, which grows beyond every number as it should."""
    activation, z = CASES[name][0], jnp.asarray([[-1e3, 1e3], [1e3, -1e3]], "float32")
    slope, a = jax.jit(jax.grad(lambda z: (activation(z).sum(), activation(z)), has_aux=True))(z)
    assert np.isfinite(a).all()
    assert np.isfinite(slope).all()
