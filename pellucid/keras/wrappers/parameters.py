"""Which of an estimator's parameters go where: to the builder, to compile, fit or predict."""

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.keras.engine.base.hints import hint

FIT = (
    *("epochs", "batch_size", "verbose", "callbacks", "validation_split", "validation_data"),
    *("shuffle", "class_weight", "sample_weight", "initial_epoch", "steps_per_epoch"),
    *("validation_steps", "validation_batch_size", "validation_freq"),
)
PREDICT = ("batch_size", "verbose", "steps")
COMPILE = ("optimizer", "loss", "metrics", "loss_weights", "weighted_metrics", "run_eagerly")
OWN = ("model", "warm_start", "random_state")
PREFIXES = ("model__", "fit__", "predict__", "compile__", "optimizer__", "loss__", "callbacks__")
GIVEN = ("meta", "compile_kwargs")  # what a builder may ask the estimator for


def modern(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters in Keras 3's words."""
    found = dict(parameters)
    if "nb_epoch" in found:
        hint("nb_epoch", "nb_epoch= is called epochs= since Keras 2")
        found.setdefault("epochs", found.pop("nb_epoch"))
    return found


def arguments_of(builder: Any) -> tuple[set[str], bool]:
    """Return the names of a builder's arguments, and whether it takes any."""
    if builder is None or not callable(builder):
        return set(), False
    parameters = inspect.signature(builder).parameters.values()
    named = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    return named, any(p.kind is p.VAR_KEYWORD for p in parameters)


def check(parameters: Mapping[str, Any], builder: Any) -> None:
    """Refuse parameters that would go nowhere.

    Raises:
        ConfigError: neither the builder nor a verb has such an argument.
    """
    named, takes_any = arguments_of(builder)
    known = {*named, *FIT, *PREDICT, *COMPILE, *OWN}
    for name in parameters:
        if takes_any or name in known or name.startswith(PREFIXES):
            continue
        what = f"There is nothing to do with the parameter {name!r}."
        expected = f"arguments of the builder ({', '.join(sorted(named)) or 'none'}), of fit, ..."
        advice = nearest(name, known)
        raise ConfigError(explain(what, got=name, expected=expected, hint=advice))


def for_builder(parameters: Mapping[str, Any], builder: Callable[..., Any]) -> dict[str, Any]:
    """Return what goes to the builder: by its arguments' names, or as `model__name`."""
    named, takes_any = arguments_of(builder)
    own = {*FIT, *PREDICT, *COMPILE, *OWN}
    fitting = {
        name: value
        for name, value in parameters.items()
        if name in named or (takes_any and name not in own and not name.startswith(PREFIXES))
    }
    return fitting | prefixed(parameters, "model__")


def for_verb(parameters: Mapping[str, Any], names: tuple[str, ...], prefix: str) -> dict[str, Any]:
    """Return what goes to a verb: by its arguments' names, or as `prefix` and name."""
    plain = {name: parameters[name] for name in names if parameters.get(name) is not None}
    return plain | prefixed(parameters, prefix)


def prefixed(parameters: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return the parameters that begin with `prefix`, without it."""
    return {n.removeprefix(prefix): v for n, v in parameters.items() if n.startswith(prefix)}


def made(value: Any, settings: Mapping[str, Any], get: Callable[[Any], Any]) -> Any:
    """Return an object from a class, or from a name that `get` knows, with these settings."""
    if isinstance(value, type):
        return value(**settings)
    if settings and isinstance(value, str):
        return type(get(value))(**settings)
    return value


def fresh_callbacks(given: Any, settings: Mapping[str, Any]) -> list[Any]:
    """Return the callbacks of one fit; the estimator's own stay as they are."""
    parts = list(given.values()) if isinstance(given, Mapping) else given
    parts = parts if isinstance(parts, list | tuple) else [] if parts is None else [parts]
    return [part(**settings) if isinstance(part, type) else copy.deepcopy(part) for part in parts]
