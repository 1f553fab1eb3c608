"""Rows that occur twice, where they must not, and inputs that give the target away."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.columns import (
    amounts,
    class_values,
    fingerprints,
    is_copy,
    listed,
    table_of,
)
from pellucid.doctor.ending import NOISE
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.task import NUMBERS, Task
from pellucid.doctor.thresholds import threshold

FEWEST, FEWEST_IN_ORDER = 30, 100  # rows in which a copy, or a perfect order, is no chance
FEWEST_OF_A_CLASS = 20  # 8 rows of a class have been seen to give 0.998 honestly
FEW_FEATURES = 3  # of which one may honestly be all there is to the task


@check("data")
def training_score(chart: Chart) -> Iterator[Finding]:
    """Find networks that are judged on the rows they were trained on, and on no others."""
    if chart.judged_on_training_rows and chart.held_out is None:
        yield Finding(
            "eval_on_train",
            "warning",
            "evaluate() was given the rows trained on, and none are held out: it is a training "
            "score",
            "hold out rows before training, and judge on those",
            change=Change("fit", "validation_split=0.2", {"validation_split": 0.2}),
        )


@check("data")
def rows_on_both_sides(chart: Chart) -> Iterator[Finding]:
    """Find held-out rows that are trained on as well."""
    here, there = fingerprints(chart), fingerprints(chart, held_out=True)
    if here is None or there is None or not len(there):
        return
    shared = np.isin(there, here)
    share, count = float(shared.mean()), int(shared.sum())
    if not count:
        return
    if share == 1 and np.isin(here, there).mean() > 0.5:
        yield Finding(
            "eval_on_train",
            "warning",
            f"all {count} held-out rows are rows trained on",
            "hold out rows that are not trained on",
            value=share,
            threshold=threshold("leak_share"),
            change=Change("fit", "validation_split=0.2", {"validation_split": 0.2}),
        )
        return
    repeats = _twins(here) if _meet_by_chance(chart) else 0.0
    chance = 2 * repeats + 3 * np.sqrt(max(repeats, 1 / len(here)) / len(there))
    beyond_chance = share > threshold("leak_share") + chance and count >= 3
    yield Finding(
        "train_val_leak",
        "warning" if beyond_chance else "advice",
        f"{count} of {len(there)} held-out rows ({share:.1%}) are rows trained on"
        + (f"; {repeats:.1%} of the training rows have twins too" if repeats else ""),
        "split first, and prepare, copy or enlarge rows after that",
        rows=listed(np.flatnonzero(np.isin(here, there[shared]))),
        value=share,
        threshold=threshold("leak_share"),
        change=Change("data", "drop held-out rows that are trained on", {"drop": "shared"}),
    )


def _meet_by_chance(chart: Chart) -> bool:
    """Tell whether rows of such columns can well be equal without one being a copy.

    Two rows are equal with the product over columns of the chance that two values are.
    """
    logarithm = np.log(len(chart.rows))
    for source in chart.rows.x:
        table = table_of(chart, source)
        if table is None or len(table.x) < 2:
            return True
        x = np.random.default_rng(0).permutation(table.x[:1000])
        equal = np.mean([(x == np.roll(x, step, axis=0)).mean(axis=0) for step in (1, 2)], axis=0)
        logarithm += float(np.log(np.maximum(equal, 0.5 / len(x))).sum())
    return bool(logarithm > np.log(1e-3))


def _twins(prints: Int[np.ndarray, " rows"]) -> float:
    """Return the share of rows that occur again: what new rows would find there by chance."""
    counts = np.unique(prints, return_counts=True)[1]
    return float(counts[counts > 1].sum()) / len(prints)


@check("data")
def repeated_rows(chart: Chart) -> Iterator[Finding]:
    """Find rows trained on more than once, and such rows with different targets."""
    prints = fingerprints(chart)
    if prints is None or len(prints) < FEWEST:
        return
    in_order = np.sort(prints)
    if not (in_order[1:] == in_order[:-1]).any():  # mostly so, and soon told
        return
    _, first, which = np.unique(prints, return_index=True, return_inverse=True)
    again = np.flatnonzero(first[which] != np.arange(len(prints)))
    share = len(again) / len(prints)
    if share > threshold("duplicate_share"):
        yield Finding(
            "duplicate_rows",
            "advice",
            f"{share:.1%} of the rows are the same as an earlier one",
            "leave copies out, or make sure that all copies of a row are on one side of a split",
            rows=listed(again),
            value=share,
            threshold=threshold("duplicate_share"),
        )
    for task in chart.tasks.values():
        yield from _contradictions(task, again, first[which][again], share)


def _contradictions(
    task: Task, again: Int[np.ndarray, " copies"], before: Int[np.ndarray, " copies"], share: float
) -> Iterator[Finding]:
    """Find copies of a row whose target is another. Rows of few values contradict honestly."""
    values = class_values(task.y, task)
    if values is not None:
        differs = values[again] != values[before]
    else:
        y = amounts(task.y)
        if y is None:
            return
        scale = np.maximum(y.std(axis=0), 1e-12)
        differs = (np.abs(y[again] - y[before]) > 0.1 * scale).any(axis=1)
    part = float(differs.sum()) / len(task.y)
    if part > threshold("conflict_share"):
        yield Finding(
            "label_noise",
            "warning" if share < 0.5 else "advice",
            f"{part:.1%} of the rows repeat an earlier one with another target",
            "look at these rows; keep the right one of each",
            rows=listed(again[differs]),
            value=part,
            threshold=threshold("conflict_share"),
        )


@check("data")
def given_away(chart: Chart) -> Iterator[Finding]:
    """Find a feature that is the target, or nearly."""
    for source in chart.rows.x:
        table = table_of(chart, source)
        if table is None or not table.is_flat or table.total < FEWEST:
            continue
        for output, task in chart.tasks.items():
            if len(task.y) != table.total:
                continue
            if is_copy(chart.rows.x[source], task.y):
                yield from _copies(chart, output, table.features)
            elif table.features > FEW_FEATURES:
                yield from _telling_feature(table.x, table.places, task)


def _copies(chart: Chart, output: str, features: int) -> Iterator[Finding]:
    """Judge targets that are the inputs: right for a network that must sum them up."""
    if features < 2 or _sums_up(chart, features):
        return
    yield Finding(
        "target_leak",
        "warning",
        f"the targets are the {features} inputs themselves, and no layer is narrow, noisy or "
        f"penalised, so that {output!r} need only copy",
        "give the targets that were meant, or make it an autoencoder with a narrow layer",
        value=1.0,
        threshold=threshold("leak_score"),
    )


def _sums_up(chart: Chart, features: int) -> bool:
    """Tell whether something in the network keeps it from copying: an autoencoder's waist."""
    sizes = [features] + [_size(node.output_shape) for node in chart.network.nodes]
    inner = sizes[1:-1]
    waist = any(
        sizes[k] < max(sizes[: k + 1]) and sizes[k] < max(sizes[k:]) for k in range(1, len(sizes))
    )
    layers = [node.layer for node in chart.network.nodes]
    hindered = any(
        type(layer).__name__ in NOISE
        or getattr(layer, "activity_regularizer", None) is not None
        or getattr(layer, "kernel_regularizer", None) is not None
        for layer in layers
    )
    return waist or hindered or (bool(inner) and min(inner) < features)


