"""Whether an output's activation, its loss, its targets and its metrics fit each other."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.ending import Ending, ending_of
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.task import CLASSES, LABELS, NUMBERS, YES_OR_NO, Task, is_own
from pellucid.functions.crossentropies import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    SparseCategoricalCrossentropy,
)
from pellucid.functions.losses import LOSSES, Loss, Reduced

BINARY = (BinaryCrossentropy, BinaryFocalCrossentropy)
ONE_HOT = (CategoricalCrossentropy, CategoricalFocalCrossentropy)
BY_LABEL = (SparseCategoricalCrossentropy,)
RANGES = {  # what an activation can give
    "sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, np.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, np.inf),
    "exponential": (0.0, np.inf),
}
SQUARED = Change("compile", 'loss="mean_squared_error"', {"loss": "mean_squared_error"})
DEAD_ENDS = ("relu", "relu6")  # where a unit that answers 0 learns no more


class Pair(NamedTuple):
    """An output, and what it is judged by."""

    end: Ending
    task: Task
    loss: Any  # without its reduction

    @property
    def logits(self) -> bool:
        """Whether the loss was told to expect logits."""
        return bool(getattr(self.loss, "from_logits", False))

    @property
    def is_cross_entropy(self) -> bool:
        """Whether the loss is over probabilities."""
        return isinstance(self.loss, (*BINARY, *ONE_HOT, *BY_LABEL))

    @property
    def right_activation(self) -> str:
        """What the output should end with, for this task."""
        if self.task.kind == NUMBERS:
            return "linear"
        one_of = self.task.kind in (CLASSES, YES_OR_NO)
        several = one_of and (self.end.width > 1 or self.task.classes > 2)
        return "softmax" if several else "sigmoid"

    def found(self, check: str, severity: str, evidence: str, remedy: str, **more: Any) -> Finding:
        """Return a finding about this output."""
        return Finding(check, severity, evidence, remedy, layer=self.end.layer, **more)

    def width_change(self, units: int, activation: str | None = None) -> Change:
        """Return the remedy that gives the output so many units."""
        layer, more = self.end.layer, {} if activation is None else {"activation": activation}
        words = f"units={units}" + (f', activation="{activation}"' if activation else "")
        return Change(
            "model", f"{words} in layer {layer!r}", {"layer": layer, "units": units, **more}
        )

    def activation_change(self) -> Change:
        """Return the remedy that ends the output as its task asks."""
        right, layer = self.right_activation, self.end.layer
        code = f'activation="{right}" in layer {layer!r}'
        return Change("model", code, {"layer": layer, "activation": right})


@check("program")
def pairs(chart: Chart) -> Iterator[Finding]:
    """Judge each output with the loss, targets and metrics it has."""
    for output, task in chart.tasks.items():
        loss = chart.losses.get(output)
        if loss is None or output not in chart.network:
            continue
        inner = loss.inner if isinstance(loss, Reduced) else loss
        pair = Pair(ending_of(chart.network, output), task, inner)
        yield from _judged(pair)
        yield from _redundant(pair)


def _judged(pair: Pair) -> Iterator[Finding]:
    """Give what is wrong first with activation, width and loss; then what is more."""
    if "softmax" in pair.end.activations and pair.end.width == 1:
        right, several = pair.right_activation, pair.task.kind == CLASSES
        yield pair.found(
            "wrong_output_activation",
            "error",
            "softmax over one unit is always 1, whatever the weights are",
            f"end with {right}" + (f" over {pair.task.classes} units" if several else ""),
            change=pair.width_change(pair.task.classes, right)
            if several
            else pair.activation_change(),
        )
    yield from {NUMBERS: _numbers, CLASSES: _classes, YES_OR_NO: _yes_or_no, LABELS: _labels}[
        pair.task.kind
    ](pair)


def _numbers(pair: Pair) -> Iterator[Finding]:
    """Judge an output that is to give amounts."""
    y, end = pair.task.y, pair.end
    if y.dtype.kind not in "fiub" or not np.isfinite(y).any():
        return
    low, high = float(np.nanmin(y)), float(np.nanmax(y))
    simplex = end.width > 1 and y.ndim > 1 and np.allclose(y.sum(axis=-1), 1, atol=1e-3)
    if pair.is_cross_entropy and not (low >= 0 and high <= 1):
        yield pair.found(
            "wrong_loss",
            "error",
            f"targets go from {low:.4g} to {high:.4g}; {_name(pair.loss)} takes probabilities",
            "use mean_squared_error and an output without activation",
            change=SQUARED,
        )
    elif isinstance(pair.loss, ONE_HOT) and not simplex:
        yield pair.found(
            "wrong_loss",
            "error",
            f"targets are amounts from {low:.4g} to {high:.4g}; {_name(pair.loss)} takes the "
            "probabilities of classes, which add up to 1",
            "use mean_squared_error and an output without activation",
            change=SQUARED,
        )
    if type(pair.loss).__name__ == "Poisson" and low < 0:
        yield pair.found(
            "wrong_loss",
            "error",
            f"targets go down to {low:.4g}; poisson counts, which are 0 or more",
            "use mean_squared_error",
            change=SQUARED,
        )
    columns = 1 if y.ndim == 1 else y.shape[-1]
    if y.ndim <= 2 and len(end.shape) == 1 and end.width != columns and not is_own(pair.loss):
        yield _wrong_width(pair, columns)
    yield from _range(pair, low, high, simplex=simplex)


def _wrong_width(pair: Pair, columns: int) -> Finding:
    return pair.found(
        "target_shape_mismatch",
        "error",
        f"targets have {columns} column(s) and the output {pair.end.width} unit(s)",
        f"end with {columns} unit(s)",
        change=pair.width_change(columns),
    )


def _range(pair: Pair, low: float, high: float, *, simplex: bool) -> Iterator[Finding]:
    """Judge whether the output can reach the targets."""
    name, y = pair.end.activation, pair.task.y
    if name == "softmax" and pair.end.width > 1 and not simplex:
        yield pair.found(
            "wrong_output_activation",
            "warning",
            f"softmax shares out 1 among {pair.end.width} outputs, and the targets are amounts "
            f"from {low:.4g} to {high:.4g}",
            "end without an activation",
            change=pair.activation_change(),
        )
        return
    if name not in RANGES or name == "softmax":
        return
    least, most = RANGES[name]
    outside = float(np.mean((y < least - 1e-6) | (y > most + 1e-6)))
    if outside > 0:
        yield pair.found(
            "wrong_output_activation",
            "warning",
            f"{outside:.0%} of the targets, which go from {low:.4g} to {high:.4g}, cannot be "
            f"reached: {name} gives {least:g} to {most:g}",
            "end without an activation",
            value=outside,
            threshold=0.0,
            change=pair.activation_change(),
        )
    elif name in DEAD_ENDS:
        yield pair.found(
            "wrong_output_activation",
            "advice",
            f"an output of {name} that has fallen to 0 for every row learns no more",
            "end without an activation, or with softplus where only amounts from 0 make sense",
            change=pair.activation_change(),
        )


def _classes(pair: Pair) -> Iterator[Finding]:
    """Judge an output that is to tell classes apart."""
    task, end, loss = pair.task, pair.end, pair.loss
    one_hot = task.y.ndim > 1 and task.y.shape[-1] > 1 and not isinstance(loss, BY_LABEL)
    if end.width == 1 and task.classes > 2 and (pair.is_cross_entropy or one_hot):
        yield pair.found(
            "wrong_output_activation",
            "error",
            f"one unit cannot tell {task.classes} classes apart",
            f"end with softmax over {task.classes} units, and {_right_loss(pair)} for these labels",
            value=1.0,
            threshold=float(task.classes),
            change=pair.width_change(task.classes, "softmax"),
        )
        if isinstance(loss, (*BINARY, *ONE_HOT)):
            yield _wrong_loss(pair, f"{_name(loss)} over one unit tells two classes apart at most")
        return
    yield from _encoding(pair, one_hot=one_hot)
    if isinstance(loss, (*ONE_HOT, *BY_LABEL)):
        yield from _probabilities(pair)
    elif isinstance(loss, BINARY) and one_hot and end.width > 2:
        softmax = end.activation == "softmax"
        yield pair.found(
            "wrong_loss",
            "warning" if softmax else "advice",
            f"binary cross entropy judges {end.width} classes one by one, and a row has one class",
            "use categorical_crossentropy with softmax",
            change=Change(
                "compile", 'loss="categorical_crossentropy"', {"loss": "categorical_crossentropy"}
            ),
        )
    elif isinstance(loss, BINARY) and end.activation in ("linear", *DEAD_ENDS, "tanh"):
        yield from _probabilities(pair)
    elif one_hot and not pair.is_cross_entropy and end.activation in RANGES:
        yield _wrong_loss(pair, f"{_name(loss)} is slow to learn classes", severity="advice")


def _encoding(pair: Pair, *, one_hot: bool) -> Iterator[Finding]:
    """Judge how classes are written beside how many units there are."""
    task, end, loss = pair.task, pair.end, pair.loss
    labels = not one_hot
    top = float(np.max(task.y)) if labels and task.y.size else 0.0
    if (labels and isinstance(loss, ONE_HOT)) or (
        labels and isinstance(loss, BINARY) and end.width > 1
    ):
        yield pair.found(
            "wrong_loss",
            "error",
            f"targets are labels in one column, and {_name(loss)} compares {end.width} columns",
            "use sparse_categorical_crossentropy, or to_categorical on the targets",
            change=Change(
                "compile",
                'loss="sparse_categorical_crossentropy"',
                {"loss": "sparse_categorical_crossentropy"},
            ),
        )
    elif isinstance(loss, BY_LABEL) and end.width > 1 and (top >= end.width or np.min(task.y) < 0):
        yield pair.found(
            "wrong_labels",
            "error",
            f"labels go from {float(np.min(task.y)):.4g} to {top:.4g}, and {end.width} units "
            f"stand for 0 to {end.width - 1}",
            f"number the classes from 0, or end with {int(top) + 1} units",
            value=top,
            threshold=float(end.width - 1),
        )
    elif one_hot and end.width not in (1, task.y.shape[-1]):
        yield _wrong_width(pair, task.y.shape[-1])


def _probabilities(pair: Pair) -> Iterator[Finding]:
    """Judge whether the output gives what a cross entropy over classes or answers takes."""
    end, loss, right = pair.end, pair.loss, pair.right_activation
    if not end.known or end.activation == right or pair.logits:
        return
    if end.activation == "linear":
        yield pair.found(
            "output_activation_missing",
            "warning",
            f"{_name(loss)} takes probabilities, and the output has no activation",
            f"end with {right}, or say from_logits=True",
            change=pair.activation_change(),
        )
    elif not (end.activation == "softmax" and isinstance(loss, BINARY) and end.width == 2):
        yield pair.found(
            "wrong_output_activation",
            "warning",
            f"{_name(loss)} takes probabilities, and {end.activation} gives "
            + ("none that add up to 1" if right == "softmax" else "none"),
            f"end with {right}",
            change=pair.activation_change(),
        )


def _yes_or_no(pair: Pair) -> Iterator[Finding]:
    """Judge an output that is to answer yes or no, in one column."""
    task, end, loss = pair.task, pair.end, pair.loss
    signs = bool((task.y < 0).any())
    if end.width > 1:
        yield from _encoding(pair, one_hot=False)
        if isinstance(loss, BY_LABEL):
            yield from _probabilities(pair)
        return
    if isinstance(loss, (*ONE_HOT, *BY_LABEL)):
        yield _wrong_loss(pair, f"{_name(loss)} over one unit is 0 whatever it answers", "error")
        return
    if "softmax" in end.activations:
        return  # said already
    if isinstance(loss, BINARY):
        if signs:
            yield pair.found(
                "wrong_labels",
                "error",
                f"labels are -1 and 1, and {_name(loss)} takes 0 and 1",
                "write the labels as 0 and 1, or use hinge with tanh",
            )
        yield from _probabilities(pair)
        return
    margin = "hinge" in _name(loss) or _name(loss) == "perceptron"
    if not margin and (end.activation in DEAD_ENDS or (signs and end.activation == "sigmoid")):
        yield pair.found(
            "wrong_output_activation",
            "warning",
            f"the answers are {_values(task)}, and {end.activation} does not end between them",
            f"end with {'tanh' if signs else 'sigmoid'}",
            change=pair.activation_change(),
        )
    if not margin and not signs:
        yield _wrong_loss(pair, f"{_name(loss)} is slow to learn yes and no", "advice")


def _labels(pair: Pair) -> Iterator[Finding]:
    """Judge an output with several yes-or-no columns."""
    end, loss, y = pair.end, pair.loss, pair.task.y
    if end.width not in (1, y.shape[-1]):
        yield _wrong_width(pair, y.shape[-1])
    elif end.activation == "softmax" and pair.is_cross_entropy:
        yield pair.found(
            "wrong_output_activation",
            "warning",
            "softmax shares out 1 among the outputs, and a row can have several labels at once",
            "end with sigmoid, and use binary_crossentropy",
            change=pair.activation_change(),
        )
    elif isinstance(loss, BINARY):
        yield from _probabilities(pair)
    elif end.activation in DEAD_ENDS:
        yield from _range(pair, 0.0, 1.0, simplex=False)


def _redundant(pair: Pair) -> Iterator[Finding]:
    """Judge activations that are applied one upon another."""
    names = pair.end.activations
    ends = [name for name in names if name in ("softmax", "sigmoid")]
    if pair.logits and names and names[-1] in ("softmax", "sigmoid"):
        yield pair.found(
            "redundant_activation",
            "warning",
            f"the output ends with {names[-1]}, and from_logits=True applies it once more",
            "leave from_logits out",
            change=Change("compile", "from_logits=False", {"from_logits": False}),
        )
    elif len(ends) > 1:
        yield pair.found(
            "redundant_activation",
            "warning",
            f"the output goes through {' and '.join(names)}",
            f"end with {pair.right_activation} alone",
        )
    if pair.end.dropout is not None:
        yield pair.found(
            "dropout_on_logits",
            "warning",
            f"{pair.end.dropout!r} sets logits to 0 before {names[-1]}, so that rows lose classes",
            "put dropout before the last layer with weights",
            change=Change("model", f"remove {pair.end.dropout!r}", {"remove": pair.end.dropout}),
        )


def _wrong_loss(pair: Pair, evidence: str, severity: str = "warning") -> Finding:
    right = _right_loss(pair)
    change = Change("compile", f'loss="{right}"', {"loss": right})
    return pair.found("wrong_loss", severity, evidence, f"use {right}", change=change)


def _right_loss(pair: Pair) -> str:
    """Return the loss for this task, as its targets are written."""
    if pair.task.kind in (YES_OR_NO, LABELS):
        return "binary_crossentropy"
    one_hot = pair.task.y.ndim > 1 and pair.task.y.shape[-1] > 1
    return "categorical_crossentropy" if one_hot else "sparse_categorical_crossentropy"


def _name(loss: Loss) -> str:
    return LOSSES.name_of(type(loss)) or type(loss).__name__


def _values(task: Task) -> str:
    return " and ".join(f"{value:g}" for value in np.unique(task.y)[:2])
