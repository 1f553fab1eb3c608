"""Transposed convolution: the same as XLA's, and as the transpose of a convolution."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers
from pellucid.layers.patches import by_patches, by_phases, convolve_transposed
from pellucid.layers.windows import Footprints, Windows

KEY = jax.random.key(0)
WINDOWS = [
    Windows((3,), (1,), "valid", (2,)),
    Windows((2,), (4,), "valid", (1,)),
    Windows((3, 2), (1, 1), "valid", (1, 1)),
    Windows((3, 2), (2, 3), "valid", (1, 1)),
    Windows((2, 3), (2, 1), "valid", (3, 2)),
    Windows((1, 2, 2), (2, 1, 2), "valid", (1, 2, 3)),
]


def arrays(windows, filters=3, channels=2):
    random = np.random.default_rng(0)
    x = jnp.asarray(random.normal(size=(2, *(5, 4, 3)[: len(windows.size)], channels)), jnp.float32)
    shape = (*windows.size, filters, channels)
    return x, jnp.asarray(random.normal(size=shape), jnp.float32)


@pytest.mark.parametrize("extra", [None, 0, 1])
@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize("windows", WINDOWS)
def test_phases_equal_what_other_devices_run(windows, padding, extra, monkeypatch):
    extras = None if extra is None else (extra,) * len(windows.size)
    windows = Windows(windows.size, windows.strides, padding, windows.dilation)
    footprints, (x, kernel) = Footprints(windows, extras), arrays(windows)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    expected = jax.jit(lambda x: convolve_transposed(x, kernel, footprints))(x)
    z = jax.jit(lambda x: by_phases(x, kernel, footprints))(x)
    np.testing.assert_allclose(z, expected, atol=1e-5)
    assert z.shape[1:-1] == footprints.count(x.shape[1:-1])


@pytest.mark.parametrize("windows", WINDOWS)
def test_it_is_the_transpose_of_a_convolution(windows):
    x, kernel = arrays(windows)
    z = by_phases(x, kernel, Footprints(windows, None))
    larger = jax.ShapeDtypeStruct(z.shape, z.dtype)
    back = jax.linear_transpose(lambda y: by_patches(y, kernel, windows, 1), larger)
    np.testing.assert_allclose(z, back(x)[0], atol=1e-5)


@pytest.mark.parametrize(("device", "uses_lax"), [("cpu", False), ("gpu", True), ("tpu", True)])
def test_the_device_decides_how(device, uses_lax, monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: device)
    footprints = Footprints(Windows((3,), (2,), "same", (1,)), None)
    made = jax.make_jaxpr(lambda *at: convolve_transposed(*at, footprints))(
        jnp.ones((2, 5, 4)), jnp.ones((3, 3, 4))
    )
    assert ("lhs_dilation=(2,)" in str(made)) == uses_lax  # as lax.conv_transpose spreads x


def test_a_footprint_is_written_round_each_position():
    x = jnp.zeros((1, 4, 1)).at[0, 1, 0].set(2.0)
    kernel = {"kernel": jnp.asarray([1.0, 2.0, 3.0]).reshape(3, 1, 1)}
    layer = layers.Conv1DTranspose(1, 3, strides=2, use_bias=False)
    z, _ = layer.apply(kernel, {}, x, key=KEY, training=False)
    np.testing.assert_array_equal(z.ravel(), [0, 0, 2, 4, 6, 0, 0, 0, 0])


def test_output_padding_is_less_than_the_strides():
    with pytest.raises(ValueError, match=r"does not fit its strides.*\n.*strides=\(2, 2\)"):
        layers.Conv2DTranspose(3, 3, 2, output_padding=(1, 2))
    with pytest.raises(ValueError, match=r"output_padding=\.\.\.\) is out of range"):
        layers.Conv2DTranspose(3, 3, 2, output_padding=-1)


def test_an_example_of_which_nothing_is_left_is_refused():
    layer = layers.Conv1DTranspose(3, 2, 2, padding="same", output_padding=0)
    assert layer.output_shape((3, 1)) == (4, 3)
    with pytest.raises(ValueError, match=r"Conv1DTranspose would give no positions.*\n.*\(1, 1\)"):
        layer.output_shape((1, 1))
