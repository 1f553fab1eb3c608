"""The product of a layer with few units: the same numbers and slopes, in a form CPUs run fast."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.testing import assert_allclose

from pellucid.layers import products
from pellucid.layers.products import NARROW, product

SHAPES = [  # of x, and units: narrow ones, and such as stay plain
    ((32, 128), 10),
    ((7, 5, 64), 3),
    ((2, 3, 4, 6), 6),
    ((16, 9), 1),
    ((16, 4), 10),
    ((8, 200), NARROW),
    ((8, 200), NARROW + 1),
]


def drawn(shape, units, seed=0):
    random = np.random.default_rng(seed)
    x = jnp.asarray(random.normal(size=shape), "float32")
    return x, jnp.asarray(random.normal(size=(shape[-1], units)), "float32")


def curved(way):
    return lambda x, kernel: jnp.sum(jnp.sin(way(x, kernel)))


def plainly(x, kernel):
    return x @ kernel


def operations(function, *arguments):
    return str(jax.make_jaxpr(function)(*arguments))


@pytest.mark.parametrize(("shape", "units"), SHAPES)
def test_it_is_the_product_and_so_are_its_slopes(shape, units):
    x, kernel = drawn(shape, units)
    assert_allclose(product(x, kernel), x @ kernel, rtol=1e-5, atol=1e-5)
    ours = jax.grad(curved(product), (0, 1))(x, kernel)
    theirs = jax.grad(curved(plainly), (0, 1))(x, kernel)
    for found, expected in zip(ours, theirs, strict=True):
        assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_it_can_be_differentiated_forwards_twice_and_row_by_row():
    x, kernel = drawn((6, 5), 3)
    ways = [
        lambda f: jax.jvp(f, (x, kernel), (x + 1, kernel - 1)),
        lambda f: jax.hessian(f, 1)(x, kernel),
        lambda f: jax.jacfwd(jax.grad(f), 1)(x, kernel),
        lambda f: jax.vmap(lambda row: jax.grad(f, 1)(row[None], kernel))(x),
    ]
    for way in ways:
        for found, expected in zip(
            jax.tree.leaves(way(curved(product))),
            jax.tree.leaves(way(curved(plainly))),
            strict=True,
        ):
            assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_a_narrow_kernels_gradient_is_taken_the_other_way_round():
    narrow, wide = drawn((32, 128), 10), drawn((32, 128), NARROW + 1)
    slope = jax.grad(curved(product), 1)
    assert "f32[10,128] = dot_general" in operations(slope, *narrow)
    assert operations(slope, *narrow).count("optimization_barrier") == 2
    assert "optimization_barrier" not in operations(slope, *wide)


def test_nothing_is_multiplied_for_rows_that_nobody_differentiates():
    x, kernel = drawn((32, 128), 10)
    assert operations(jax.grad(curved(product), 1), x, kernel).count("dot_general[") == 2
    assert operations(jax.grad(curved(product), 0), x, kernel).count("dot_general[") == 2


def test_other_devices_take_it_plainly(monkeypatch):
    monkeypatch.setattr(products, "on_cpu", lambda: False)
    assert "custom_jvp" not in operations(product, *drawn((32, 128), 10))
