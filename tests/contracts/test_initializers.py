"""What every initializer promises."""

import jax
import numpy as np
import pytest
from cases_functions import INITIALIZERS as CASES

from pellucid.functions import initializers as names
from pellucid.functions.initializers import INITIALIZERS, RandomInitializer

KEY = jax.random.key(0)
SHAPE = (60, 60)


@pytest.fixture(params=CASES)
def initializer(request):
    return CASES[request.param]


def test_each_has_a_case():
    assert set(CASES) == set(INITIALIZERS)


def test_config_gives_it_back(initializer):
    assert type(initializer).from_config(initializer.to_config()) == initializer
    assert eval(repr(initializer), vars(names)) == initializer
    assert hash(eval(repr(initializer), vars(names))) == hash(initializer)


def test_shape_and_dtype_are_as_asked_even_in_float64(initializer):
    with jax.enable_x64(True):
        array = initializer(KEY, SHAPE)
    assert (array.shape, array.dtype) == (SHAPE, "float32")


def test_compiled_and_plain_agree(initializer):
    compiled = jax.jit(initializer, static_argnums=1)(KEY, SHAPE)
    np.testing.assert_allclose(compiled, initializer(KEY, SHAPE), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", [n for n, c in CASES.items() if isinstance(c, RandomInitializer)])
def test_numbers_come_from_the_key_or_from_its_own_seed(name):
    seeded, keyed, other = CASES[name], INITIALIZERS.resolve(name), jax.random.key(1)
    assert (keyed(KEY, SHAPE) == keyed(KEY, SHAPE)).all()
    assert not (keyed(KEY, SHAPE) == keyed(other, SHAPE)).all()
    assert (seeded(KEY, SHAPE) == seeded(other, SHAPE)).all()
