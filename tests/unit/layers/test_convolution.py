"""Convolution: the lectures' examples, both ways of computing it, and what is refused."""

import math
import re

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pellucid import layers
from pellucid.layers.patches import by_patches, convolve
from pellucid.layers.plain_convolution import convolve_plainly
from pellucid.layers.windows import Windows
from pellucid.training.compilation import OPTIONS, compiled

KEY = jax.random.key(0)


def test_the_filter_plus_minus_plus_detects_a_dip():
    signal = jnp.asarray([5.0, 5.0, 5.0, 1.0, 5.0, 5.0, 5.0]).reshape(1, 7, 1)
    kernel = {"kernel": jnp.asarray([1.0, -1.0, 1.0]).reshape(3, 1, 1)}
    layer = layers.Conv1D(1, 3, use_bias=False)
    z, _ = layer.apply(kernel, {}, signal, key=KEY, training=False)
    np.testing.assert_array_equal(z.ravel(), [5, 1, 9, 1, 5])
    assert int(jnp.argmax(z)) + 1 == 3  # a window's middle is one step after its beginning


def test_eight_filters_of_5_by_5_have_208_weights_where_dense_has_thousands():
    convolution, dense = layers.Conv2D(8, 5), layers.Dense(8 * 24 * 24)
    params, _ = convolution.init(KEY, (28, 28, 1))
    assert convolution.output_shape((28, 28, 1)) == (24, 24, 8)
    assert params["kernel"].shape == (5, 5, 1, 8)
    assert sum(array.size for array in params.values()) == 8 * (5 * 5 * 1 + 1)
    shapes = jax.eval_shape(lambda: dense.init(KEY, (28 * 28,))[0])
    assert sum(math.prod(leaf.shape) for leaf in jax.tree.leaves(shapes)) == (784 + 1) * 4608


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize(
    "windows",
    [
        Windows((3, 2), (1, 1), "valid", (1, 1)),
        Windows((3, 2), (2, 3), "same", (1, 1)),
        Windows((2, 3), (1, 1), "same", (2, 3)),
        Windows((2, 2), (2, 1), "valid", (3, 2)),
    ],
)
def test_patches_equal_the_convolution_other_devices_run(windows, groups, monkeypatch):
    random = np.random.default_rng(0)
    x = jnp.asarray(random.normal(size=(2, 8, 9, 4)), jnp.float32)
    kernel = jnp.asarray(random.normal(size=(*windows.size, 4 // groups, 6)), jnp.float32)
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    expected = jax.jit(lambda x: convolve(x, kernel, windows, groups))(x)
    patches = jax.jit(lambda x: by_patches(x, kernel, windows, groups))(x)
    np.testing.assert_allclose(patches, expected, atol=1e-4)


@pytest.mark.parametrize(
    ("device", "channels", "groups", "dtype", "uses_lax"),
    [
        ("cpu", 4, 1, "float32", True),
        ("cpu", 1, 1, "float32", False),
        ("cpu", 4, 2, "float32", False),
        ("cpu", 4, 1, "bfloat16", False),
        ("gpu", 1, 1, "float32", True),
        ("tpu", 4, 2, "bfloat16", True),
    ],
)
def test_device_and_channels_decide_how(device, channels, groups, dtype, uses_lax, monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: device)
    windows = Windows((3,), (1,), "valid", (1,))
    made = jax.make_jaxpr(lambda *at: convolve(*at, windows, groups))(
        jnp.ones((2, 5, channels), dtype), jnp.ones((3, channels // groups, 4), dtype)
    )
    assert ("conv_general_dilated" in str(made)) == uses_lax


WAYS = [
    Windows((3,), (1,), "causal", (2,)),
    Windows((3, 2), (1, 1), "valid", (1, 1)),
    Windows((3, 2), (2, 3), "same", (1, 1)),
    Windows((2, 3), (1, 1), "same", (2, 3)),
    Windows((2, 2), (2, 1), "valid", (3, 2)),
    Windows((1, 1), (2, 2), "valid", (1, 1)),
    Windows((2, 2, 2), (1, 2, 1), "same", (1, 1, 1)),
]


@pytest.mark.parametrize("windows", WAYS)
def test_a_plain_convolution_has_the_gradients_of_patches(windows):
    random, axes = np.random.default_rng(0), len(windows.size)
    x = jnp.asarray(random.normal(size=(2, *(8, 9, 7)[:axes], 4)), jnp.float32)
    kernel = jnp.asarray(random.normal(size=(*windows.size, 4, 5)), jnp.float32)
    z, back = jax.vjp(lambda *at: convolve_plainly(*at, windows), x, kernel)
    patches, slowly = jax.vjp(lambda *at: by_patches(*at, windows, 1), x, kernel)
    np.testing.assert_allclose(z, patches, atol=1e-4)
    delta = jnp.asarray(random.normal(size=z.shape), jnp.float32)
    for fast, slow in zip(back(delta), slowly(delta), strict=True):
        np.testing.assert_allclose(fast, slow, atol=1e-4)


@pytest.mark.parametrize("windows", WAYS)
def test_in_a_loop_all_convolutions_are_of_the_form_with_a_fast_kernel(windows):
    axes = len(windows.size)
    x, kernel = jnp.ones((2, *(8, 9, 7)[:axes], 4)), jnp.ones((*windows.size, 4, 5))

    def many(x, kernel):
        def once(_, at):
            slopes = jax.grad(lambda *at: convolve_plainly(*at, windows).sum(), (0, 1))(*at)
            return jax.tree.map(jnp.add, at, slopes)

        return jax.lax.fori_loop(0, 3, once, (x, kernel))

    text = compiled(many).lower(x, kernel).compile().as_text()
    digits = "012"[:axes]
    forms = re.findall(r"dim_labels=(\S+?)[,\s]", text)
    assert forms
    assert set(forms) == {f"b{digits}f_{digits}io->b{digits}f"}
    assert "ynn" not in text


@pytest.mark.parametrize(
    ("shape", "hint"),
    [
        ((784,), r"try: +Reshape\(\(28, 28, 1\)\) first"),
        ((28, 28), r"try: +Reshape\(\(28, 28, 1\)\) first"),
        ((10,), r"try: +Reshape\(\(height, width, channels\)\) first"),
    ],
)
def test_an_image_without_its_axes_is_sent_to_reshape(shape, hint):
    with pytest.raises(ValueError, match=rf"Conv2D 'eye' takes .*\n.*\n.*channels\)\n +{hint}"):
        layers.Conv2D(8, 3, name="eye").output_shape(shape)


def test_a_kernel_larger_than_the_image_is_refused():
    with pytest.raises(ValueError, match=r"window of Conv2D is larger.*\n.*\(5, 5\)"):
        layers.Conv2D(8, 3, dilation_rate=2).output_shape((4, 4, 1))
    assert layers.Conv2D(8, 5, padding="same").output_shape((4, 4, 1)) == (4, 4, 8)


def test_channels_and_filters_must_divide_into_groups():
    with pytest.raises(ValueError, match="Conv1D cannot divide its filters"):
        layers.Conv1D(3, 2, groups=2)
    with pytest.raises(ValueError, match="Conv1D cannot divide the channels"):
        layers.Conv1D(4, 2, groups=2).output_shape((5, 3))


def test_sizes_are_kept_in_one_spelling():
    assert layers.Conv2D(8, 3) == layers.Conv2D(8, [3, 3])
    assert repr(layers.Conv2D(8, 3)) == "Conv2D(filters=8, kernel_size=(3, 3))"
    for wrong in ((3,), "3", 2.5):
        with pytest.raises(ValueError, match="one whole number, or one for each axis"):
            layers.Conv2D(8, wrong)
    with pytest.raises(ValueError, match=r"kernel_size=\.\.\.\) is out of range"):
        layers.Conv2D(8, 0)


def test_the_compiler_takes_the_options_that_make_convolutions_fast():
    assert OPTIONS, "try the options with this version of jax, and name it in TRIED"
    assert compiled(lambda x: x + 1)(jnp.ones(2)).tolist() == [2, 2]
