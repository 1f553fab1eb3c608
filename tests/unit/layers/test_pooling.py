"""Pooling against XLA's own windows, ties and the edges included."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers
from pellucid.layers.pooling import largest, max_pool
from pellucid.layers.windows import Windows

KEY = jax.random.key(0)


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("size", "strides"),
    [
        ((1, 1), (1, 1)),
        ((2, 2), (2, 2)),
        ((2, 3), (2, 3)),
        ((3, 2), (1, 1)),
        ((3, 3), (2, 2)),
        ((2, 2), (3, 1)),
    ],
)
def test_gradient_goes_where_select_and_scatter_sends_it(size, strides, padding):
    x = jnp.asarray(np.random.default_rng(0).integers(0, 3, (2, 8, 7, 3)), jnp.float32)  # many ties
    windows = Windows(size, strides, padding, (1, 1))

    def by_xla(x):
        return jax.lax.reduce_window(
            x, -jnp.inf, jax.lax.max, (1, *size, 1), (1, *strides, 1), padding.upper()
        )

    def both(pool):
        shape = (2, *windows.count((8, 7)), 3)
        delta = jnp.asarray(np.random.default_rng(1).normal(size=shape), jnp.float32)

        def run(x):
            z, backward = jax.vjp(pool, x)
            return z, backward(delta)[0]

        return jax.jit(run)(x)

    ours, theirs = both(lambda x: max_pool(x, windows)), both(by_xla)
    np.testing.assert_array_equal(ours[0], theirs[0])
    # overlapping windows add up in another order
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-5, atol=1e-6)


def test_nan_comes_through():
    x = jnp.asarray([1.0, jnp.nan, 3.0, 2.0, jnp.nan, 0.0]).reshape(1, 6, 1)
    z = max_pool(x, Windows((2,), (2,), "valid", (1,)))
    np.testing.assert_array_equal(jnp.isnan(z).ravel(), [True, False, True])


def test_average_does_not_count_padding():
    layer = layers.AveragePooling1D(3, strides=1, padding="same")
    z, _ = layer.apply({}, {}, jnp.ones((1, 4, 1)), key=KEY, training=False)
    np.testing.assert_array_equal(z.ravel(), np.ones(4))


def test_a_window_larger_than_the_image_is_refused():
    with pytest.raises(ValueError, match=r'MaxPooling2D is larger .*\n.*\n.*\(3, 3\)\n.*"same"'):
        layers.MaxPooling2D(4).output_shape((3, 3, 1))


def test_an_average_over_no_step_is_not_a_number():
    layer = layers.GlobalAveragePooling1D()
    mask = jnp.asarray([[True, False], [False, False]])
    x = jnp.asarray([[[1.0], [5.0]], [[2.0], [3.0]]])
    z, _ = layer.apply({}, {}, x, key=KEY, training=False, mask=mask)
    np.testing.assert_array_equal(z, [[1.0], [np.nan]])


def test_the_largest_of_all_gets_the_whole_gradient_however_it_is_rounded():
    random = np.random.default_rng(0)
    x = random.normal(size=(4, 3, 5, 6)).astype(np.float32)
    x[0, 1, 2] = x[0, 2, 4] = 9.0  # equals: the first has it
    normal = layers.LayerNormalization()
    params, state = normal.init(KEY, (3, 5, 6))

    def total(x):
        a, _ = normal.apply(params, state, x, key=KEY, training=True)
        return largest(a).sum()

    def plain(x):
        return largest(x).sum()

    gradient = np.asarray(jax.grad(plain)(x))
    assert (gradient.sum(axis=(1, 2)) == 1).all() and (gradient[0, 1, 2] == 1).all()
    np.testing.assert_array_equal(largest(jnp.array(x)), x.max((1, 2)))
    rounded = jax.jit(jax.grad(total), compiler_options={"xla_backend_optimization_level": 0})
    assert np.isfinite(rounded(x)).all()
