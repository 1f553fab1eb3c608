"""How a network is built and set to train: layers, dropout, frozen weights, optimizer."""

from collections.abc import Iterator
from dataclasses import replace

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.ending import activation_name
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.remedies import ADAPTIVE, rate_change
from pellucid.doctor.shortfall import attains, struggles
from pellucid.doctor.thresholds import threshold
from pellucid.functions.losses import Reduced
from pellucid.functions.schedules import Schedule
from pellucid.network.network import Node

SUMS = ("Dense", "Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D", "EinsumDense")
# Layers that bend nothing: what is linear before them is linear behind.
STRAIGHT = (
    *("Flatten", "Reshape", "Permute", "Dropout", "SpatialDropout1D", "SpatialDropout2D"),
    *("BatchNormalization", "AveragePooling1D", "AveragePooling2D", "GlobalAveragePooling1D"),
    *("GlobalAveragePooling2D", "ZeroPadding1D", "ZeroPadding2D", "Identity", "Rescaling"),
)
NEARLY = 0.9  # of what plain predictors gain


@check("program")
def nonlinearity(chart: Chart) -> Iterator[Finding]:
    """Look for layers of sums with nothing nonlinear between them: together they are one."""
    doubled = [
        (first, node) for node in chart.network.nodes if (first := _linear_before(chart, node))
    ]
    hidden = [n for n in chart.network.nodes if _is_sum(n) and n.name not in chart.network.outputs]
    bent = [n for n in chart.network.nodes if n.name not in chart.network.outputs and _bends(n)]
    if not doubled:
        return
    first, _ = doubled[0]
    names = " and ".join(repr(node.name) for pair in doubled[:1] for node in pair)
    yield Finding(
        "missing_nonlinearity",
        "warning" if hidden and not bent else "advice",
        f"{names} are sums of sums, so that together they can do no more than one layer"
        + ("" if bent else f"; no layer of the {len(hidden) + 1} bends anything"),
        'give the hidden layers an activation, such as "relu"',
        layer=first.name,
        change=Change(
            "model",
            f'activation="relu" in the layers like {first.name!r}',
            {"like": first.name, "activation": "relu"},
        ),
    )


def _linear_before(chart: Chart, node: Node) -> Node | None:
    """Return the linear layer of sums whose output reaches the sums of `node` unbent."""
    if not _is_sum(node):
        return None
    while len(node.inputs) == 1 and node.inputs[0] in chart.network:
        node = chart.network[node.inputs[0]]
        if _is_sum(node):
            return node if activation_name(node) == "linear" else None
        if type(node.layer).__name__ not in STRAIGHT or activation_name(node) != "linear":
            return None
    return None


def _is_sum(node: Node) -> bool:
    return type(node.layer).__name__ in SUMS


def _bends(node: Node) -> bool:
    straight = type(node.layer).__name__ in (*STRAIGHT, *SUMS)
    return activation_name(node) != "linear" or not straight


@check("end")
def competing_units(chart: Chart) -> Iterator[Finding]:
    """Look for a softmax between layers of sums, where little was learnt.

    Its units share out 1, so that of n units each answers about 1/n.
    """
    for node in chart.network.nodes:
        readers = [n for n in chart.network.nodes if node.name in n.inputs]
        hidden = _is_sum(node) and any(map(_is_sum, readers))
        if hidden and activation_name(node) == "softmax" and struggles(chart):
            yield Finding(
                "wrong_hidden_activation",
                "warning",
                f"{node.name!r} is a hidden layer, and softmax makes its units share out 1",
                "use relu in hidden layers, and softmax at the end only",
                layer=node.name,
                change=Change(
                    "model",
                    f'activation="relu" in the layers like {node.name!r}',
                    {"like": node.name, "activation": "relu", "initializer": "he_normal"},
                ),
            )
            return


@check("program")
def repeated_activation(chart: Chart) -> Iterator[Finding]:
    """Look for an activation applied to its own answers inside a network."""
    for node in chart.network.nodes:
        name = activation_name(node)
        if _is_sum(node) or name in (None, "linear") or len(node.inputs) != 1:
            continue
        before = node.inputs[0]
        if before in chart.network and activation_name(chart.network[before]) == name:
            yield Finding(
                "redundant_activation",
                "advice",
                f"{node.name!r} applies {name} to what {before!r} has put through {name}",
                f"leave {node.name!r} out",
                layer=node.name,
                change=Change("model", f"remove {node.name!r}", {"remove": node.name}),
            )


