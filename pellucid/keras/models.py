"""Keras's models: `keras.models`."""

from pellucid.keras.engine.inputs import Input as Input
from pellucid.keras.engine.model import Model as Model
from pellucid.keras.engine.sequential import Sequential as Sequential

Functional = Model
