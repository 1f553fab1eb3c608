"""What every layer promises, asked of every registered layer."""

import dataclasses
import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_layers import NAMES, Case, case_of, fresh

from pellucid import layers
from pellucid.base.registry import Registry
from pellucid.layers import LAYERS

pytestmark = pytest.mark.parametrize("name", NAMES)
KEY = jax.random.key(5)


def run(case: Case, rows: int = 3, training: bool = False, dtype: str = "float32") -> Any:
    params, state = fresh(case)
    params = jax.tree.map(lambda array: array.astype(dtype), params)
    return case.layer.apply(params, state, case.batch(rows, dtype), key=KEY, training=training)


def test_it_has_a_row(name: str):
    assert type(case_of(name).layer) is LAYERS[name]
    assert getattr(layers, name) is LAYERS[name]


def test_its_output_has_the_promised_shape(name: str):
    case = case_of(name)
    for training in (False, True):
        z, _ = run(case, training=training)
        assert z.shape == (3, *case.layer.output_shape(case.shape))
        assert case.layer.nonlinearity(z).shape == z.shape
        assert np.isfinite(z).all()


def test_a_call_leaves_a_symbol(name: str):
    case = case_of(name)
    symbols = [layers.Symbol(shape) for shape in case.shapes]
    made = case.layer(*symbols)
    assert made.shape == case.layer.output_shape(case.shape)
    assert made.layer is case.layer
    assert made.inputs == tuple(symbols)


def test_its_settings_survive_a_round_trip(name: str):
    layer = case_of(name).layer
    assert type(layer).from_config(json.loads(json.dumps(layer.to_config()))) == layer
    assert eval(repr(layer), vars(layers)) == layer
    assert hash(layer) == hash(type(layer).from_config(layer.to_config()))


def test_its_settings_are_checked_against_registries(name: str):
    layer = case_of(name).layer
    for field in dataclasses.fields(layer):
        if isinstance(field.metadata.get("choices"), Registry):
            with pytest.raises(ValueError, match="called 'nonsense'"):
                dataclasses.replace(layer, **{field.name: "nonsense"})


def test_a_key_decides_everything(name: str):
    case = case_of(name)
    for training in (False, True):
        first, second = run(case, training=training)[0], run(case, training=training)[0]
        np.testing.assert_array_equal(first, second)
    starts = [case.layer.init(jax.random.key(1), case.shape)[0] for _ in range(2)]
    jax.tree.map(np.testing.assert_array_equal, *starts)


def test_rows_do_not_depend_on_each_other(name: str):
    case = case_of(name)
    params, state = fresh(case)
    batch = case.batch(3)
    training = not (case.mixes_rows or case.random)
    together, _ = case.layer.apply(params, state, batch, key=KEY, training=training)
    for row in range(3):
        one = jax.tree.map(lambda x: x[row : row + 1], batch)  # noqa: B023 (used at once)
        alone, _ = case.layer.apply(params, state, one, key=KEY, training=training)
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-5, atol=1e-6)


def test_compiled_and_plain_agree(name: str):
    case = case_of(name)
    params, state = fresh(case)
    for training in (False, True):

        def apply(params, state, x):
            return case.layer.apply(params, state, x, key=KEY, training=training)  # noqa: B023

        plain = apply(params, state, case.batch(3))
        compiled = jax.jit(apply)(params, state, case.batch(3))
        for one, other in zip(jax.tree.leaves(plain), jax.tree.leaves(compiled), strict=True):
            # fused arithmetic rounds elsewhere
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_training_matters_only_where_it_should(name: str):
    case = case_of(name)
    seen, other = run(case, training=True)[0], run(case, training=False)[0]
    assert np.array_equal(seen, other) != (case.random or case.mixes_rows)
    if case.random:
        params, state = fresh(case)
        again, _ = case.layer.apply(
            params, state, case.batch(3), key=jax.random.key(6), training=True
        )
        assert not np.array_equal(seen, again)


def test_its_state_keeps_its_form(name: str):
    case = case_of(name)
    for dtype in ("float32", "bfloat16"):
        _, before = fresh(case)
        for training in (False, True):
            _, after = run(case, training=training, dtype=dtype)
            assert jax.tree.structure(after) == jax.tree.structure(before)
            for old, new in zip(jax.tree.leaves(before), jax.tree.leaves(after), strict=True):
                assert (old.shape, old.dtype, old.weak_type) == (
                    new.shape,
                    new.dtype,
                    new.weak_type,
                )


def test_everything_it_starts_with_is_strongly_typed(name: str):
    case = case_of(name)
    for leaf in jax.tree.leaves(case.layer.init(KEY, case.shape)):
        assert leaf.dtype == jnp.float32
        assert not leaf.weak_type


def test_half_precision_comes_out_as_it_went_in(name: str):
    case = case_of(name)
    for training in (False, True):
        z, _ = run(case, training=training, dtype="bfloat16")
        full, _ = run(case, training=training)
        if name != "CategoryEncoding":  # made from integers alone
            assert z.dtype == jnp.bfloat16
            assert case.layer.nonlinearity(z).dtype == jnp.bfloat16
        if not case.random:  # bfloat16 keeps 8 bits; sums over a window lose a little more
            np.testing.assert_allclose(z.astype("float32"), full, rtol=0.05, atol=0.1)


def test_what_it_learns_from_data_is_its_state(name: str):
    case = case_of(name)
    if not case.layer.learns_from_data:
        with pytest.raises(TypeError, match="takes nothing from training rows"):
            case.layer.learn(np.zeros((2, 3)))
        return
    x = np.asarray(case.batch(20))
    params, state = fresh(case)
    before, _ = case.layer.apply(params, state, jnp.asarray(x), key=KEY, training=True)
    learnt = case.layer.learn(x)
    assert {k: (v.shape, v.dtype) for k, v in learnt.items()} == {
        k: (v.shape, v.dtype) for k, v in state.items()
    }
    assert (state["seen"], learnt["seen"]) == (0, 20)
    if getattr(case.layer, "mean", None) is None:
        np.testing.assert_array_equal(before, x)


def test_its_axes_are_checked(name: str):
    """One axis too many, or too few, is refused by layers that name their axes, and by name."""
    case = case_of(name)
    axes = getattr(case.layer, "axes", None)
    if not isinstance(axes, str):
        return
    for wrong in ((4,), (2, 3, 4, 5), (3, 4) if len(axes.split()) == 3 else (3, 4, 5)):
        with pytest.raises(ValueError, match=f"{name} takes examples of .*\n.*\n *expected"):
            case.layer.output_shape(wrong)
