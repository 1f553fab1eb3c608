"""Probabilities that add up to 1 along another axis than that of the classes."""

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.finding import Finding
from pellucid.functions.crossentropies import CategoricalCrossentropy, SparseCategoricalCrossentropy
from pellucid.functions.losses import Reduced

CLOSE = 1e-3  # of a sum to 1


@check("start")
def shares_by_axis(chart: Chart) -> Iterator[Finding]:
    """Look along which axis the answers add up to 1, where the loss is of classes."""
    for output, loss in chart.losses.items():
        inner = loss.inner if isinstance(loss, Reduced) else loss
        of_classes = isinstance(inner, CategoricalCrossentropy | SparseCategoricalCrossentropy)
        answers = chart.start.outputs.get(output)
        if answers is None or not of_classes or answers.ndim < 2 or answers.shape[-1] < 2:
            continue
        along = [axis for axis in range(answers.ndim) if _adds_up(answers, axis)]
        if along and answers.ndim - 1 not in along:
            axis = along[-1]
            yield Finding(
                "wrong_axis",
                "error",
                f"the answers of {output!r}, of shape {('rows', *answers.shape[1:])}, add up to 1 "
                f"along axis {axis}, and classes are along the last",
                "apply softmax along the last axis, axis=-1",
                layer=output,
                step=chart.start.step,
            )


def _adds_up(answers: np.ndarray, axis: int) -> bool:
    whole = bool(np.isfinite(answers).all()) and answers.shape[axis] > 1
    return whole and bool((answers >= 0).all() and np.abs(answers.sum(axis) - 1).max() < CLOSE)
