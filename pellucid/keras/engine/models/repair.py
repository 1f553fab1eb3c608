"""A model made once more with a doctor's remedies, and remedies tried one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import jax

from pellucid.base.errors import StateError, explain
from pellucid.doctor.chart import Chart
from pellucid.doctor.finding import Change
from pellucid.keras import layers
from pellucid.keras.callbacks.early_stopping import EarlyStopping
from pellucid.keras.engine.base.seeds import counting_anew, next_seed
from pellucid.keras.saving.cloning import clone_model
from pellucid.models.repair import OF_OPTIMIZER, Edits, balance, edits_of, only_one
from pellucid.models.repairing import Repair, repair
from pellucid.network.graph import Names


class Repairable:
    """What a doctor's findings can do for a model."""

    _learner: Any

    @property
    def chart(self) -> Chart | None:
        """What the doctor saw of the last fit: rows, looks inside, epochs."""
        doctor = self._learner.doctor
        return None if doctor is None else doctor.chart

    def repaired(self, *changes: Change) -> Any:
        """Return a new model with some changes made, compiled as this one; this one stays.

        It starts from fresh weights. Layers that were given weights, and have not been
        trained since or are frozen, keep them.

        Raises:
            ConfigError: a change is not of the model (but of `fit` or the data), or does
                not suit it; or it is a class with a `call` of its own.
        """
        wanted = {name: value for one in changes for name, value in one.settings.items()}
        seed = self._learner.seed
        with counting_anew(None if seed is None else seed >> 32):
            made = _made(self, changes)
            if made.built:
                made.get_weights()  # which draws them
            made._learner.seed = next_seed()
        if self._learner.settings is not None:
            made.compile(**_compiling(self, wanted, made.output_names))
        return made

    def repair(self, x: Any, y: Any, **arguments: Any) -> Repair:
        """Train, apply the remedy of what is found, train again, and keep it if it helped.

        So on, the gravest finding first, each time from the same seed. `arguments` are
        those of `fit`. This model stays as it is: the value returned has the repaired one.
        """
        self.see(x)  # pyright: ignore[reportAttributeAccessIssue]
        return repair(self.repaired(), {"x": x, "y": y, **arguments}, _stopper)


def _stopper(patience: int) -> Any:
    return EarlyStopping("val_loss", patience=patience, restore_best_weights=True)


def _made(model: Any, changes: Sequence[Change]) -> Any:
    """Return the model with changes made, not compiled."""
    plan = model.plan_for(_shapes(model))
    edits = edits_of(plan.network, changes)
    owners = {id(layer): owner for owner, layer in plan.layers.items()}
    removed = {plan.network[name].owner for name in edits.removed}
    twins: list[tuple[Any, Any]] = []

    def make(layer: Any) -> Any:
        if hasattr(layer, "is_graph") and (layer.is_graph or hasattr(layer, "_stack")):
            return clone_model(layer, None, make, recursive=True)
        owner = owners.get(id(layer), "")
        if owner in removed:
            return layers.Activation("linear", name=layer.name)
        settings = edits.settings.get(owner, {})
        twin = type(layer).from_config({**layer.get_config(), **settings})
        twin.trainable = layer.trainable or owner in edits.thawed
        if not settings:
            twins.append((layer, twin))
        return twin

    made = _around(model, clone_model(model, None, make, recursive=True), edits)
    _hand_on(twins, untrained=model._learner.epochs == 0 and model._learner.doctor is None)
    return made


def _shapes(model: Any) -> tuple[Any, ...]:
    if model.chart is not None:
        return tuple(tuple(source.shape) for source in model.chart.network.inputs)
    return tuple(tuple(symbol.shape[1:]) for symbol in model.inputs)


def _around(model: Any, made: Any, edits: Edits) -> Any:
    """Return a model with what goes before and after it."""
    if not edits.normalised and edits.rescaled is None:
        return made
    stack = hasattr(made, "_stack")
    taken = Names()
    for layer in made.layers:
        taken.free(layer.name)
    first = [_scaler(model, place, taken) for place in range(len(model.inputs) * edits.normalised)]
    last = []
    if edits.rescaled is not None:
        last = [layers.Rescaling(*edits.rescaled, name=taken.free("rescaling"))]
    if stack:
        whole = type(made)(name=made.name)
        for layer in (_input_like(made.inputs[0]), *first, *made._stack, *last):
            whole.add(layer)
        return whole
    inputs = [_input_like(symbol) for symbol in made.inputs]
    scaled = [f(x) for f, x in zip(first, inputs, strict=True)] if first else inputs
    inner = clone_model(made, scaled, lambda layer: layer) if first else made
    only_one(inner.output_names if last else ("",))
    ends = jax.tree.map(last[0], inner.output) if last else inner.output
    if len(inputs) == 1:
        inputs = inputs[0]
    return type(made)(inputs=inputs if first else inner.input, outputs=ends, name=made.name)


def _input_like(symbol: Any) -> Any:
    return layers.Input(batch_shape=symbol.shape, dtype=symbol.dtype, name=symbol.name)


def _scaler(model: Any, place: int, taken: Names) -> Any:
    """Return a layer that scales an input by the rows the model was last trained on.

    Raises:
        StateError: it was not trained.
    """
    if model.chart is None:
        what = "Nothing is known yet of the rows this model is trained on."
        raise StateError(explain(what, got="no fit", expected="model.fit(x, y) first"))
    scaler = layers.Normalization(name=taken.free("normalization"))
    scaler.adapt(list(model.chart.rows.x.values())[place])
    return scaler


def _hand_on(twins: Sequence[tuple[Any, Any]], *, untrained: bool) -> None:
    """Give layers what others were given by hand, from a file, or by `adapt`."""
    for layer, twin in twins:
        given = layer.weights and not all(variable.fresh for variable in layer.weights)
        stays = untrained or not layer.trainable or hasattr(layer, "adapt")
        if given and twin.weights and stays:
            twin.set_weights(layer.get_weights())


def _compiling(model: Any, wanted: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Return the arguments of `compile` that train as before, but for some settings."""
    learner, before = model._learner, model.output_names
    now = dict(zip(before, names, strict=True))

    def renamed(given: Any) -> Any:
        by_output = isinstance(given, dict) and set(given) <= set(now)
        return {now[name]: part for name, part in given.items()} if by_output else given

    given = {name: renamed(part) for name, part in learner.settings._asdict().items()}
    if "loss" in wanted:
        only_one(names)
        given["loss"] = wanted["loss"]
    if "from_logits" in wanted:
        given["loss"] = jax.tree.map(_of_probabilities, given["loss"])
    if "metrics" in wanted:
        given["metrics"] = wanted["metrics"]
    if "last" in wanted:
        core = learner.optimizer.core
        goal = next(iter(model.chart.recipe.goals)) if model.chart else None
        factor = balance(goal.loss if goal else given["loss"], core, float(wanted["scale"]))
        given["loss_weights"] = [factor] if factor != 1 else given["loss_weights"]
    return {"optimizer": _steered(learner.optimizer, wanted), **given}


def _of_probabilities(loss: Any) -> Any:
    told = hasattr(loss, "get_config") and loss.get_config().get("from_logits")
    return type(loss).from_config({**loss.get_config(), "from_logits": False}) if told else loss


def _steered(optimizer: Any, wanted: Mapping[str, Any]) -> Any:
    settings = {name: wanted[name] for name in OF_OPTIMIZER if name in wanted}
    return type(optimizer).from_config({**optimizer.get_config(), **settings})
