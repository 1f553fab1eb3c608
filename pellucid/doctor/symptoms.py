"""What looks inside show: signals that fade, explode or stand still, and steps too long."""

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.ending import activation_name
from pellucid.doctor.examination import Examination
from pellucid.doctor.finding import Finding
from pellucid.doctor.remedies import ADAPTIVE, activation_change, rate_change, rate_for
from pellucid.doctor.shortfall import attains, gain_now, struggles
from pellucid.doctor.thresholds import threshold
from pellucid.network.network import Node

EARLY = 300  # steps in which a network that learns shows that it does
NEARLY = 0.9  # of what plain predictors gain
MANY = 3  # layers with weights, beyond which gradients can fade from layer to layer
_OUTSIDE = (  # no cause of what is so before any step, whatever the inputs' size
    *(
        "unscaled_inputs",
        "unscaled_targets",
        "lr_too_high",
        "wrong_output_activation",
        "wrong_loss",
    ),
)


@check("start")
def exploding_forward(chart: Chart) -> Iterator[Finding]:
    """Look for the first layer whose answers are beyond all measure before any training."""
    yield from exploding(chart, chart.start)


def exploding(chart: Chart, seen: Examination) -> Iterator[Finding]:
    """Give a finding about the first layer whose answers are beyond all measure."""
    largest = threshold("largest_activation")
    scale = max((signal.largest for signal in seen.inputs.values()), default=1.0)
    for node in chart.network.nodes:
        a = seen.layers[node.name].a
        if not a.finite or a.largest > max(largest, largest * scale):
            size = f"{a.largest:.2g}" if a.finite else "no finite numbers"
            name = activation_name(node)
            learnt = bool(chart.epochs) and chart.is_learning
            yield Finding(
                "exploding_gradient",
                "advice" if learnt else "warning",
                f"{node.name!r} ({name}) answers {size} at step {seen.step}, to inputs of at "
                f"most {scale:.2g}",
                "use relu with he_normal, selu with lecun_normal, or normalise between layers",
                layer=node.name,
                step=seen.step,
                value=a.largest if a.finite else float("inf"),
                threshold=largest,
                change=activation_change(chart, node.name),
                not_from=_OUTSIDE if seen.step == chart.start.step else (),
            )
            return


def fading(chart: Chart, seen: Examination) -> tuple[str, float] | None:
    """Return the first layer where the signal has faded, and what is left of the inputs'."""
    inputs = min(max((signal.spread for signal in seen.inputs.values()), default=0.0), 1.0)
    for node in chart.network.nodes:
        spread = seen.layers[node.name].a.spread
        hidden = node.name not in chart.network.outputs
        if hidden and inputs and spread < threshold("spread_ratio") * inputs:
            return node.name, spread / inputs
    return None


@check("course")
def vanishing(chart: Chart) -> Iterator[Finding]:
    """Look for gradients that hardly reach the first layers, look after look."""
    looks = [seen for seen in chart.examinations if seen.step >= 1]
    early = [seen for seen in looks if seen.step <= EARLY] or looks
    ratios = [ratio for seen in early if (ratio := seen.gradient_ratio) is not None]
    low = threshold("gradient_ratio")
    faded = [ratio for ratio in ratios if ratio < low]
    if len(ratios) < 2 or len(faded) < 0.7 * len(ratios):
        yield from _lost_on_the_way(chart, early)
        return
    kernels = list(early[0].kernels)
    first, last = (path.partition("/")[0] for path in (kernels[0], kernels[-1]))
    value = float(np.median(faded))
    yield Finding(
        "vanishing_gradient",
        "warning" if struggles(chart) else "advice",
        f"the gradient of {first!r} is {value:.1g} of that of {last!r} (median of "
        f"{len(ratios)} looks up to step {early[-1].step})",
        "use relu with he_normal, or put batch normalisation between the layers",
        layer=first,
        step=early[-1].step,
        value=value,
        threshold=low,
        change=activation_change(chart, first),
        not_from=("unscaled_inputs",) if _fades_inside(early) else (),
    )


