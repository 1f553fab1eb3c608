"""Layers that learn from data: what scaling takes from the training rows, and only them."""

import numpy as np

from pellucid.base.many_rows import ManyRows, TrainingRows
from pellucid.network.network import Network
from pellucid.training.evaluation import predict
from pellucid.training.state import Examples, TrainState
from pellucid.training.streaming import Streamed


def adapt(network: Network, train: TrainState, examples: Examples | Streamed) -> TrainState:
    """Return the training state in which every such layer has seen its inputs once.

    A layer that has learnt already, in an earlier fit or from a file, keeps what it knows.
    Streamed examples are read once for each such layer.
    """
    for node in network.nodes:
        if node.layer.learns_from_data and not _has_seen(train, node.owner):
            state = node.layer.learn(_inputs_of(network, node.inputs[0], train, examples))
            train = train._replace(state={**train.state, node.owner: state})
    return train


def _inputs_of(
    network: Network, name: str, train: TrainState, examples: Examples | Streamed
) -> TrainingRows:
    """Return what all rows bring to the input `name` of a layer."""
    if isinstance(examples, Examples):
        return _input_of(network, name, train, examples)
    pieces = examples.in_order
    return ManyRows(
        examples.rows, lambda: (_input_of(network, name, train, piece) for piece in pieces())
    )


def _has_seen(train: TrainState, owner: str) -> bool:
    return bool(np.asarray(train.state[owner]["seen"]) > 0)


def _input_of(network: Network, name: str, train: TrainState, examples: Examples) -> np.ndarray:
    if name in examples.inputs:
        return np.asarray(examples.inputs[name], np.float32)
    before = network.up_to(name)
    inputs = {source.name: np.asarray(examples.inputs[source.name]) for source in before.inputs}
    return predict(before, "float32", train.params, train.state, inputs)[0]
