"""Layers without weights: those that pass, rearrange, merge, or multiply by a mask."""

from typing import Any

import numpy as np

from pellucid.inspection.byhand.rule import Back, Use, Values, rule, summed_to
from pellucid.inspection.settled import Settled
from pellucid.layers.activation import (
    ELU,
    Activation,
    Identity,
    LeakyReLU,
    ReLU,
    Softmax,
)
from pellucid.layers.merging import (
    Add,
    Average,
    Concatenate,
    Maximum,
    Minimum,
    Multiply,
    Subtract,
)
from pellucid.layers.reshaping import Flatten, Permute, RepeatVector, Reshape
from pellucid.layers.shapes import array_axis


@rule(Activation, Identity, ReLU, LeakyReLU, ELU, Softmax)
def passing(use: Use, dz: Values) -> Back | None:
    """dJ/dx = dJ/dz, as z = x."""
    if use.layer.uses_mask and use.mask is not None and use.mask.ndim == use.x.ndim:
        return None  # classes that a mask leaves out
    return Back((dz,), {})


@rule(Settled)
def settled(use: Use, dz: Values) -> Back:
    """dJ/dx = gain dJ/dz: of dropout, the mask of this very step over 1 - rate."""
    x, gain, shift = use.inputs
    return Back((dz * gain, np.zeros_like(x), np.zeros_like(shift)), {})


@rule(Flatten, Reshape)
def reshaping(use: Use, dz: Values) -> Back:
    """dJ/dx is dJ/dz in the shape of x."""
    return Back((dz.reshape(use.x.shape),), {})


@rule(Permute)
def permuting(use: Use, dz: Values) -> Back:
    """dJ/dx is dJ/dz with its axes back in their old order."""
    layer: Any = use.layer
    return Back((dz.transpose(np.argsort((0, *layer.dims))),), {})


@rule(RepeatVector)
def repeating(use: Use, dz: Values) -> Back:
    """dJ/dx is the sum of dJ/dz over the copies."""
    return Back((dz.sum(1),), {})


@rule(Concatenate)
def joining(use: Use, dz: Values) -> Back:
    """Each input gets its own part of dJ/dz."""
    layer: Any = use.layer
    axis = array_axis(layer, layer.axis, use.x.shape[1:])
    ends = np.cumsum([part.shape[axis] for part in use.inputs])[:-1]
    return Back(tuple(np.split(dz, ends, axis)), {})


@rule(Add, Average)
def adding(use: Use, dz: Values) -> Back:
    """Each input gets dJ/dz; of an average, its share."""
    share = dz / len(use.inputs) if isinstance(use.layer, Average) else dz
    return Back(tuple(summed_to(share, x.shape) for x in use.inputs), {})


@rule(Subtract)
def subtracting(use: Use, dz: Values) -> Back:
    """dJ/dx1 = dJ/dz, dJ/dx2 = -dJ/dz."""
    first, second = use.inputs
    return Back((summed_to(dz, first.shape), summed_to(-dz, second.shape)), {})


@rule(Multiply)
def multiplying(use: Use, dz: Values) -> Back:
    """dJ/dx of one factor is dJ/dz times all the others."""
    found = []
    for place, x in enumerate(use.inputs):
        product = dz
        for other, factor in enumerate(use.inputs):
            product = product if other == place else product * factor
        found.append(summed_to(product, x.shape))
    return Back(tuple(found), {})


@rule(Maximum, Minimum)
def choosing(use: Use, dz: Values) -> Back:
    """dJ/dz goes to the input that was chosen; of two equal ones, half to each."""
    sign = 1 if isinstance(use.layer, Maximum) else -1
    so_far = [sign * use.x]
    for x in use.inputs[1:]:
        so_far.append(np.maximum(so_far[-1], sign * x))
    found = []
    for before, x in zip(so_far[-2::-1], use.inputs[:0:-1], strict=True):
        to_new = (sign * x > before) + 0.5 * (sign * x == before)
        found.append(summed_to(dz * to_new, x.shape))
        dz = summed_to(dz * (1 - to_new), before.shape)
    return Back((summed_to(dz, use.x.shape), *reversed(found)), {})
