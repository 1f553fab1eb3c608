"""How a network ends: what stands between the last weights and an output."""

from typing import NamedTuple

from pellucid.base.types import Activation
from pellucid.functions.activations import ACTIVATIONS, linear
from pellucid.layers.activation import ActivationLayer
from pellucid.network.network import Network, Node

# Layers that leave numbers as they are, or take some of them out in training.
SILENT = ("Reshape", "Flatten", "Permute", "ActivityRegularization", "Part", "Cropping1D")
NOISE = ("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise")


class Ending(NamedTuple):
    """The end of a network on one output."""

    output: str
    width: int  # units on the last axis
    shape: tuple[int, ...]  # of one answer
    activations: tuple[str, ...]  # other than linear, in the order in which they are applied
    layer: str  # the layer with the last weights
    dropout: str | None  # a layer of noise after those weights, before an activation
    known: bool  # whether all of it is of layers whose arithmetic is known here

    @property
    def activation(self) -> str:
        """The last activation."""
        return self.activations[-1] if self.activations else "linear"


def ending_of(network: Network, output: str) -> Ending:
    """Return how `network` ends on one of its outputs."""
    node, names, noise = network[output], [], None
    known = True
    while True:
        kind = type(node.layer).__name__
        if kind in NOISE and names:
            noise = node.name
        elif kind not in SILENT and kind not in NOISE:
            name = activation_name(node)
            known = known and name is not None
            names += [name] if name not in (None, "linear") else []
            if not passes_on(node):
                break
        if len(node.inputs) != 1 or node.inputs[0] not in network:
            break
        node = network[node.inputs[0]]
    shape = network[output].output_shape
    shape = shape[0] if shape and isinstance(shape[0], tuple) else shape
    width = shape[-1] if shape else 1
    applied = tuple(reversed([name for name in names if name]))
    return Ending(output, width, shape, applied, node.name, noise, known)


def passes_on(node: Node) -> bool:
    """Tell whether a layer only applies an activation to what it reads."""
    return isinstance(node.layer, ActivationLayer)


def activation_name(node: Node) -> str | None:
    """Return the activation of a layer by name; None where it may have one nobody knows of."""
    f: Activation = node.layer.nonlinearity
    if f is linear:
        inner = getattr(node.layer, "layer", None)
        unknown = type(node.layer).__name__ == "Custom" or (
            inner is not None and type(inner).__name__ == "Custom"
        )
        return None if unknown else "linear"
    f = getattr(f, "func", f)  # a partial, as of LeakyReLU
    return ACTIVATIONS.name_of(f)
