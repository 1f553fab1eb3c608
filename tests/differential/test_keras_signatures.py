"""Keras's public names of objects and functions are here, with its arguments and defaults."""

import importlib
import inspect

import keras
import pytest

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

MODULES = (
    *("activations", "initializers", "regularizers", "constraints", "losses", "metrics"),
    *("optimizers", "optimizers.schedules", "ops", "backend", "random", "config"),
    "dtype_policies",
)
# What is left out on purpose, and why.
MISSING = {
    "initializers": {"STFT", "STFTInitializer", "stft"},  # kernels of a spectral layer we have not
    "optimizers": {"MultiOptimizer", "OptimizerMap"},  # several optimizers in one model
    "ops": {  # transforms of signals, and rarities of single layers
        *("adaptive_average_pool", "adaptive_max_pool", "cholesky_inverse", "conv_transpose"),
        *("ctc_decode", "ctc_loss", "depth_to_space", "extract_sequences", "fft", "fft2", "fold"),
        *("ifft2", "irfft", "istft", "jvp", "polar", "psnr", "rearrange", "rfft"),
        *("rms_normalization", "space_to_depth", "stft", "unfold", "unique", "vectorize", "view"),
        *("view_as_complex", "view_as_real"),
    },
    "dtype_policies": {  # weights rounded to whole numbers
        *("AWQDTypePolicy", "GPTQDTypePolicy", "Int4DTypePolicy", "QuantizedDTypePolicy"),
        "QuantizedFloat8DTypePolicy",
    },
}


def of_keras(module):
    found = keras
    for part in module.split("."):
        found = getattr(found, part)
    return found


def names(module):
    return {
        name
        for name in dir(of_keras(module))
        if not name.startswith("_") and not inspect.ismodule(getattr(of_keras(module), name))
    }


PAIRS = [
    (module, name)
    for module in MODULES
    for name in sorted(names(module) - MISSING.get(module, set()))
]


def arguments(thing):
    return [(p.name, p.default, p.kind) for p in inspect.signature(thing).parameters.values()]


@pytest.mark.parametrize("module, name", PAIRS, ids=[f"{m}.{n}" for m, n in PAIRS])
def test_arguments_and_defaults_are_keras(module, name):
    ours = getattr(importlib.import_module(f"pellucid.keras.{module}"), name)
    assert arguments(ours) == arguments(getattr(of_keras(module), name))


@pytest.mark.parametrize("module", MISSING)
def test_what_is_said_to_be_missing_is(module):
    ours = importlib.import_module(f"pellucid.keras.{module}")
    assert MISSING[module] <= names(module)
    assert not [name for name in MISSING[module] if hasattr(ours, name)]
