"""Recurrent layers, one way and both ways."""

from typing import Any

import numpy as np

from pellucid.functions.activations import ACTIVATIONS
from pellucid.interop.at_rest.lowering import lower, mask_after, plain, refuse
from pellucid.interop.at_rest.program import Site, Value, Weight
from pellucid.interop.formulas import merging
from pellucid.interop.formulas import recurrence as formulas
from pellucid.interop.formulas.activations import linear
from pellucid.interop.formulas.arranging import turn_round
from pellucid.layers.bidirectional import Bidirectional
from pellucid.layers.recurrence import Recurrent
from pellucid.layers.recurrent import GRU, LSTM, SimpleRNN

FORMULAS = {SimpleRNN: formulas.simple_rnn, LSTM: formulas.lstm, GRU: formulas.gru}
MERGES = {
    "sum": merging.add,
    "mul": merging.multiply,
    "ave": merging.average,
    "concat": merging.concatenate,
}


@lower.register(Recurrent)
def _recurrent(layer: Recurrent, site: Site, x: Any, mask: Any) -> Any:
    if layer.stateful:
        refuse(layer, "it starts where the last batch ended, and a file remembers nothing")
    x, *given = x if isinstance(x, tuple) else (x,)
    start = given or [None] * len(layer.carried)
    gates = {}
    if isinstance(layer, LSTM | GRU):
        gates["gate"] = _function(layer, layer.recurrent_activation)
    if isinstance(layer, GRU):
        gates["reset_after"] = layer.reset_after
    state = (layer.units,)
    path, *last = site.calls(
        FORMULAS[type(layer)],
        x,
        *start,
        mask[0] if isinstance(mask, tuple) else mask,
        shapes=[(x.shape[0], layer.units), *[state] * len(layer.carried)],
        W=site["kernel"],
        U=site["recurrent_kernel"],
        **_biases(layer, site),
        activation=_function(layer, layer.activation),
        **gates,
        backwards=layer.go_backwards,
        zero=layer.zero_output_for_mask,
    )
    z = path if layer.return_sequences else last[0]
    return (z, *last) if layer.return_state else z


@mask_after.register(Recurrent)
def _steps(layer: Recurrent, site: Site, x: Any, mask: Any) -> Any:
    passed = mask[0] if isinstance(mask, tuple) else mask
    if passed is None or not layer.return_sequences:
        return None
    return (passed, *[None] * len(layer.carried)) if layer.return_state else passed


@lower.register(Bidirectional)
def _bidirectional(layer: Bidirectional, site: Site, x: Any, mask: Any) -> Any:
    sequence, *states = x if isinstance(x, tuple) else (x,)
    middle = len(states) // 2
    outputs = []
    for name, own, start in (
        ("forward_layer", layer.both[0], states[:middle]),
        ("backward_layer", layer.both[1], states[middle:]),
    ):
        part = (sequence, *start) if start else sequence
        given = lower(own, site.inside(name), part, mask)
        outputs.append((given,) if isinstance(given, Value) else given)
    (ahead, *first), (back, *second) = outputs
    if layer.both[1].return_sequences:
        back = site.call(turn_round, back, shape=back.shape)
    if layer.merge_mode is None:
        return (ahead, back, *first, *second)
    settings, shape = {}, ahead.shape
    if layer.merge_mode == "concat":
        shape = (*ahead.shape[:-1], ahead.shape[-1] + back.shape[-1])
        settings = {"axis": len(shape)}
    z = site.call(MERGES[layer.merge_mode], ahead, back, shape=shape, **settings)
    return (z, *first, *second) if first else z


@mask_after.register(Bidirectional)
def _steps_both_ways(layer: Bidirectional, site: Site, x: Any, mask: Any) -> Any:
    passed = _steps(layer.both[0], site, x, mask)
    first, *states = passed if isinstance(passed, tuple) else (passed,)
    if first is not None and layer.merge_mode is None:
        return (first, first, *states, *states)
    return (first, *states, *states) if states else first


def _function(layer: Recurrent, activation: Any) -> Any:
    """Return a formula that takes nothing but z."""
    function, settings = plain(layer, ACTIVATIONS.resolve(activation or "linear"))
    if settings:
        refuse(layer, "its activation has settings of your own")
    return function or linear


def _biases(layer: Recurrent, site: Site) -> dict[str, Weight]:
    """Return what x adds to a step beside its products, and for a GRU what h adds."""
    bias = site.get("bias")
    zeros = np.zeros(layer.gates * layer.units, np.float32)
    if not isinstance(layer, GRU):
        return {"b": bias or site.weight("bias", zeros)}
    of_x, of_h = (zeros, zeros) if bias is None else (bias.array, zeros)
    if bias is not None and layer.reset_after:
        of_x, of_h = bias.array
    return {"b": site.weight("bias", of_x), "c": site.weight("recurrent_bias", of_h)}