def _size(shape: Any) -> int:
    if shape and isinstance(shape[0], tuple):
        return sum(_size(part) for part in shape)
    return int(np.prod(shape, dtype=np.int64)) if shape else 1


class Telling(NamedTuple):
    """How well each feature alone tells the target."""

    same: Bool[np.ndarray, " features"]  # is the class under another name
    score: Float[np.ndarray, " features"]  # 1 is perfect
    measure: str


def _telling_feature(
    x: Float[np.ndarray, "rows features"], places: Int[np.ndarray, " rows"], task: Task
) -> Iterator[Finding]:
    """Find a feature that alone tells the target, and stands out by it."""
    telling = _telling(x, places, task)
    if telling is None:
        return
    same, score = telling.same, telling.score
    found = same | (score > threshold("leak_score"))
    others = float(score[~found].max(initial=0.0))
    stands_out = others < threshold("leak_next") and found.sum() <= max(1, x.shape[1] // 10)
    if not found.any() or not (stands_out or same.any()):
        return
    apart = same | (_gaps(x, places, task) > threshold("leak_gap"))
    feature = int(np.flatnonzero(same if same.any() else found)[0])
    how = f"its {telling.measure} is {score[feature]:.4f}, the next best {others:.3f}"
    how = "each of its values goes with one class" if same[feature] else how
    yield Finding(
        "target_leak",
        "warning" if apart[feature] else "advice",
        f"feature {feature} alone tells the target: {how}",
        "leave it out if it would not be known when the network is used",
        value=1.0 if same[feature] else float(score[feature]),
        threshold=threshold("leak_score"),
        change=Change("data", f"x = np.delete(x, {feature}, axis=1)", {"drop_column": feature}),
    )


def _gaps(
    x: Float[np.ndarray, "rows features"], places: Int[np.ndarray, " rows"], task: Task
) -> Float[np.ndarray, " features"]:
    """Return how far two classes lie apart in each feature, by the deviation within a class.

    A copy of the label, even a noisy one, leaves a gap. A feature that the label is made of
    leaves none: it goes on across the border. For amounts there is no such border: infinity.
    """
    values = class_values(task.y, task)
    values = None if values is None else values[places]
    if values is None or len(np.unique(values)) != 2:
        return np.full(x.shape[1], np.inf)
    low, high = (x[values == value] for value in np.unique(values))
    ends = [np.quantile(part, (0.05, 0.95), axis=0) for part in (low, high)]
    gap = np.maximum(ends[1][0] - ends[0][1], ends[0][0] - ends[1][1])
    within = np.maximum(*(part.std(axis=0, dtype=np.float64) for part in (low, high)))
    return np.where(within > 0, gap / np.where(within > 0, within, 1), np.inf)


def _telling(
    x: Float[np.ndarray, "rows features"], places: Int[np.ndarray, " rows"], task: Task
) -> Telling | None:
    values = class_values(task.y, task)
    if values is not None and task.classes >= 2:
        values = values[places]
        same, two = _determines(x, values), len(np.unique(values)) == 2
        score = _auc(x, values) if two else _correlation(x, values.astype(float))
        measure = "area under the ROC curve" if two else "correlation with the class's number"
    else:
        y = amounts(task.y) if task.kind == NUMBERS else None
        if y is None or y.shape[1] != 1:
            return None
        same, score = np.zeros(x.shape[1], bool), _correlation(x, y[places, 0])
        measure = "correlation with the target"
    if len(x) < FEWEST_IN_ORDER:
        score = np.zeros(x.shape[1])
    return Telling(same, score, measure)


def _determines(x: Float[np.ndarray, "rows features"], values: Any) -> Bool[np.ndarray, " f"]:
    """Tell which features are the class under another name.

    Either one value for each class, each another; or columns that are yes or no to a class,
    for every class.
    """
    names, labels, counts = np.unique(values, return_inverse=True, return_counts=True)
    found = np.zeros(x.shape[1], bool)
    if len(names) < 2 or counts.min() < 5:
        return found
    first = np.array([x[labels == k][0] for k in range(len(names))])
    constant = np.ones(x.shape[1], bool)
    for k in range(len(names)):  # one value within each class
        constant &= (x[labels == k] == first[k]).all(axis=0)
    answered = np.zeros(len(names), bool)
    for feature in np.flatnonzero(constant):
        _, value, count = np.unique(first[:, feature], return_inverse=True, return_counts=True)
        found[feature] = len(count) == len(names)
        alone = count[value] == 1
        answered |= alone & (len(count) == 2)
    return constant & (np.abs(first - first[0]).max(axis=0) > 0) if answered.all() else found


def _auc(x: Float[np.ndarray, "rows features"], values: Any) -> Float[np.ndarray, " features"]:
    """Return how well each feature orders two classes, in either direction; 0.5 is chance."""
    yes = values == np.max(values)
    x, yes = x[:1000], yes[:1000]  # a sample of a sample: a perfect order shows soon
    positives, negatives = int(yes.sum()), int((~yes).sum())
    if min(positives, negatives) < FEWEST_OF_A_CLASS:
        return np.zeros(x.shape[1])
    columns = np.ascontiguousarray(x.T)
    order = np.argsort(columns, axis=1)
    area = yes[order] @ np.arange(len(x)) - positives * (positives - 1) / 2
    area /= positives * negatives
    steps = np.diff(np.take_along_axis(columns, order, axis=1), axis=1) != 0
    tied = steps.sum(axis=1) + 1 < len(x) / 10
    return np.where(tied, 0.0, np.maximum(area, 1 - area))


def _correlation(x: Float[np.ndarray, "rows features"], y: Any) -> Float[np.ndarray, " features"]:
    centred, y = x - x.mean(axis=0, dtype=np.float64), y - y.mean()
    size = np.sqrt(np.square(centred).sum(axis=0) * np.square(y).sum())
    return np.abs(y @ centred) / np.where(size > 0, size, np.inf)
