"""Keras's layers: `keras.layers`."""

from typing import Any

from pellucid import layers as _core_layers
from pellucid.keras.engine.inputs import Input as Input
from pellucid.keras.engine.inputs import InputLayer as InputLayer
from pellucid.keras.engine.kinds import LAYERS as ROOM
from pellucid.keras.engine.layer import Layer as Layer
from pellucid.keras.engine.own_functions import Lambda as Lambda
from pellucid.keras.engine.spelling import signatures
from pellucid.keras.engine.translated import Translated, translate
from pellucid.keras.engine.variants import VARIANTS

SHORT = {
    "AvgPool": "AveragePooling",
    "MaxPool": "MaxPooling",
    "GlobalAvgPool": "GlobalAveragePooling",
    "GlobalMaxPool": "GlobalMaxPooling",
}


def _translated(name: str) -> Any:
    base = VARIANTS.get(name, Translated)
    return translate(_core_layers.LAYERS[name], name, base)


for _name in signatures():
    if _name in _core_layers.LAYERS and _name not in globals():
        globals()[_name] = ROOM.file(_translated(_name))
for _short, _long in SHORT.items():
    for _axes in ("1D", "2D", "3D"):
        if f"{_long}{_axes}" in globals():
            globals()[f"{_short}{_axes}"] = globals()[f"{_long}{_axes}"]
for _name in ("Conv1D", "Conv2D", "Conv3D", "Conv1DTranspose", "Conv2DTranspose"):
    if _name in globals():
        globals()[_name.replace("Conv", "Convolution")] = globals()[_name]


def _function_form(name: str) -> Any:
    def merge(inputs: Any, **settings: Any) -> Any:
        return globals()[name](**settings)(inputs)

    merge.__doc__ = f"Return {name} of the inputs."
    return merge


for _name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"):
    globals()[_name.lower()] = _function_form(_name)
