"""What the curves show: losses that stand, swing or part, and answers that are all the same."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.ending import ending_of
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.pairing import DEAD_ENDS
from pellucid.doctor.remedies import livelier, longer, rate_change
from pellucid.doctor.shortfall import GOOD, attains, gain_now, struggles
from pellucid.doctor.task import NUMBERS
from pellucid.doctor.thresholds import threshold


def curve(chart: Chart, name: str) -> Float[np.ndarray, " epochs"]:
    """Return a value of every epoch."""
    return np.array([epoch.value(name) for epoch in chart.epochs if name in epoch.values])


NEARLY = 0.8  # of what plain predictors gain


@check("end")
def too_few(chart: Chart) -> Iterator[Finding]:
    """Look for a loss that was falling still when training ended."""
    losses = curve(chart, "loss")
    if chart.stopped_by or not len(losses) or not np.isfinite(losses).all():
        return
    before = chart.last.step if chart.examinations else 0  # those of earlier fits among them
    few = max(chart.updates, before) < threshold("fewest_updates")
    slope, fast, epochs = falling(losses), threshold("still_falling"), len(losses)
    again = 1 - (1 - slope) ** epochs  # what as many epochs again would take off
    good = gain_now(chart) > GOOD
    if slope <= fast and again <= threshold("again") and (good or not few):
        return
    much = slope > fast or (again > threshold("again_much") and struggles(chart))
    length = f"{epochs} epoch{'s' * (epochs != 1)} of {chart.updates // max(epochs, 1)} steps"
    falls = f"the loss was falling by {slope:.1%} an epoch when training ended, after {length}"
    if slope < fast / 10:
        falls = f"after {length} the loss would fall by {again:.0%} in as many epochs again"
    evidence = f"training was over after {length}" if few else falls
    more = longer(max(10 * epochs, 20) if few else 3 * epochs)
    yield Finding(
        "too_few_epochs",
        "warning" if not good and (few or (much and not attains(chart, NEARLY))) else "advice",
        evidence,
        f"train longer: {more.code}",
        step=chart.updates,
        value=float(chart.updates if few else slope),
        threshold=float(threshold("fewest_updates") if few else fast),
        change=more,
        not_from=("unscaled_inputs", "unscaled_targets") if few else (),
    )


def falling(losses: Float[np.ndarray, " epochs"]) -> float:
    """Return by what share a loss falls in an epoch, by a line through its last fifth."""
    count = max(3, len(losses) // 5)
    last = losses[-count:]
    if len(last) < 2 or (last <= 0).any():
        return 0.0
    return float(1 - np.exp(np.polyfit(np.arange(len(last)), np.log(last), 1)[0]))


@check("end")
def standing_still(chart: Chart) -> Iterator[Finding]:
    """Look for a loss no better than the constant answer's, and whether it moves at all."""
    losses = curve(chart, "loss")
    if not len(losses) or not np.isfinite(losses).all() or chart.is_learning:
        return
    steps = chart.epochs[0].step_losses
    first = float(steps[0]) if len(steps) else losses[0]
    moved = abs(first - losses[-1]) / max(abs(first), 1e-12)
    slope, constant = falling(losses), chart.constant_cost
    beside = "" if constant is None else f"; the best constant answer costs {constant:.3g}"
    rises = first > 0 and losses[-1] > 1.05 * first and len(losses) > 1
    if rises:
        check_id = "loss_rising"
    elif slope > 1e-3 and moved > 0.01:
        check_id = "slow_convergence"
    else:
        check_id = "loss_stuck"
    slower = [rate_change(chart.epochs[0].learning_rate / 10)]
    changes = slower if rises else list(livelier(chart))
    yield Finding(
        check_id,
        "advice" if attains(chart) else "warning",
        f"the loss went from {first:.3g} to {losses[-1]:.3g} in {len(losses)} epochs{beside}",
        "look at the findings above; if there are none, try another learning rate",
        step=chart.updates,
        value=float(moved),
        change=changes[0] if changes else None,
        others=tuple(changes[1:]),
    )


@check("end")
def constant(chart: Chart) -> Iterator[Finding]:
    """Look for outputs that answer the same whatever they are shown."""
    for name, task in chart.tasks.items():
        answers = chart.last.outputs.get(name) if chart.examinations else None
        if answers is None or len(answers) < 4 or not np.isfinite(answers).all():
            continue
        flat = answers.reshape(len(answers), -1).astype(np.float64)
        spread = float(flat.std(axis=0).mean())
        scale = 1.0
        if task.kind == NUMBERS:
            scale = float(task.y.reshape(len(task.y), -1).astype(float).std(axis=0).mean())
        chosen = 0.0
        if task.labels is not None and flat.shape[1] > 1:
            chosen = float(np.bincount(flat.argmax(axis=1)).max() / len(flat))
        one_class = chosen > 0.99 and task.majority < 0.95
        if scale and (spread < threshold("constant_output") * scale or one_class):
            if gain_now(chart) > GOOD or chart.is_learning:
                continue
            yield Finding(
                "constant_predictor",
                "advice" if attains(chart) else "warning",
                f"the answers of {name!r} deviate by {spread:.2g} over {len(flat)} rows"
                + (f", and {chosen:.0%} of them are of one class" if chosen else ""),
                "look at the findings above; if there are none, at the targets",
                layer=name,
                step=chart.updates,
                value=spread,
                threshold=threshold("constant_output") * scale,
            )


