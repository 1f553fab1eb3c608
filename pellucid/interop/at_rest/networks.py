"""A whole network at rest."""

from typing import Any

from pellucid.base.types import Params, State
from pellucid.interop.at_rest import (  # noqa: F401 -- each brings the rules of its layers
    arranging,
    attention,
    convolution,
    merging,
    normalization,
    passing,
    pooling,
    products,
    recurrence,
    scaling,
    wrapping,
)
from pellucid.interop.at_rest.lowering import activate, lower, mask_after
from pellucid.interop.at_rest.program import Draft, Program, Site, Value
from pellucid.layers.layer import has_parts, one_or_all
from pellucid.network.network import Network


def at_rest(network: Network, params: Params, state: State) -> Program:
    """Return what a network computes outside training, as calls of plain functions.

    Raises:
        ConfigError: a layer cannot be written so; the message says which, and why.
    """
    draft, masks = Draft(), {}
    inputs = {s: draft.value(s.shape, s.name) for s in network.inputs}
    values: dict[str, Any] = {source.name: value for source, value in inputs.items()}
    for node in network.nodes:
        site = Site(draft, node.owner, params[node.owner], state[node.owner])
        x = one_or_all([values[name] for name in node.inputs])
        heard = [masks.get(name) for name in node.inputs]
        mask = None if all(one is None for one in heard) else one_or_all(heard)
        z = lower(node.layer, site, x, mask if node.layer.uses_mask else None)
        masks[node.name] = mask_after(node.layer, site, x, mask)
        _name(draft, z, f"z_{node.name}")
        if has_parts(node.output_shape):
            values[node.name] = z
            continue
        values[node.name] = activate(node.layer, node.layer.nonlinearity, site, z)
        _name(draft, values[node.name], f"a_{node.name}")
    return draft.finished(inputs, {name: values[name] for name in network.outputs})


def _name(draft: Draft, z: Value | tuple[Value, ...], name: str) -> None:
    """Give a value a name of the network, unless it has one: an identity gives x itself."""
    if isinstance(z, Value):
        draft.names.setdefault(z, name)
        return
    for number, part in enumerate(z):
        draft.names.setdefault(part, f"{name}_{number}")
