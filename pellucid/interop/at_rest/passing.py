"""Layers that do something only while training, and pass x on at rest."""

from typing import Any

from pellucid.interop.at_rest.lowering import lower, mask_after
from pellucid.interop.at_rest.program import Site, Value
from pellucid.interop.formulas import masking as formulas
from pellucid.interop.formulas.activations import prelu
from pellucid.layers.activation import LEFT_OUT, ActivationLayer, PReLU, Softmax
from pellucid.layers.augmentation import Augmentation
from pellucid.layers.masking import ActivityRegularization, Masking
from pellucid.layers.noise import Noise


@lower.register(Noise)
@lower.register(Augmentation)
@lower.register(ActivityRegularization)
@lower.register(ActivationLayer)
def _as_it_is(layer: Any, site: Site, x: Value, mask: Any) -> Value:
    del layer, site, mask
    return x


@lower.register(PReLU)
def _prelu(layer: PReLU, site: Site, x: Value, mask: Any) -> Value:
    return site.call(prelu, x, shape=x.shape, alpha=site["alpha"])


@lower.register(Softmax)
def _softmax(layer: Softmax, site: Site, x: Value, mask: Value | None) -> Value:
    if mask is None or len(mask.shape) != len(x.shape):
        return x
    return site.call(formulas.where_counts, x, mask, shape=x.shape, value=LEFT_OUT)


@lower.register(Masking)
def _masking(layer: Masking, site: Site, x: Value, mask: Any) -> Value:
    counts = _steps_that_differ(layer, site, x, mask)
    return site.call(formulas.where_counts, x, counts, shape=x.shape)


@mask_after.register(Masking)
def _steps_that_differ(layer: Masking, site: Site, x: Value, mask: Any) -> Value:
    return site.call(formulas.differs, x, shape=x.shape[:-1], value=layer.mask_value)
