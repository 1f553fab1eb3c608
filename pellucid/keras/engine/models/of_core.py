"""A network of the core as a Keras model: what a `.keras` file of it is written from."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import numpy as np

from pellucid.base.config import Config
from pellucid.base.errors import ConfigError, explain
from pellucid.keras import layers as face
from pellucid.keras.engine.layers.settings_of_layers import RENAMED
from pellucid.keras.engine.layers.spelling import SHARED, signatures
from pellucid.keras.engine.models.inputs import Input
from pellucid.keras.engine.models.model import Model
from pellucid.layers.bidirectional import Bidirectional
from pellucid.layers.delegation import ChannelsFirst, InMode, Part
from pellucid.layers.layer import Layer, one_or_all
from pellucid.layers.multi_head_attention import MultiHeadAttention
from pellucid.layers.preprocessing import MinMaxScaling
from pellucid.layers.recurrence import Recurrent
from pellucid.layers.shapes import title


def keras_model(model: Any) -> Model:
    """Return a Keras model that computes what a model of the core does; it is not compiled.

    Raises:
        ConfigError: Keras has no layer for one of its layers.
    """
    network, train = model.network, model.train_state
    inputs = {
        source.name: Input(source.shape, dtype=source.dtype, name=source.name)
        for source in network.inputs
    }
    values: dict[str, Any] = dict(inputs)
    made: dict[str, Any] = {}
    for node in network.nodes:
        x = one_or_all([values[name] for name in node.inputs])
        if isinstance(node.layer, Part):
            values[node.name] = x[node.layer.index]
            continue
        if node.owner not in made:
            made[node.owner] = _face_of(node.layer, node.owner)
        values[node.name] = _called(node.layer, made[node.owner], x)
    for owner, layer in made.items():
        params, state = train.params[owner], train.state[owner]
        if isinstance(network[owner].layer, MinMaxScaling):
            state = _as_normalization(network[owner].layer, state)
        jax.tree.map(_assign, (layer._params, layer._state), (params, state))
    outputs = one_or_all([values[name] for name in network.outputs])
    return Model(list(inputs.values()), outputs)


def _face_of(layer: Layer, name: str | None) -> Any:
    """Return Keras's layer with the settings of one of the core's."""
    if isinstance(layer, InMode):
        return _face_of(layer.layer, name)
    if isinstance(layer, MinMaxScaling):
        return face.Normalization(name=name)
    more: dict[str, Any] = {} if name is None else {"name": name}
    if isinstance(layer, ChannelsFirst):
        layer, more = layer.layer, {**more, "data_format": "channels_first"}
    kind = type(layer).__name__
    if kind not in signatures():
        what = f"Keras has no layer for {title(layer)}."
        raise ConfigError(explain(what, got=layer, expected="a layer that Keras has"))
    known = signatures()[kind].parameters
    for field in dataclasses.fields(layer):
        there = next((k for (c, k), v in RENAMED.items() if (c, v) == (kind, field.name)), None)
        setting, value = there or field.name, getattr(layer, field.name)
        if setting == "name" or (setting not in known and setting not in SHARED):
            continue
        if isinstance(value, Layer):
            value = _face_of(value, None)
        elif isinstance(value, Config):  # a regularizer, say: a description serves
            value = {"class_name": type(value).__name__, "config": value.to_config()}
        more[setting] = value
    return getattr(face, kind)(**more)


def _called(layer: Layer, made: Any, x: Any) -> Any:
    """Return what a layer of Keras gives for the inputs of one of the core's."""
    if isinstance(layer, InMode):
        return made(x, training=layer.training)
    if not isinstance(x, tuple):
        return made(x)
    first, *rest = x
    if isinstance(layer, Recurrent | Bidirectional):
        return made(first, initial_state=rest)
    if isinstance(layer, MultiHeadAttention):
        mask = {"attention_mask": rest.pop()} if layer.masked else {}
        causal = {"use_causal_mask": True} if layer.use_causal_mask else {}
        return made(first, *rest, **mask, **causal)
    return made(list(x))


def _as_normalization(layer: MinMaxScaling, state: Any) -> dict[str, np.ndarray]:
    """Return mean and variance with which a Normalization scales between the same ends.

    Raises:
        ConfigError: a column is constant, and becomes something else than 0.
    """
    minimum, maximum = (np.asarray(state[name]) for name in ("minimum", "maximum"))
    span = (maximum - minimum) / (layer.high - layer.low)
    if (span == 0).any() and layer.low != 0:
        what = f"{title(layer)} has a constant column, which becomes {layer.low}."
        raise ConfigError(explain(what, got=layer, expected="low=0, for Keras"))
    return {"mean": minimum - layer.low * span, "variance": span**2, "seen": state["seen"]}


def _assign(variable: Any, array: Any) -> None:
    variable.assign(np.asarray(array))
