"""A metric as Keras has it: `update_state`, `result`, `reset_state`, and variables between."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.functions import losses as core_losses
from pellucid.functions import metrics as core
from pellucid.functions.overlap import OverlapMetric
from pellucid.keras import initializers
from pellucid.keras.engine.base.eager import as_array, compute
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.naming import snake_case
from pellucid.keras.engine.base.settings import floatx
from pellucid.keras.engine.base.tensor import as_tensor
from pellucid.keras.engine.base.variable import Scope, Variable, current_scope
from pellucid.keras.engine.objects.own_metric import OwnMean, OwnMetric
from pellucid.keras.engine.objects.ranks import same_rank
from pellucid.keras.engine.objects.rooms import Room
from pellucid.keras.engine.objects.settled import Settled

ROOM = Room("metric", "metrics")


class Metric(Settled):
    """A score of many batches. One of your own needs `update_state` and `result`.

    What it remembers are the variables it made with `add_variable` (or `add_weight`).
    """

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        if not name:
            name = snake_case(type(self).__name__)
        self.name = name
        self.dtype = str(getattr(dtype, "compute_dtype", dtype) or floatx())
        self._variables: list[Variable] = []

    @abstractmethod
    def update_state(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch into account."""

    @abstractmethod
    def result(self) -> Any:
        """Return the score of all batches since the last reset."""

    def reset_state(self) -> None:
        """Begin anew: every variable becomes 0."""
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, variable.dtype))

    def reset_states(self) -> None:
        """Begin anew, by the old name."""
        hint("reset_states", "metric.reset_states is called reset_state since Keras 2.5")
        self.reset_state()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch into account, and return the score."""
        self.update_state(*args, **kwargs)
        found = self.result()
        return found.value if isinstance(found, Variable) else found

    def add_variable(
        self,
        shape: Any = (),
        initializer: Any = None,
        dtype: Any = None,
        aggregation: str = "sum",
        name: str | None = None,
    ) -> Variable:
        """Return a new variable of the metric's own."""
        del aggregation
        if isinstance(shape, str):
            shape, name = (), shape  # Keras 2 had the name first
        start = initializers.get("zeros" if initializer is None else initializer)
        made = Variable(start, tuple(shape), str(dtype or self.dtype), trainable=False, name=name)
        self._variables.append(made)
        return made

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: Any = None
    ) -> Variable:
        """Return a new variable of the metric's own."""
        if isinstance(name, tuple | list):
            shape, name = name, shape
        return self.add_variable(shape, initializer, dtype, name=name)

    @property
    def variables(self) -> list[Variable]:
        """Its own variables, then those of metrics it holds."""
        held = [thing for thing in vars(self).values() if isinstance(thing, Metric)]
        return [*self._variables, *(v for metric in held for v in metric.variables)]

    def stateless_update_state(self, metric_variables: Sequence[Any], *args: Any, **kw: Any) -> Any:
        """Return what the variables hold after a batch, if they held these before."""
        with self._lent(metric_variables) as scope:
            self.update_state(*args, **kw)
            return [scope.values[v] for v in self.variables]

    def stateless_result(self, metric_variables: Sequence[Any]) -> Any:
        """Return the score, if the variables hold these values."""
        with self._lent(metric_variables):
            return self.result()

    def stateless_reset_state(self) -> list[Any]:
        """Return what the variables hold after a reset."""
        with self._lent([v.value for v in self.variables]) as scope:
            self.reset_state()
            return [scope.values[v] for v in self.variables]

    def _lent(self, values: Sequence[Any]) -> Scope:
        return Scope(dict(zip(self.variables, map(jnp.asarray, values), strict=True)))

    @property
    def core(self) -> core.Metric:
        """The metric of the core that does the same, told of no weights."""
        return OwnMetric(self)

    @property
    def weighted_core(self) -> core.Metric:
        """The metric of the core that does the same, told of weights."""
        below = self.core
        return OwnMetric(self, weighted=True) if isinstance(below, OwnMetric) else below

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal metric."""
        return {"name": self.name, "dtype": self.dtype}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class Running(Metric, ABC):
    """A sum of numbers, and how much weight they had: what means are made of."""

    def __init__(self, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def _take(self, values: Any, weight: Any) -> None:
        total, count = compute(_weighed, as_array(values), weight)
        self.total.assign(self.total.value + total)
        self.count.assign(self.count.value + count)

    def _mean(self) -> Any:
        return compute(_quotient, self.total.value, self.count.value)


class TranslatedMean(Running):
    """A metric of Keras that is the mean of a function's values."""

    function: ClassVar[Any]

    def _begin(self, settings: dict[str, Any]) -> None:
        name, dtype = settings.pop("name"), settings.pop("dtype")
        Running.__init__(self, name, dtype)
        super()._begin(settings)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        self._take(type(self).function(y_true, y_pred, **self._own()), sample_weight)

    def result(self) -> Any:
        return self._mean()

    @property
    def core(self) -> core.Metric:
        if _own_update(self, TranslatedMean):
            return super().core
        settings = self._own()
        if settings.pop("axis", -1) != -1 or settings.pop("from_sorted_ids", False):
            return OwnMean(self._values)
        if isinstance(self.core_class, type) and issubclass(self.core_class, core_losses.Loss):
            return core.LossMetric(self.core_class(**settings))
        if isinstance(self.core_class, type) and issubclass(self.core_class, core.Metric):
            return self.core_class(**settings)
        return OwnMean(self._values)

    def _values(self, y: Any, a: Any) -> Any:
        return type(self).function(y, a, **self._own())

    def _own(self) -> dict[str, Any]:
        return {n: getattr(self, n) for n in self.spelling if n not in ("name", "dtype")}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self._own()}