def _fades_inside(looks: Sequence[Examination]) -> bool:
    """Tell whether gradients fade between inner layers too: no matter of the inputs, then."""
    ratios = []
    for seen in looks:
        by_layer = {
            path.partition("/")[0]: p.gradient for path, p in reversed(seen.kernels.items())
        }
        gradients = list(reversed(by_layer.values()))
        if len(gradients) > MANY and gradients[-1]:
            ratios.append(gradients[1] / gradients[-1])
    return bool(ratios) and float(np.median(ratios)) < threshold("gradient_ratio")


def _lost_on_the_way(chart: Chart, early: Sequence[Examination]) -> Iterator[Finding]:
    """Look for a signal that fades forwards: a penalty on weights can hide that its error does."""
    faded = [found for seen in early if (found := fading(chart, seen)) is not None]
    if len(early) < 2 or len(faded) < 0.7 * len(early) or chart.is_learning:
        return
    layer, ratio = faded[-1]
    if early[-1].layers[layer].dead >= threshold("dead_units"):
        return  # it has died, which is another matter
    yield Finding(
        "vanishing_gradient",
        "warning",
        f"the answers of {layer!r} differ from row to row by {ratio:.1g} of what the inputs do, "
        f"at {len(faded)} of {len(early)} looks: no error can find its way back",
        "use relu with he_normal, or put batch normalisation between the layers",
        layer=layer,
        step=early[-1].step,
        value=ratio,
        threshold=threshold("spread_ratio"),
        change=activation_change(chart, layer),
    )


@check("course")
def dying(chart: Chart) -> Iterator[Finding]:
    """Look for layers most of whose units answer 0 to every row: at the end, or from birth.

    Some that are born dead come to life again; it is no matter where the network learns.
    """
    half, nearly_all = threshold("dead_units"), threshold("dead_units_always")
    dead = [
        pair
        for pair in itertools.product((chart.last, chart.start), chart.network.nodes)
        if _hidden_and_dead(chart, *pair, half)
    ]
    if not dead:
        return  # before anybody asks how much there is to learn, which takes longer
    behind = struggles(chart) or not attains(chart, NEARLY)
    for seen, node in dead:
        here = seen.layers[node.name]
        if seen is not chart.last and not behind:
            continue
        few = here.units < 4 and (not behind or seen is chart.start)
        if few and here.dead < nearly_all:
            continue
        yield Finding(
            "dying_relu",
            "warning" if behind else "advice",
            f"{here.dead:.0%} of the {here.units} units of {node.name!r} answer 0 to all rows "
            f"looked at, at step {seen.step}",
            "lower the learning rate, start with he_normal, or use leaky_relu",
            layer=node.name,
            step=seen.step,
            value=here.dead,
            threshold=half,
            change=activation_change(chart, node.name, "leaky_relu"),
        )
        return


def _hidden_and_dead(chart: Chart, seen: Examination, node: Node, half: float) -> bool:
    here = seen.layers[node.name]
    own = activation_name(node) != "linear" and node.name not in chart.network.outputs
    return own and here.a.finite and here.dead >= half


@check("course")
def saturated(chart: Chart) -> Iterator[Finding]:
    """Look for layers that sit on the flat ends of a bounded activation."""
    hidden = [node for node in chart.network.nodes if node.name not in chart.network.outputs]
    limits = threshold("flat_units"), threshold("flat_units_not_learning")
    if not any(chart.last.layers[node.name].flat >= min(limits) for node in hidden):
        return
    learning = not struggles(chart)
    most = limits[0] if learning else limits[1]
    for node in hidden:
        flat = chart.last.layers[node.name].flat
        if flat < most:
            continue
        yield Finding(
            "saturated_activation",
            "advice" if learning else "warning",
            f"{flat:.0%} of the answers of {node.name!r} lie on the flat ends of "
            f"{activation_name(node) or 'its activation'}, at step {chart.last.step}",
            "scale the inputs, start with smaller weights, or use relu",
            layer=node.name,
            step=chart.last.step,
            value=flat,
            threshold=most,
        )
        return


