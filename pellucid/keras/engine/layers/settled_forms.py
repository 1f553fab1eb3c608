"""Settings in the one form in which Keras keeps and writes them, however they were given."""

import re
from typing import Any

from pellucid.keras import config

SIZES = ("kernel_size", "strides", "dilation_rate", "pool_size", "output_padding")
SYMMETRIC = ("RandomBrightness", "RandomRotation")

# What Keras takes besides its arguments, with defaults; it stands in Keras's files.
BESIDES: dict[str, dict[str, Any]] = {
    "AdditiveAttention": {"seed": None},
    "LayerNormalization": {"rms_scaling": False},
    "RandomBrightness": {"data_format": None},
    "RandomContrast": {"data_format": None},
    **{name: {"zero_output_for_mask": False} for name in ("SimpleRNN", "LSTM", "GRU")},
}
# Arguments that Keras does not write into files.
UNWRITTEN: dict[str, tuple[str, ...]] = {
    "Bidirectional": ("weights",),
    "CategoryEncoding": ("sparse",),
    "Dense": ("lora_rank", "lora_alpha"),
    "EinsumDense": ("lora_rank", "lora_alpha", "gptq_unpacked_column_size"),
    "Embedding": ("weights", "lora_rank", "lora_alpha"),
    "GRU": ("use_cudnn",),
    "LSTM": ("use_cudnn",),
    "MultiHeadAttention": ("flash_attention",),
    "SimpleRNN": ("seed",),
    **{f"SpatialDropout{axes}D": ("trainable",) for axes in (1, 2, 3)},
}
REGULARIZED = re.compile(r"Conv|Embedding|EinsumDense|LSTM$|GRU$|SimpleRNN$|MultiHeadAttention")


def settled(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of Keras's class `name` in Keras's form: sizes for each axis, ..."""
    found = dict(settings)
    axes = _axes(name)
    for size in SIZES:
        if size in found and found[size] is not None and axes:
            found[size] = _each(found[size], axes)
    if "pool_size" in found and found["strides"] is None:
        found["strides"] = found["pool_size"]
    if name.startswith("UpSampling") and axes > 1:
        found["size"] = _each(found["size"], axes)
    for margin in ("padding", "cropping"):
        if name.startswith(("ZeroPadding", "Cropping")) and margin in found:
            found[margin] = _margins(found[margin], axes)
    if "data_format" in found:
        found["data_format"] = config.standardize_data_format(found["data_format"])
    if name == "Normalization" and isinstance(found["axis"], int):
        found["axis"] = (found["axis"],)
    factor = found.get("factor")
    if name in SYMMETRIC and isinstance(factor, int | float):
        found["factor"] = (-abs(factor), abs(factor))
    elif isinstance(factor, list | tuple):
        found["factor"] = tuple(sorted(factor))
    return found


def written(name: str, settings: dict[str, Any]) -> dict[str, Any]:
    """Return what of a layer's settings stands in Keras's files."""
    left_out = UNWRITTEN.get(name, ())
    return {key: value for key, value in settings.items() if key not in left_out}


def writes_activity_regularizer(name: str) -> bool:
    """Tell whether files say that there is none."""
    return REGULARIZED.search(name) is not None


def _axes(name: str) -> int:
    found = re.search(r"(\d)D(Transpose)?$", name)
    return int(found.group(1)) if found else 0


def _each(value: Any, axes: int) -> Any:
    return (value,) * axes if isinstance(value, int) else tuple(value)


def _margins(value: Any, axes: int) -> Any:
    """Return what is added or cut on both sides of each axis; of the only one, bare."""
    if axes == 1:
        return _each(value, 2)
    return tuple(_each(side, 2) for side in _each(value, axes))
