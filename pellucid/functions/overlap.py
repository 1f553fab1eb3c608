"""How much two regions overlap: intersection over union, class by class.

Source: Keras 3.15.1, keras/src/metrics/iou_metrics.py. Weights keep their fractions here,
which Keras cuts off unless the metric's dtype is a floating one.
"""

from abc import ABC
from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.functions.metric import (
    METRICS,
    Metric,
    Outputs,
    Sums,
    Targets,
    Weight,
    quotient,
    wide,
)

CLASSES = "how many classes there are"
WHICH = "the classes that count"
IGNORED = "a true class whose places don't count"
SPARSE_Y = "targets are indices of classes, not a row of them"
SPARSE_A = "outputs are indices of classes, not a row of them"


@config
class OverlapMetric(Metric, ABC):
    """The mean of TP / (TP + FP + FN) over the classes that occur among targets or outputs."""

    def value(self, sums: Sums) -> Float[Array, ""]:
        matrix = sums["matrix"]
        both = jnp.diagonal(matrix)
        either = jnp.sum(matrix, axis=0) + jnp.sum(matrix, axis=1) - both
        if (wanted := self.wanted) is not None:
            both, either = (part[jnp.asarray(wanted, "int32")] for part in (both, either))
        occurs = (either > 0).astype(matrix.dtype)
        return quotient(jnp.sum(quotient(both, either)), jnp.sum(occurs))

    @property
    def wanted(self) -> Sequence[int] | None:
        """The classes that count, or None for all."""
        return getattr(self, "target_class_ids", None)


@METRICS.register("iou")
@config
class IoU(OverlapMetric):
    """TP / (TP + FP + FN), the mean over some classes; targets and outputs are indices."""

    num_classes: int = option(above=0, about=CLASSES)
    target_class_ids: Sequence[int] = option(convert=tuple, at_least=0, about=WHICH)
    ignore_class: int | None = option(default=None, about=IGNORED, kw_only=True)
    sparse_y_true: bool = option(default=True, about=SPARSE_Y, kw_only=True)
    sparse_y_pred: bool = option(default=True, about=SPARSE_A, kw_only=True)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        true, said = _indices(y, self.sparse_y_true), _indices(a, self.sparse_y_pred)
        return _pairs(true, said, weight, self.num_classes, self.ignore_class)


@METRICS.register("mean_iou")
@config
class MeanIoU(OverlapMetric):
    """TP / (TP + FP + FN), the mean over all classes; targets and outputs are indices."""

    num_classes: int = option(above=0, about=CLASSES)
    ignore_class: int | None = option(default=None, about=IGNORED, kw_only=True)
    sparse_y_true: bool = option(default=True, about=SPARSE_Y, kw_only=True)
    sparse_y_pred: bool = option(default=True, about=SPARSE_A, kw_only=True)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        true, said = _indices(y, self.sparse_y_true), _indices(a, self.sparse_y_pred)
        return _pairs(true, said, weight, self.num_classes, self.ignore_class)


@METRICS.register("one_hot_iou")
@config
class OneHotIoU(OverlapMetric):
    """TP / (TP + FP + FN), the mean over some classes; targets are one-hot, outputs scores."""

    num_classes: int = option(above=0, about=CLASSES)
    target_class_ids: Sequence[int] = option(convert=tuple, at_least=0, about=WHICH)
    ignore_class: int | None = option(default=None, about=IGNORED, kw_only=True)
    sparse_y_pred: bool = option(default=False, about=SPARSE_A, kw_only=True)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        true, said = _indices(y, False), _indices(a, self.sparse_y_pred)
        return _pairs(true, said, weight, self.num_classes, self.ignore_class)


@METRICS.register("one_hot_mean_iou")
@config
class OneHotMeanIoU(OverlapMetric):
    """TP / (TP + FP + FN), the mean over all classes; targets are one-hot, outputs scores."""

    num_classes: int = option(above=0, about=CLASSES)
    ignore_class: int | None = option(default=None, about=IGNORED, kw_only=True)
    sparse_y_pred: bool = option(default=False, about=SPARSE_A, kw_only=True)

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        true, said = _indices(y, False), _indices(a, self.sparse_y_pred)
        return _pairs(true, said, weight, self.num_classes, self.ignore_class)


@METRICS.register("binary_iou")
@config
class BinaryIoU(OverlapMetric):
    """TP / (TP + FP + FN) of yes (1), of no (0), or the mean of both; outputs are cut."""

    target_class_ids: Sequence[int] = option(
        default=(0, 1), convert=tuple, at_least=0, at_most=1, about=WHICH
    )
    threshold: float = option(default=0.5, about="an output of at least this means yes")

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        return _pairs(y, a >= self.threshold, weight, 2, None)


def _indices(x: Targets, sparse: bool) -> Array:
    return x if sparse else jnp.argmax(x, axis=-1)


def _pairs(true: Array, said: Array, weight: Weight, classes: int, ignored: int | None) -> Sums:
    """Return the weight of each pair of a true class (down) and what was said (across)."""
    true, said = (part.reshape(-1).astype("int32") for part in (true, said))
    each = jnp.repeat(wide(weight), len(true) // len(weight))
    inside = (true >= 0) & (true < classes) & (said >= 0) & (said < classes)
    if ignored is not None:
        inside &= true != ignored
    # places that don't count go to the first pair, with no weight
    true, said = (jnp.where(inside, part, 0) for part in (true, said))
    nothing = jnp.zeros((classes, classes), each.dtype)
    return {"matrix": nothing.at[true, said].add(jnp.where(inside, each, 0))}