@check("course")
def steps_too_long(chart: Chart) -> Iterator[Finding]:
    """Look for steps that are long beside the weights, where they did more harm than good."""
    looks = [seen for seen in chart.examinations if np.isfinite(seen.update_ratio)]
    leapt = struggles(chart) or _leapt(chart)
    if not looks or not leapt:
        return
    high = threshold("update_ratio_high")
    ratios = [seen.update_ratio for seen in looks if seen.step <= EARLY] or [looks[0].update_ratio]
    longest = max(ratios)
    often = float(np.mean([ratio > high for ratio in ratios])) >= 0.5
    if not often and not (longest > high and _broke(chart)):
        return
    worst = looks[int(np.argmax([seen.update_ratio for seen in looks]))]
    rate = chart.epochs[0].learning_rate if chart.epochs else 0.01
    losses = [seen.loss for seen in looks]
    yield Finding(
        "lr_too_high",
        "warning",
        f"a step changes the weights by {longest:.0%} of their size (step {worst.step}), and the "
        f"loss went from {losses[0]:.3g} to {max(losses):.3g} at its worst",
        f"use a learning rate of {rate / 10:g}",
        step=worst.step,
        value=longest,
        threshold=high,
        change=rate_change(rate / 10),
    )


def _leapt(chart: Chart) -> bool:
    """Tell whether the loss shot up in the first steps, and the harm is not quite made good."""
    early = [seen.loss for seen in chart.examinations if seen.step <= EARLY]
    shot_up = max(early, default=0.0) > threshold("leap") * max(early[:1], default=np.inf)
    return shot_up and gain_now(chart) < threshold("made_good")


def _broke(chart: Chart) -> bool:
    """Tell whether units died or the loss rose after the first steps."""
    first, last = chart.start, chart.last
    died = any(
        last.layers[name].dead - seen.dead > 0.3
        for name, seen in first.layers.items()
        if seen.units
    )
    rose = np.isfinite(first.loss) and not last.loss <= 1.05 * first.loss
    return died or bool(rose)


@check("course")
def steps_too_short(chart: Chart) -> Iterator[Finding]:
    """Look for steps that hardly change the weights, from the first on, and a loss that lasts."""
    looks = [seen for seen in chart.examinations if seen.step <= EARLY]
    if not looks or not chart.epochs or chart.stopped_by:
        return
    ratios = [r for seen in looks if np.isfinite(r := seen.update_ratio) and r > 0]
    if not ratios:
        return
    first, last = chart.epochs[0].value("loss"), chart.epochs[-1].value("loss")
    value = float(np.median(ratios))
    falls = (first - last) / abs(first) if first else 0.0
    slowest = threshold("update_ratio_low")
    slow = threshold("update_ratio_slow")
    held_up = struggles(chart)
    if value < slowest or (value < slow and falls < 0.2 and held_up):
        faster = rate_for(chart.epochs[0].learning_rate, value, 1e-3)
        yield Finding(
            "lr_too_low",
            "warning" if held_up else "advice",
            f"a step changes the weights by {value:.1g} of their size (median of {len(ratios)} "
            f"early looks), and the loss fell by {falls:.1%} in {len(chart.epochs)} epochs",
            f"use a learning rate of {faster:g}",
            step=looks[-1].step,
            value=value,
            threshold=slow,
            change=rate_change(faster),
            not_from=("unscaled_inputs", "unscaled_targets") if _as_long_as_may_be(chart) else (),
        )


def _as_long_as_may_be(chart: Chart) -> bool:
    """Tell whether steps are as long as the rate lets them be: not for want of a gradient.

    An adaptive optimizer moves each weight by about the rate.
    """
    rate = chart.epochs[0].learning_rate
    moved = [p.update / np.sqrt(p.size) for p in chart.start.kernels.values()]
    adaptive = type(chart.recipe.optimizer).__name__ in ADAPTIVE
    return adaptive and float(np.median(moved)) > 0.1 * rate


@check("course")
def no_gradient(chart: Chart) -> Iterator[Finding]:
    """Look for weights that no error reaches at all."""
    looks = [seen for seen in chart.examinations if seen.step >= 1] or chart.examinations
    kernels = [list(seen.kernels.items()) for seen in looks]
    if not kernels or not kernels[0]:
        return
    still = [all(p.gradient == 0 for _, p in group) for group in kernels]
    if all(still) and not chart.is_learning:
        layer = kernels[-1][0][0].partition("/")[0]
        yield Finding(
            "zero_gradient",
            "warning",
            f"no error reaches the weights: all gradients are 0 at each of {len(looks)} looks",
            "look at the output: its activation, the loss and the targets must fit",
            layer=layer,
            step=looks[-1].step,
            value=0.0,
        )
