"""A metric over a batch is the metric over its pieces."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_functions import METRICS as CASES
from cases_functions import drawn
from hypothesis import given, settings
from hypothesis import strategies as st

ROWS = 24
ALL = [(name, number) for name, cases in CASES.items() for number in range(len(cases))]


@pytest.mark.parametrize("at", ALL, ids=str)
def test_pieces_add_up(at):
    case = CASES[at[0]][at[1]]
    shape = (ROWS, case.outputs)
    y = jnp.asarray(drawn(case.y, shape, 1), "int32" if case.y == "labels" else "float32")
    a = jnp.asarray(drawn(case.a, shape, 2), "float32")
    sums, value = jax.jit(case.metric.sums), jax.jit(case.metric.value)

    @settings(max_examples=12)
    @given(
        st.lists(st.booleans(), min_size=ROWS, max_size=ROWS),
        st.lists(st.floats(0, 3, width=32), min_size=ROWS, max_size=ROWS),
    )
    def check(chosen, weights):
        # leaving rows out is giving them weight 0: one shape, so one compilation
        weight, chosen = np.float32(weights), np.float32(chosen)
        one, other = sums(y, a, weight * chosen), sums(y, a, weight * (1 - chosen))
        together = value(jax.tree.map(jnp.add, one, other))
        expected = value(sums(y, a, weight))
        # sums in another order differ by rounding, which R2 and AUC magnify
        np.testing.assert_allclose(together, expected, rtol=1e-3, atol=1e-4)

    check()
