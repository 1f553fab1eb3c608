"""Convolution by oneDNN: XLA's results and gradients, and nothing of it where it is not wanted."""

import functools
import os
from concurrent.futures import ThreadPoolExecutor

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import pellucid as pc
from pellucid.layers import onednn
from pellucid.layers.onednn import (
    PACKAGE,
    SWITCH,
    convolve_by_onednn,
    normalise_by_onednn,
    runs_anywhere,
)
from pellucid.layers.patches import convolve
from pellucid.layers.plain_convolution import convolve_plainly
from pellucid.layers.windows import Windows

RANDOM = np.random.default_rng(0)
FORMS = {  # size, strides, padding, dilation, channels, filters
    "1-d": ((3,), (1,), "causal", (2,), 2, 4),
    "2-d": ((3, 3), (1, 1), "valid", (1, 1), 16, 32),
    "one-channel": ((3, 3), (1, 1), "same", (1, 1), 1, 16),
    "strides": ((3, 2), (2, 3), "valid", (1, 1), 3, 5),
    "strides-same": ((3, 2), (2, 3), "same", (1, 1), 3, 5),
    "dilation": ((3, 2), (1, 1), "same", (2, 3), 3, 5),
    "one-tap": ((1, 1), (2, 2), "valid", (1, 1), 8, 8),
    "winograd": ((3, 3), (1, 1), "valid", (1, 1), 32, 48),
    "winograd-same": ((3, 3), (1, 1), "same", (1, 1), 48, 32),
    "3-d": ((2, 3, 1), (1, 2, 1), "same", (1, 1, 1), 2, 3),
}


@pytest.fixture(autouse=True)
def switched_on(monkeypatch):
    """Allow oneDNN, which other tests do without."""
    monkeypatch.setenv(SWITCH, "on")
    if not onednn.offered():
        if "PELLUCID_KERNELS" in os.environ:
            raise AssertionError(f"{PACKAGE} is needed here: pip install ./kernels")
        pytest.skip("oneDNN is not here: apt-get install libdnnl-dev; pip install ./kernels")


def rows_of(form):
    size, strides, padding, dilation, channels, filters = FORMS[form]
    shapes = (3, *(9, 8, 7)[: len(size)], channels), (*size, channels, filters), (filters,)
    arrays = (jnp.asarray(RANDOM.normal(size=shape).astype(np.float32)) for shape in shapes)
    return *arrays, Windows(size, strides, padding, dilation)


def by_xla(x, kernel, bias, windows):
    return convolve_plainly(x, kernel, windows) + bias


def with_gradients(function, *arrays, windows):
    z, back = jax.vjp(lambda *arrays: function(*arrays, windows), *arrays)
    delta = jnp.linspace(-1, 2, z.size).reshape(z.shape)
    return z, *back(delta)


def close(ours, theirs):
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5 * np.abs(other).max())


@pytest.mark.parametrize("form", FORMS)
def test_results_and_gradients_are_those_of_xla(form):
    *arrays, windows = rows_of(form)
    ways = (convolve_by_onednn, by_xla)
    close(*(with_gradients(way, *arrays, windows=windows) for way in ways))


def normalised(x, gamma, beta):
    moments = x.mean((0, 1, 2)), x.var((0, 1, 2))
    return gamma * (x - moments[0]) / jnp.sqrt(moments[1] + 0.01) + beta, *moments


def test_a_batch_is_normalised_as_by_hand_with_its_gradients():
    x, _, beta, _ = rows_of("winograd-same")
    x, gamma = x[..., :32] + 3, beta[::-1]
    found = []
    for way in (functools.partial(normalise_by_onednn, epsilon=0.01), normalised):
        (z, *moments), back = jax.vjp(way, x, gamma, beta)
        delta = jnp.linspace(-1, 2, z.size).reshape(z.shape)
        found.append((z, *moments, *back((delta, *map(jnp.zeros_like, moments)))))
    close(*found)


def test_threads_do_not_disturb_each_other():
    x, *others = rows_of("winograd")
    many = [x * scale for scale in range(1, 9)]
    alone = jax.jit(lambda x: convolve_by_onednn(x, *others))
    expected = [by_xla(x, *others) for x in many]
    with ThreadPoolExecutor(4) as threads:
        close(list(threads.map(alone, many)), expected)


def test_batches_of_batches():
    x, *others = rows_of("2-d")
    found = jax.vmap(lambda x: convolve_by_onednn(x, *others))(jnp.stack([x, 2 * x]))
    close(found, [by_xla(x, *others), by_xla(2 * x, *others)])


def calls(function, *given):
    return "pellucid_convolve" in jax.jit(function).lower(*given).as_text()


def test_it_is_used_for_float32_in_one_group_unless_switched_off(monkeypatch):
    x, kernel, _, windows = rows_of("2-d")
    half = x.astype(jnp.bfloat16), kernel.astype(jnp.bfloat16)
    groups = kernel[..., :4, :]
    assert calls(lambda x, k: convolve(x, k, windows, 1), x, kernel)
    assert not calls(lambda x, k: convolve(x, k, windows, 1), *half)
    assert not calls(lambda x, k: convolve(x, k, windows, 4), x, groups)
    monkeypatch.setenv(SWITCH, "off")
    assert not calls(lambda x, k: convolve(x, k, windows, 1), x, kernel)


def model():
    layers = [
        pc.layers.Conv2D(16, 3),
        pc.layers.BatchNormalization(),
        pc.layers.Activation("relu"),
        pc.layers.MaxPooling2D(2),
        pc.layers.Conv2D(8, 3, strides=2, padding="same"),
        pc.layers.Flatten(),
        pc.layers.Dense(3, "softmax"),
    ]
    network = pc.Sequential([pc.Input((12, 12, 1)), *layers], seed=0)
    # Adam would enlarge what a bias before a normalisation gets, which is rounding only.
    network.compile("sgd", "sparse_categorical_crossentropy")
    return network


def test_a_network_learns_the_same(monkeypatch):
    x = RANDOM.normal(size=(48, 12, 12, 1)).astype(np.float32)
    y = np.arange(48) % 3
    fits = [model().fit(x, y, batch_size=16, epochs=3, verbose=0) for _ in range(2)]
    monkeypatch.setenv(SWITCH, "off")
    without = model().fit(x, y, batch_size=16, epochs=3, verbose=0)
    losses = [[record.loss for record in fit.records] for fit in (*fits, without)]
    assert losses[0] == losses[1]
    np.testing.assert_allclose(losses[0], losses[2], rtol=1e-5)


def test_what_is_exported_runs_where_there_is_no_onednn(tmp_path):
    network, x = model(), RANDOM.normal(size=(4, 12, 12, 1)).astype(np.float32)
    with runs_anywhere():
        assert not onednn.offered()
    network.export(tmp_path / "network.stablehlo")
    written = jax.export.deserialize(bytearray((tmp_path / "network.stablehlo").read_bytes()))
    assert "pellucid_convolve" not in written.mlir_module()
    np.testing.assert_allclose(written.call(x)[0], network.predict(x), atol=1e-5)
