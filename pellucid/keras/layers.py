"""Keras's layers: `keras.layers`."""

from typing import Any

from pellucid import layers as _core_layers
from pellucid.base.errors import explain, nearest
from pellucid.keras.engine.base.kinds import LAYERS as ROOM
from pellucid.keras.engine.layers.absent_layers import ABSENT, absent
from pellucid.keras.engine.layers.bin_layers import Discretization as Discretization
from pellucid.keras.engine.layers.bin_layers import Hashing as Hashing
from pellucid.keras.engine.layers.cells import RNN as RNN
from pellucid.keras.engine.layers.cells import GRUCell as GRUCell
from pellucid.keras.engine.layers.cells import LSTMCell as LSTMCell
from pellucid.keras.engine.layers.cells import SimpleRNNCell as SimpleRNNCell
from pellucid.keras.engine.layers.cells import StackedRNNCells as StackedRNNCells
from pellucid.keras.engine.layers.layer import Layer as Layer
from pellucid.keras.engine.layers.lookups import IntegerLookup as IntegerLookup
from pellucid.keras.engine.layers.lookups import StringLookup as StringLookup
from pellucid.keras.engine.layers.lookups import TextVectorization as TextVectorization
from pellucid.keras.engine.layers.old_layers import OLD_VARIANTS, old_functions
from pellucid.keras.engine.layers.old_layers import Merge as Merge
from pellucid.keras.engine.layers.own_functions import Lambda as Lambda
from pellucid.keras.engine.layers.spelling import signatures
from pellucid.keras.engine.layers.translated import Translated, translate
from pellucid.keras.engine.layers.variants import VARIANTS
from pellucid.keras.engine.layers.wrapper import Wrapper as Wrapper
from pellucid.keras.engine.models.inputs import Input as Input
from pellucid.keras.engine.models.inputs import InputLayer as InputLayer
from pellucid.keras.engine.models.inputs import InputSpec as InputSpec

SHORT = {
    "AvgPool": "AveragePooling",
    "MaxPool": "MaxPooling",
    "GlobalAvgPool": "GlobalAveragePooling",
    "GlobalMaxPool": "GlobalMaxPooling",
}
LONG = (
    "Conv1DTranspose",
    "Conv2DTranspose",
    "Conv3DTranspose",
    "SeparableConv1D",
    "SeparableConv2D",
)


def _translated(name: str) -> Any:
    base = (VARIANTS | OLD_VARIANTS).get(name, Translated)
    return translate(_core_layers.LAYERS[name], name, base)


for _class in (InputLayer, Lambda):
    ROOM.file(_class)
for _name in signatures():
    if _name in _core_layers.LAYERS and _name not in globals():
        globals()[_name] = ROOM.file(_translated(_name))
for _layer in (
    *(InputLayer, Lambda, RNN, GRUCell, LSTMCell, SimpleRNNCell, StackedRNNCells, Merge, Wrapper),
    *(Discretization, Hashing, IntegerLookup, StringLookup, TextVectorization),
):
    ROOM.file(_layer)
for _short, _long in SHORT.items():
    for _axes in ("1D", "2D", "3D"):
        globals()[f"{_short}{_axes}"] = globals()[f"{_long}{_axes}"]
for _name in LONG:
    globals()[_name.replace("Conv", "Convolution")] = globals()[_name]
globals().update(old_functions())


def _function_form(name: str) -> Any:
    def join(inputs: Any, *args: Any, **settings: Any) -> Any:
        if name == "Dot" and not args:
            settings.setdefault("axes", -1)
        return globals()[name](*args, **settings)(inputs)

    join.__name__ = join.__qualname__ = name.lower()
    join.__doc__ = f"Return {name} of the inputs."
    return join


for _name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"):
    globals()[_name.lower()] = _function_form(_name)


def serialize(layer: Any) -> Any:
    """Return the description of a layer that Keras's files hold."""
    return ROOM.serialize(layer)


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the layer that a description means."""
    return ROOM.deserialize(config, custom_objects)


def __getattr__(name: str) -> Any:
    if name in ABSENT:
        found = globals()[name] = absent(name)
        return found
    known = [known for known in globals() if known[0].isupper()]
    what = f"keras.layers has no {name!r}."
    raise AttributeError(explain(what, got=name, expected="a layer", hint=nearest(name, known)))
