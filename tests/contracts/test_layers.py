"""What every layer promises, asked of every registered layer."""

import dataclasses
import functools
import json
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from cases_layers import NAMES, case_of, fresh

from pellucid import layers
from pellucid.base.registry import Registry
from pellucid.layers import LAYERS

pytestmark = pytest.mark.parametrize("name", NAMES)
KEY = jax.random.key(5)


@functools.cache
def program(name: str, training: bool) -> Any:
    """Return the compiled `apply` of a case."""
    return jax.jit(functools.partial(case_of(name).layer.apply, training=training))


@functools.cache
def arrays(name: str) -> Any:
    """Return parameters and state of a case."""
    return fresh(case_of(name))


def run(name: str, training: bool = False, dtype: str = "float32", key: Any = KEY) -> Any:
    """Return z of three rows, and the state after them."""
    params, state = arrays(name)
    params = jax.tree.map(lambda array: array.astype(dtype), params)
    return program(name, training)(params, state, case_of(name).batch(3, dtype), key=key)


def test_it_has_a_row(name: str):
    assert type(case_of(name).layer) is LAYERS[name]
    assert getattr(layers, name) is LAYERS[name]


def test_its_output_has_the_promised_shape(name: str):
    case = case_of(name)
    for training in (False, True):
        z, _ = run(name, training=training)
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
        first, second = run(name, training=training)[0], run(name, training=training)[0]
        np.testing.assert_array_equal(first, second)
    starts = [case.layer.init(jax.random.key(1), case.shape)[0] for _ in range(2)]
    jax.tree.map(np.testing.assert_array_equal, *starts)


def test_rows_do_not_depend_on_each_other(name: str):
    case = case_of(name)
    params, state = arrays(name)
    batch = case.batch(3)
    training = not (case.mixes_rows or case.random)
    together, _ = run(name, training)
    for row in range(3):
        one = jax.tree.map(lambda x: x[row : row + 1], batch)  # noqa: B023 (used at once)
        alone, _ = program(name, training)(params, state, one, key=KEY)
        np.testing.assert_allclose(alone[0], together[row], rtol=1e-5, atol=1e-6)


def test_compiled_and_plain_agree(name: str):
    case = case_of(name)
    params, state = arrays(name)
    for training in (False, True):
        plain = case.layer.apply(params, state, case.batch(3), key=KEY, training=training)
        compiled = run(name, training)
        for one, other in zip(jax.tree.leaves(plain), jax.tree.leaves(compiled), strict=True):
            # fused arithmetic rounds elsewhere
            np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_training_matters_only_where_it_should(name: str):
    case = case_of(name)
    seen, other = run(name, training=True)[0], run(name, training=False)[0]
    assert np.array_equal(seen, other) != (case.random or case.mixes_rows)
    if case.random:
        again, _ = run(name, training=True, key=jax.random.key(6))
        assert not np.array_equal(seen, again)


def test_its_state_keeps_its_form(name: str):
    for dtype in ("float32", "bfloat16"):
        _, before = arrays(name)
        for training in (False, True):
            _, after = run(name, training=training, dtype=dtype)
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
        z, _ = run(name, training=training, dtype="bfloat16")
        full, _ = run(name, training=training)
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
    params, state = arrays(name)
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
    shapes = [(4,), (3, 4), (3, 4, 5), (2, 3, 4, 5), (2, 2, 3, 4, 5)]
    for wrong in (shape for shape in shapes if len(shape) != len(axes.split())):
        with pytest.raises(ValueError, match=f"{name} takes examples of .*\n.*\n *expected"):
            case.layer.output_shape(wrong)
