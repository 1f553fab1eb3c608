"""What a doctor's remedy changes in a network: which settings of which layers."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, NamedTuple

from pellucid.base.errors import ConfigError, explain
from pellucid.doctor.ending import SILENT, activation_name, ending_of, passes_on
from pellucid.doctor.finding import Change
from pellucid.functions.losses import Loss, Reduced
from pellucid.functions.schedules import Schedule
from pellucid.layers.input import Input
from pellucid.layers.layer import Layer, Symbol
from pellucid.layers.preprocessing import Normalization, Rescaling
from pellucid.network.graph import Names
from pellucid.network.network import Network, Node
from pellucid.optimizers.optimizer import Optimizer
from pellucid.training.state import Recipe

HEAVY = ("Adam", "AdamW", "Adamax", "Nadam", "RMSprop", "Lamb", "Lion", "Adadelta", "Adagrad")
OF_OPTIMIZER = (
    *("learning_rate", "clipnorm", "clipvalue", "global_clipnorm", "epsilon", "weight_decay"),
)
OF_LAYER = ("layer", "like", "remove", "unfreeze", "first", "last", "penalties")
OF_COMPILE = (*OF_OPTIMIZER, "optimizer", "loss", "from_logits", "metrics")


class Edits(NamedTuple):
    """A change as settings: of layers by the owner of their parameters, and around them."""

    settings: Mapping[str, Mapping[str, Any]] = {}
    removed: frozenset[str] = frozenset()  # nodes whose answers are what they read
    thawed: frozenset[str] = frozenset()
    normalised: bool = False  # a Normalization goes before all else
    rescaled: tuple[float, float] | None = None  # a Rescaling of this scale and offset goes last

    def with_those(self, other: "Edits") -> "Edits":
        """Return the edits of both."""
        owners = (*self.settings, *other.settings)
        return Edits(
            {o: {**self.settings.get(o, {}), **other.settings.get(o, {})} for o in owners},
            self.removed | other.removed,
            self.thawed | other.thawed,
            self.normalised or other.normalised,
            other.rescaled or self.rescaled,
        )


def edits_of(network: Network, changes: Iterable[Change]) -> Edits:
    """Return what changes mean for the layers of `network`, all together.

    Raises:
        ConfigError: one is no change of a model, or this network has no place for it.
    """
    together = Edits()
    for change in changes:
        together = together.with_those(_edits(network, change))
    return together


def _edits(network: Network, change: Change) -> Edits:
    wanted = change.settings
    known = any(name in wanted for name in (*OF_LAYER, *OF_COMPILE))
    if change.kind not in ("model", "compile") or not known:
        what = f"This is not a change of a model, but of {_whose(change)}."
        hint = f"do it there: {change.code}"
        raise ConfigError(explain(what, got=change.kind, expected="model or compile", hint=hint))
    named = wanted.get("layer") or wanted.get("like") or wanted.get("remove")
    if named is not None and named not in network:
        what = f"This network has no layer called {named!r}."
        expected = ", ".join(node.name for node in network.nodes)
        raise ConfigError(explain(what, got=named, expected=expected))
    if "remove" in wanted:
        return Edits(removed=frozenset([wanted["remove"]]))
    if "unfreeze" in wanted:
        return Edits(thawed=frozenset([wanted["unfreeze"]]))
    if "penalties" in wanted:
        penalised = [n for n in network.nodes if _has(n.layer, "kernel_regularizer")]
        return Edits({node.owner: {"kernel_regularizer": None} for node in penalised})
    if "first" in wanted:
        return Edits(normalised=True)
    if "last" in wanted:
        return Edits(rescaled=(wanted["scale"], wanted["offset"]))
    if "layer" in wanted:
        return _one(network, network[wanted["layer"]], wanted)
    return _alike(network, network[wanted["like"]], wanted) if "like" in wanted else Edits()


def _whose(change: Change) -> str:
    return {"fit": "what fit is given", "data": "the data"}.get(change.kind, change.kind)


def _one(network: Network, node: Node, wanted: Mapping[str, Any]) -> Edits:
    """Change one layer; an activation takes the place of those that follow."""
    settings = {name: value for name, value in wanted.items() if name not in OF_LAYER}
    spare = _activations_after(network, node) if "activation" in settings else ()
    if not all(_has(node.layer, name) for name in settings):
        what = f"The layer {node.name!r} has no such setting."
        expected = "a setting of " + type(bare(node.layer)).__name__
        raise ConfigError(explain(what, got=", ".join(settings), expected=expected))
    return Edits({node.owner: settings}, frozenset(after.name for after in spare))


def _alike(network: Network, node: Node, wanted: Mapping[str, Any]) -> Edits:
    """Change a hidden layer, and all of its kind that have the same activation."""
    ends = {ending_of(network, output).layer for output in network.outputs}
    likeness = _likeness(network, node)
    group = [n for n in network.nodes if n.name not in ends and _likeness(network, n) == likeness]
    settings: dict[str, dict[str, Any]] = {}
    removed: set[str] = set()
    for one in group or [node]:
        mine = settings.setdefault(one.owner, {})
        if "initializer" in wanted and _has(one.layer, "kernel_initializer"):
            mine["kernel_initializer"] = wanted["initializer"]
            mine |= {"bias_initializer": "zeros"} if _has(one.layer, "bias_initializer") else {}
        if "activation" in wanted and one.name not in ends and _has(one.layer, "activation"):
            mine["activation"] = wanted["activation"]
            removed |= {after.name for after in _activations_after(network, one)}
    return Edits({owner: given for owner, given in settings.items() if given}, frozenset(removed))


def _likeness(network: Network, node: Node) -> tuple[Any, ...]:
    """Return the kind of a layer, and the activations its answers go through."""
    names = [activation_name(n) for n in (node, *_activations_after(network, node))]
    bent = tuple(name for name in names if name != "linear")
    return type(bare(node.layer)), bent, passes_on(node)


def _activations_after(network: Network, node: Node) -> tuple[Node, ...]:
    """Return the layers that only apply an activation to the answers of a layer."""
    return tuple(_through(network, node))


def _through(network: Network, node: Node) -> Iterator[Node]:
    while True:
        readers = [reader for reader in network.nodes if node.name in reader.inputs]
        if len(readers) != 1 or len(readers[0].inputs) != 1:
            return
        (node,) = readers
        if passes_on(node):
            yield node
        elif type(node.layer).__name__ not in SILENT:
            return


def bare(layer: Any) -> Any:
    """Return a layer without what runs it as in training, or as outside it."""
    return bare(layer.layer) if type(layer).__name__ == "InMode" else layer


def _has(layer: Layer, name: str) -> bool:
    return name in {f.name for f in fields(bare(layer))}


# The core's networks


def edited(network: Network, edits: Edits) -> tuple[list[Symbol], list[Symbol]]:
    """Return the inputs and outputs of a network with edits made, layers by their names."""
    taken = Names()
    for name in (*(s.name for s in network.inputs), *(n.name for n in network.nodes)):
        taken.free(name)
    inputs = [Input(s.shape, name=s.name, dtype=s.dtype) for s in network.inputs]
    given = {s.name: symbol for s, symbol in zip(network.inputs, inputs, strict=True)}
    if edits.normalised:
        for name, symbol in given.items():
            given[name] = Normalization(name=taken.free("normalization"))(symbol)
    made: dict[str, Layer] = {}
    for node in network.nodes:
        read = [given[name] for name in node.inputs]
        if node.name in edits.removed and len(read) == 1:
            given[node.name] = read[0]
            continue
        if node.owner not in made:
            made[node.owner] = _edited(node, edits)
        given[node.name] = made[node.owner](*read)
    ends = [given[name] for name in network.outputs]
    if edits.rescaled is not None:
        scale, offset = edits.rescaled
        ends = [Rescaling(scale, offset, name=taken.free("rescaling"))(end) for end in ends]
    return inputs, ends


def _edited(node: Node, edits: Edits) -> Layer:
    settings = dict(edits.settings.get(node.owner, {}))
    if node.owner in edits.thawed:
        settings["trainable"] = True
    return replace(node.layer, name=node.owner, **settings)


# How it is trained


def retrained(recipe: Recipe, wanted: Mapping[str, Any], ends: Sequence[str]) -> dict[str, Any]:
    """Return the arguments of `compile` that train as a recipe does, but for some settings.

    Losses and loss weights are lists in the order of the outputs; metrics are measures of
    the outputs called `ends` now.
    """
    outputs = recipe.network.outputs
    now = dict(zip(outputs, ends, strict=True))
    measures = [m._replace(output=now[m.output]) for m in recipe.measures]
    goals = {goal.output: goal for goal in recipe.goals}
    losses = [goals[name].loss if name in goals else None for name in outputs]
    weights = [goals[name].weight if name in goals else None for name in outputs]
    if "loss" in wanted:
        only_one(outputs)
        losses = [wanted["loss"]]
    if "from_logits" in wanted:
        losses = [_of_probabilities(loss) for loss in losses]
    if "last" in wanted:
        factor = balance(losses[0], recipe.optimizer, float(wanted["scale"]))
        weights = [weight and weight * factor for weight in weights]
    metrics: Any = wanted.get("metrics", [m for m in measures if not m.weighted])
    return {
        "optimizer": wanted.get("optimizer") or _steered(recipe.optimizer, wanted),
        "loss": losses,
        "loss_weights": weights,
        "metrics": metrics,
        "weighted_metrics": [m for m in measures if m.weighted],
        "dtype": recipe.dtype,
        "watch": recipe.watch,
    }


def only_one(outputs: Any) -> None:
    """Refuse a change of the loss, or at the end, where it does not say which output is meant.

    Raises:
        ConfigError: there are several outputs.
    """
    if len(outputs) != 1:
        what = "This change is for a network with one output."
        hint = "say it for each output: loss={output: ...}"
        raise ConfigError(explain(what, got=", ".join(outputs), expected="one", hint=hint))


def balance(loss: Any, optimizer: Any, scale: float) -> float:
    """Return what to weigh a loss with, when answers are multiplied by `scale`.

    Then steps are as long as if the targets had been divided. Optimizers whose steps do not
    depend on the size of gradients need no weight.
    """
    if type(optimizer).__name__ in HEAVY or isinstance(optimizer.learning_rate, Schedule):
        return 1.0
    inner = loss.inner if isinstance(loss, Reduced) else loss
    words = inner if isinstance(inner, str) else type(inner).__name__
    squared = "squared" in words.lower() or words.lower() == "mse"
    return 1 / scale**2 if squared else 1 / scale


def _of_probabilities(loss: Any) -> Any:
    if isinstance(loss, Reduced):
        return replace(loss, loss=_of_probabilities(loss.inner))
    told = isinstance(loss, Loss) and getattr(loss, "from_logits", False)
    return replace(loss, from_logits=False) if told else loss


def _steered(optimizer: Optimizer, wanted: Mapping[str, Any]) -> Optimizer:
    settings = {name: wanted[name] for name in OF_OPTIMIZER if name in wanted}
    return replace(optimizer, **settings) if settings else optimizer
