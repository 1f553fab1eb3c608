"""How often each class occurs, and in what order."""

from collections.abc import Iterator

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.columns import class_values
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.task import CLASSES, NUMBERS, YES_OR_NO, Task
from pellucid.doctor.thresholds import threshold
from pellucid.training.order import BALANCED

FEWEST = 30  # rows that say something about shares or order


@check("data")
def rare_classes(chart: Chart) -> Iterator[Finding]:
    """Find a class that nearly all rows have, or hardly any.

    Where accuracy alone judges, such a program looks right without ever naming the rare class.
    """
    for output, task in chart.tasks.items():
        if task.kind not in (CLASSES, YES_OR_NO) or task.classes < 2:
            continue
        values = class_values(task.y, task)
        shares = task.shares[task.shares > 0]
        if values is None or len(values) < FEWEST or len(shares) < 2:
            continue
        rarest, majority = float(shares.min()), task.majority
        if majority > threshold("majority"):
            yield from _one_sided(chart, output, task, values, rarest)
        elif rarest < threshold("rarest") / len(shares):
            yield Finding(
                "class_imbalance",
                "advice",
                f"the rarest of {len(shares)} classes has {rarest:.2%} of the rows",
                "look at recall for each class; weights of classes help the rare ones",
                value=rarest,
                threshold=threshold("rarest") / len(shares),
                change=_balanced(),
            )


def _one_sided(
    chart: Chart, output: str, task: Task, values: np.ndarray, rarest: float
) -> Iterator[Finding]:
    metrics = [type(m.metric).__name__ for m in chart.measures_of(output)]
    only_accuracy = bool(metrics) and all("Accuracy" in name for name in metrics)
    only_accuracy = only_accuracy and not any("Balanced" in name for name in metrics)
    helped = chart.settings.class_weight or chart.settings.shuffle == BALANCED
    blind = only_accuracy and not helped
    which = np.unique(values)[np.argmin(np.unique(values, return_counts=True)[1])]
    yield Finding(
        "class_imbalance",
        "warning" if blind else "advice",
        f"{task.majority:.1%} of the rows are of one class, {rarest:.1%} of class {which:g}",
        'let rows of rare classes count more: class_weight="balanced"; or show them more often: '
        'shuffle="balanced"',
        value=task.majority,
        threshold=threshold("majority"),
        change=_balanced(),
    )
    if only_accuracy:
        yield Finding(
            "class_imbalance_metric",
            "warning" if blind else "advice",
            f"always naming the commonest class gives an accuracy of {task.majority:.1%}",
            "judge by balanced accuracy, F1, or the area under the precision-recall curve",
            value=task.majority,
            threshold=threshold("majority"),
            change=_by_area() if task.kind == YES_OR_NO and _has_one_unit(chart, output) else None,
        )


def _has_one_unit(chart: Chart, output: str) -> bool:
    return tuple(chart.network[output].output_shape) == (1,)


def _by_area() -> Change:
    return Change("compile", 'metrics=["auc"]', {"metrics": ["auc"]})


def _balanced() -> Change:
    return Change("fit", 'class_weight="balanced"', {"class_weight": "balanced"})


@check("data")
def order_of_rows(chart: Chart) -> Iterator[Finding]:
    """Find rows in the order of their labels that are not shuffled.

    Of neighbours drawn at random, the share sum p² are of one class. Targets that are amounts
    in order may be a series in time, whose order is meant.
    """
    if chart.settings.shuffle:
        return
    for task in chart.tasks.values():
        values = class_values(task.y, task)
        if values is not None and len(values) >= FEWEST:
            yield from _classes_in_order(chart, values, task)
        elif task.kind == NUMBERS and task.y.dtype.kind in "fiu" and task.y.size == len(task.y):
            yield from _amounts_in_order(task.y.reshape(-1).astype(float))


def _classes_in_order(chart: Chart, values: np.ndarray, task: Task) -> Iterator[Finding]:
    chance = float((task.shares**2).sum())
    if chance >= 1:
        return
    pairs, same = len(values) - 1, float((values[1:] == values[:-1]).mean())
    z = (same - chance) * np.sqrt(pairs / (chance * (1 - chance)))
    size = min(chart.settings.batch_size, len(values))
    batches = [values[i : i + size] for i in range(0, len(values) - size + 1, size)]
    purity = float(np.mean([_purity(batch) for batch in batches]))
    if z > threshold("sorted_z") and same > (1 + chance) / 2:
        yield Finding(
            "sorted_no_shuffle",
            "warning" if purity > (1 + chance) / 2 or size == 1 else "advice",
            f"{same:.0%} of neighbouring rows have the same label ({chance:.0%} by chance), and "
            "shuffle is off",
            "leave shuffle on",
            value=float(z),
            threshold=threshold("sorted_z"),
            change=Change("fit", "shuffle=True", {"shuffle": True}),
        )


def _purity(batch: np.ndarray) -> float:
    counts = np.unique(batch, return_counts=True)[1]
    return float(np.square(counts / len(batch)).sum())


def _amounts_in_order(y: np.ndarray) -> Iterator[Finding]:
    if len(y) < FEWEST or not np.isfinite(y).all() or not y.std():
        return
    centred = y - y.mean()
    alike = float((centred[1:] * centred[:-1]).mean() / y.var())
    z = alike * np.sqrt(len(y))
    if z > threshold("sorted_z") and alike > 0.5:
        yield Finding(
            "sorted_no_shuffle",
            "advice",
            f"neighbouring rows have nearly the same target (correlation {alike:.2f}), and "
            "shuffle is off",
            "leave shuffle on, unless the network reads the rows as a series",
            value=float(z),
            threshold=threshold("sorted_z"),
            change=Change("fit", "shuffle=True", {"shuffle": True}),
        )