@check("program")
def dropout(chart: Chart) -> Iterator[Finding]:
    """Look at how much dropout takes out."""
    for node in chart.network.nodes:
        rate = getattr(node.layer, "rate", None)
        if "Dropout" not in type(node.layer).__name__ or not isinstance(rate, float | int):
            continue
        if rate > threshold("dropout_rate"):
            yield Finding(
                "excess_dropout",
                "advice",
                f"{node.name!r} drops {rate:.0%} of what it is given",
                "drop 20 % to 50 %",
                layer=node.name,
                value=float(rate),
                threshold=threshold("dropout_rate"),
                change=Change(
                    "model", f"rate=0.3 in {node.name!r}", {"layer": node.name, "rate": 0.3}
                ),
            )


@check("end")
def strong_dropout(chart: Chart) -> Iterator[Finding]:
    """Look at dropout again where little was learnt."""
    strong = list(dropout(chart))
    if strong and struggles(chart):
        yield from (replace(found, severity="warning") for found in strong)


@check("program")
def frozen(chart: Chart) -> Iterator[Finding]:
    """Look for frozen layers whose weights are as they were drawn."""
    weighted = [owner for owner in chart.network.owners if owner in chart.fresh]
    for owner in weighted:
        if owner in chart.recipe.frozen:
            yield Finding(
                "frozen_layer",
                "warning",
                f"{owner!r} is frozen, and its weights are random still: nothing has trained it",
                "let it train, or load trained weights into it first",
                layer=owner,
                change=Change("model", f"trainable=True in {owner!r}", {"unfreeze": owner}),
            )


@check("program")
def optimizer(chart: Chart) -> Iterator[Finding]:
    """Look at the learning rate and the other settings of the optimizer."""
    chosen = chart.recipe.optimizer
    kind, rate = type(chosen).__name__, chosen.learning_rate
    if not isinstance(rate, Schedule) and rate <= 0:
        yield Finding(
            "gradient_sign",
            "error",
            f"the learning rate is {rate:g}, so that training "
            + ("climbs the loss" if rate < 0 else "changes nothing"),
            "use a learning rate above 0, such as 0.001",
            value=float(rate),
            threshold=0.0,
            change=rate_change(0.001),
        )
    highest = threshold("adaptive_rate" if kind in ADAPTIVE else "rate")
    if not isinstance(rate, Schedule) and rate > highest and kind != "Adadelta":
        yield Finding(
            "lr_too_high",
            "advice",
            f"{kind}'s learning rate is {rate:g}",
            "use 0.001" if kind in ADAPTIVE else "use 0.01",
            value=float(rate),
            threshold=highest,
            change=rate_change(0.001 if kind in ADAPTIVE else 0.01),
        )


@check("program")
def epsilon(chart: Chart) -> Iterator[Finding]:
    """Look for an epsilon that is larger than the gradients it is added to."""
    chosen = chart.recipe.optimizer
    given = getattr(chosen, "epsilon", None)
    if isinstance(given, float) and given > threshold("epsilon"):
        yield Finding(
            "optimizer_setting",
            "advice",
            f"{type(chosen).__name__}'s epsilon is {given:g}, so that steps are small where "
            "gradients are",
            "leave epsilon as it is, 1e-7",
            value=given,
            threshold=threshold("epsilon"),
            change=Change("compile", "epsilon=1e-7", {"epsilon": 1e-7}),
        )


@check("end")
def epsilon_again(chart: Chart) -> Iterator[Finding]:
    """Look at epsilon again where the network has not learnt what there is to learn."""
    large = list(epsilon(chart))
    if large and not attains(chart, NEARLY):
        yield from (replace(found, severity="warning") for found in large)


@check("program")
def reduction(chart: Chart) -> Iterator[Finding]:
    """Look for losses that are summed over the batch."""
    for goal in chart.recipe.goals:
        if isinstance(goal.loss, Reduced) and goal.loss.reduction == "sum":
            size = chart.settings.batch_size
            yield Finding(
                "loss_reduction",
                "advice",
                f"the loss is a sum over the batch, so that steps are {size} times as long as "
                "with a mean",
                "leave reduction as it is, or divide the learning rate by the batch size",
                value=float(size),
            )
