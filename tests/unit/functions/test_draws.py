"""Random numbers: JAX's own, whether a program draws them, a block at a time, or nobody does."""

import jax
import numpy as np
import pytest
from cases_functions import INITIALIZERS as CASES
from cases_layers import NAMES, case_of

from pellucid.functions import draws
from pellucid.functions.draws import blank_key, is_known
from pellucid.functions.initializers import RandomNormal, RandomUniform, TruncatedNormal
from pellucid.functions.threefry import THREEFRY, key_of

BITS = [np.array(pair, np.uint32) for pair in [(0, 0), (3, 5), (2**32 - 1, 7)]]
SHAPES = [(), (1,), (7,), (3, 4, 5), (0,), (2, 0), (33, 31)]
STARTS = {
    **CASES,
    "normal about 0.7": RandomNormal(0.7, 0.3),
    "truncated about 0.7": TruncatedNormal(0.7, 0.3),
    "uniform on [0, 1)": RandomUniform(0.0, 1.0),
    "uniform on [-0.1, 0.33)": RandomUniform(-0.1, 0.33),
}


def jaxs_own(bits):
    return jax.random.wrap_key_data(bits, impl="threefry2x32")


def assert_same_bits(found, expected):
    found, expected = np.asarray(found), np.asarray(expected)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("bits", BITS, ids=str)
@pytest.mark.parametrize("kind", ["uint8", "uint16", "uint32"])
def test_bits_are_jaxs_own(bits, kind):
    for shape in SHAPES:
        expected = jax.random.bits(jaxs_own(bits), shape, kind)
        assert_same_bits(jax.random.bits(key_of(bits), shape, kind), expected)


@pytest.mark.parametrize("bits", BITS, ids=str)
def test_64_bits_are_jaxs_own(bits):
    with jax.enable_x64(True):
        expected = jax.random.normal(jaxs_own(bits), (3, 5), "float64")
        assert_same_bits(jax.random.normal(key_of(bits), (3, 5), "float64"), expected)


@pytest.mark.parametrize("bits", BITS, ids=str)
def test_keys_made_of_keys_are_jaxs_own(bits):
    for how in (
        lambda key: jax.random.split(key),
        lambda key: jax.random.split(key, (2, 3)),
        lambda key: jax.random.fold_in(key, 0),
        lambda key: jax.random.fold_in(key, 2**32 - 1),
        lambda key: jax.random.fold_in(key, np.int32(-3)),
        lambda key: jax.vmap(lambda part: jax.random.split(part))(jax.random.split(key, 4)),
    ):
        expected = jax.random.key_data(how(jaxs_own(bits)))
        assert_same_bits(jax.random.key_data(how(key_of(bits))), expected)


def test_a_seed_gives_jaxs_own_key():
    found = jax.random.key_data(jax.random.key(12345, impl=THREEFRY))
    assert_same_bits(found, jax.random.key_data(jax.random.key(12345)))


@pytest.mark.parametrize("name", STARTS)
def test_a_start_has_the_same_bits_however_it_is_drawn(name, monkeypatch):
    monkeypatch.setattr(draws, "BLOCK", 100)  # so that these shapes take several
    draws._block.cache_clear()
    start, bits = STARTS[name], BITS[1]
    for shape in [(7, 9), (33, 31)]:
        expected = jax.jit(lambda bits, s=shape: start(jaxs_own(bits), s))(bits)
        assert_same_bits(jax.jit(lambda bits, s=shape: start(key_of(bits), s))(bits), expected)
        assert_same_bits(start(key_of(bits), shape), expected)
    draws._block.cache_clear()


@pytest.mark.parametrize("name", NAMES)
def test_a_layer_starts_with_the_same_bits_with_and_without_a_program(name):
    case = case_of(name)
    compiled = jax.jit(lambda bits: case.layer.init(jaxs_own(bits), case.shape))(BITS[1])
    plain = case.layer.init(key_of(BITS[1]), case.shape)
    jax.tree.map(assert_same_bits, plain, compiled)


@pytest.mark.parametrize("name", NAMES)
def test_a_layers_forms_need_no_draw(name):
    case = case_of(name)
    forms = jax.eval_shape(lambda: case.layer.init(blank_key(), case.shape))
    drawn = jax.eval_shape(lambda: case.layer.init(key_of(BITS[1]), case.shape))
    assert jax.tree.structure(forms) == jax.tree.structure(drawn)
    for form, array in zip(jax.tree.leaves(forms), jax.tree.leaves(drawn), strict=True):
        assert (form.shape, form.dtype) == (array.shape, array.dtype)


def test_only_keys_of_ours_outside_of_programs_are_known():
    assert is_known(key_of(BITS[0]))
    assert not is_known(jaxs_own(BITS[0]))
    assert not is_known(blank_key())
    jax.jit(lambda bits: [] if is_known(key_of(bits)) else [bits])(BITS[0])[0]