class TranslatedSums(Metric):
    """A metric of Keras that is no mean: its sums and its value are the core's."""

    def _begin(self, settings: dict[str, Any]) -> None:
        name, dtype = settings.pop("name"), settings.pop("dtype")
        counts = issubclass(self.core_class, OverlapMetric)  # which Keras says are integers
        Metric.__init__(self, dtype or ("int32" if counts else None), name)
        super()._begin(settings)
        self._sums: Any = None  # a tree of variables, once a batch has shown their shapes

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y, a, weight = _examples(as_array(y_true), as_array(y_pred), sample_weight)
        below = self.core
        if self._sums is None:
            blank = below.blank(np.zeros(y.shape, y.dtype), np.zeros(a.shape, np.float32))
            self._sums = jax.tree.map(lambda part: self._variable(part), blank)
        held = jax.tree.map(lambda v: v.value, self._sums)
        after = compute(_Add(below), held, y, a, weight)
        jax.tree.map(lambda v, value: v.assign(value), self._sums, after)

    def _variable(self, start: Any) -> Variable:
        made = Variable(np.asarray(start), trainable=False)
        self._variables.append(made)
        return made

    def result(self) -> Any:
        below = self.core
        if self._sums is None:
            return compute(_Value(below), below.blank(np.zeros((1, 1)), np.zeros((1, 1), "f")))
        return compute(_Value(below), jax.tree.map(lambda v: v.value, self._sums))

    def reset_state(self) -> None:
        if current_scope() is not None:
            super().reset_state()
            return
        self._sums = None
        self._variables.clear()

    @property
    def core(self) -> core.Metric:
        if _own_update(self, TranslatedSums):
            return OwnMetric(self)
        return self.core_class(**self._settings_below())

    def _settings_below(self) -> dict[str, Any]:
        given = {n: getattr(self, n) for n in self.spelling if n not in ("name", "dtype")}
        known = self.core_class.__dataclass_fields__
        nothing_counts = {"average", "class_aggregation"}
        nothing_counts |= {"thresholds"} if given.get("top_k") is not None else set()
        settings = {}
        for name, value in given.items():
            if name not in known:
                if value not in (None, 0, False, -1, "interpolation"):  # what the core always does
                    what = f"{type(self).__name__}({name}=...) is not served."
                    raise ConfigError(explain(what, got=repr(value), expected="the default"))
            elif value is not None or name in nothing_counts:
                settings[name] = tuple(value) if isinstance(value, list) else value
        return settings

    def get_config(self) -> dict[str, Any]:
        own = {n: getattr(self, n) for n in self.spelling if n not in ("name", "dtype")}
        return {**super().get_config(), **own}


def _own_update(metric: Metric, base: type) -> bool:
    written = type(metric).update_state is not base.update_state
    return written or type(metric).result is not base.result


def _examples(y: Any, a: Any, weight: Any) -> tuple[Any, Any, Any]:
    """Return targets, outputs and weights with one row an example, as the core takes them."""
    y, a = as_tensor(y), as_tensor(a)
    y, a = (y, a) if a.ndim > 1 and a.shape[-1] > 1 and y.ndim < a.ndim else same_rank(y, a)
    if y.ndim == a.ndim and y.shape[-1] == 1 < a.shape[-1]:
        y = y[..., 0]
    if a.ndim == 1:
        y, a = y[:, None], a[:, None]
    if weight is None:
        return y, a, jnp.ones(len(a), "float32") if current_scope() else np.ones(len(a), "f")
    weight = as_array(weight).astype("float32")
    if weight.ndim == a.ndim and weight.shape[-1] == 1:
        weight = weight[..., 0]
    if weight.ndim == 0:
        weight = weight + np.zeros(len(a), "f")
    if weight.ndim == a.ndim:  # one for each number
        y, a = y[..., None], a[..., None]
    if weight.ndim > 1:  # each step is an example of its own
        axes, places = weight.ndim, weight.size
        y, a = (x.reshape(places, *x.shape[axes:]) for x in (y, a))
        weight = weight.reshape(places)
    return y, a, weight


def _weighed(values: Any, weight: Any) -> tuple[Any, Any]:
    """Return the weighted sum of values, and the weight they have in all."""
    values = jnp.asarray(values, "float32")
    if weight is None:
        return jnp.sum(values), jnp.asarray(values.size, "float32")
    values, weight = same_rank(values, jnp.asarray(weight, "float32"))
    if values.ndim > weight.ndim:
        values = jnp.mean(values, axis=tuple(range(weight.ndim, values.ndim)))
    weight = jnp.broadcast_to(weight, values.shape)
    return jnp.sum(values * weight), jnp.sum(weight)


def _quotient(total: Any, count: Any) -> Any:
    some = count != 0
    return jnp.where(some, total / jnp.where(some, count, 1), 0)


@dataclass(frozen=True)
class _Add:
    metric: core.Metric

    def __call__(self, sums: Any, y: Any, a: Any, weight: Any) -> Any:
        return self.metric.add(sums, y, a.astype("float32"), weight)


@dataclass(frozen=True)
class _Value:
    metric: core.Metric

    def __call__(self, sums: Any) -> Any:
        return self.metric.value(sums)
