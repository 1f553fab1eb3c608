"""What every schedule promises."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_functions import SCHEDULES as CASES

from pellucid.functions import schedules as names
from pellucid.functions.schedules import SCHEDULES

STEPS = jnp.arange(100, dtype="int32")


@pytest.fixture(params=CASES)
def schedule(request):
    return CASES[request.param]


def test_each_has_a_case():
    assert set(CASES) == set(SCHEDULES)


def test_config_gives_it_back(schedule):
    assert type(schedule).from_config(schedule.to_config()) == schedule
    assert eval(repr(schedule), vars(names)) == schedule
    assert hash(eval(repr(schedule), vars(names))) == hash(schedule)


def test_a_rate_is_a_strong_float32_and_no_less_than_0(schedule):
    rate = schedule(STEPS[0])
    assert (rate.shape, rate.dtype, rate.weak_type) == ((), "float32", False)
    rates = jax.vmap(schedule)(STEPS)
    assert np.isfinite(rates).all()
    assert (rates >= 0).all()
    assert len(set(rates.tolist())) > 1


def test_compiled_and_plain_agree(schedule):
    for step in STEPS[::17]:
        np.testing.assert_allclose(jax.jit(schedule)(step), schedule(step), rtol=1e-5)