@check("end")
def swinging(chart: Chart) -> Iterator[Finding]:
    """Look for a loss that swings from epoch to epoch more than its batches explain."""
    losses = curve(chart, "loss")[-10:]
    if len(losses) < 6 or not np.isfinite(losses).all() or gain_now(chart) > GOOD:
        return
    line = np.polyval(np.polyfit(np.arange(len(losses)), losses, 1), np.arange(len(losses)))
    rest = losses - line
    swing = float(rest.std() / max(abs(losses.mean()), 1e-12))
    last = chart.epochs[-1].step_losses
    noise = float(np.std(last) / np.sqrt(max(len(last), 1)) / max(abs(losses.mean()), 1e-12))
    turns = int((np.diff(np.sign(rest)) != 0).sum())
    high = threshold("swing")
    if (swing > high and swing > 4 * noise and turns >= 5) or (swing > 2 * high and turns >= 5):
        rate = chart.epochs[-1].learning_rate
        yield Finding(
            "oscillating_loss",
            "warning",
            f"the loss swings by {swing:.0%} from epoch to epoch over the last {len(losses)}",
            f"use a learning rate of {rate / 3:.2g}, or a larger batch",
            step=chart.updates,
            value=swing,
            threshold=high,
            change=Change("compile", f"learning_rate={rate / 3:.2g}", {"learning_rate": rate / 3}),
        )


@check("end")
def overfitting(chart: Chart) -> Iterator[Finding]:
    """Look for held-out rows that do ever worse while the rows trained on do ever better."""
    train, held_out = curve(chart, "loss"), curve(chart, "val_loss")
    if len(held_out) < 5 or len(held_out) != len(train) or not np.isfinite(held_out).all():
        return
    best = int(np.argmin(held_out))
    after = len(held_out) - 1 - best
    rise = float(held_out[-1] / held_out[best] - 1) if held_out[best] > 0 else 0.0
    gap = float((held_out[-1] - train[-1]) / max(abs(held_out[-1]), 1e-12))
    most = threshold("overfitting_rise")
    constant = chart.constant_cost
    costly = constant is None or held_out[-1] > threshold("overfitting_cost") * constant
    costly = costly and not chart.settings.class_weight  # that weighs one of the losses only
    long = after >= max(5, 0.1 * len(held_out))
    if rise > most and long and train[-1] < train[best] and gap > 0.05:
        yield Finding(
            "overfitting",
            "warning" if rise > threshold("overfitting_rise_warning") and costly else "advice",
            f"the loss on held-out rows was lowest after epoch {best + 1}, and is {rise:.0%} "
            f"higher after {len(held_out)}, while that on the rows trained on went on falling",
            "stop early and keep the best weights; add dropout or l2, or more rows",
            step=best,
            value=rise,
            threshold=most,
            change=Change(
                "fit",
                'EarlyStopping("val_loss", patience=5, restore_best_weights=True)',
                {"early_stopping": 5},
            ),
        )


@check("end")
def dead_output(chart: Chart) -> Iterator[Finding]:
    """Look for outputs whose activation has fallen to 0 for every row, where targets are not."""
    for name, task in chart.tasks.items():
        end = ending_of(chart.network, name)
        answers = chart.last.outputs.get(name) if chart.examinations else None
        if answers is None or not answers.size or end.activation not in DEAD_ENDS:
            continue
        if (answers == 0).all() and np.any(task.y != 0):
            yield Finding(
                "wrong_output_activation",
                "warning",
                f"the output {name!r} has fallen to 0 for every row: {end.activation} lets no "
                "error back from there",
                "end without an activation, or with softplus where only amounts from 0 make sense",
                layer=end.layer,
                step=chart.updates,
                value=0.0,
                change=Change(
                    "model",
                    f'activation="linear" in layer {end.layer!r}',
                    {"layer": end.layer, "activation": "linear"},
                ),
            )


@check("end")
def slow_loss(chart: Chart) -> Iterator[Finding]:
    """Look again at a squared loss over classes, where they are not learnt well."""
    from_pairs = [name for name, task in chart.tasks.items() if task.labels is not None]
    for name in from_pairs:
        loss = type(chart.losses.get(name)).__name__
        squared = loss in ("MeanSquaredError", "MeanAbsoluteError", "SquaredError", "Quadratic")
        if (
            squared
            and chart.examinations
            and chart.gain(name) < 0.5
            and chart.tasks[name].classes > 2
        ):
            yield Finding(
                "wrong_loss",
                "warning",
                f"{loss} over {chart.tasks[name].classes} classes has come "
                f"{chart.gain(name):.0%} of the way from guessing to knowing",
                "use categorical_crossentropy",
                layer=name,
                value=chart.gain(name),
                threshold=0.5,
                change=Change(
                    "compile",
                    'loss="categorical_crossentropy"',
                    {"loss": "categorical_crossentropy"},
                ),
            )
