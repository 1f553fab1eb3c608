"""A user's own metric, as one of the core: its code is traced, its variables on loan."""

import inspect
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.config import config
from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import AnyArray
from pellucid.functions.metric import Metric, Outputs, Sums, Targets, Weight, mean_sums, mean_value
from pellucid.keras.engine.base.variable import Scope, Variable


@config
class OwnMetric(Metric):
    """Calls `update_state` and `result`; what accumulates is what its variables hold.

    Only a `weighted` one is told of weights, as in Keras.
    """

    metric: Any
    weighted: bool = False

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        blank = jax.tree.map(jnp.asarray, self.blank(y, a))
        return self.add(blank, y, a, weight)

    def blank(self, y: AnyArray, a: AnyArray) -> Mapping[str, Float[np.ndarray, "..."]]:
        del y, a
        variables = self.metric.variables
        with jax.ensure_compile_time_eval(), Scope({v: v.home for v in variables}) as scope:
            self.metric.reset_state()
            return {str(i): np.asarray(scope.values[v]) for i, v in enumerate(variables)}

    def add(self, sums: Sums, y: Targets, a: Outputs, weight: Weight) -> Sums:
        takes = inspect.signature(self.metric.update_state).parameters
        told = self.weighted and "sample_weight" in takes
        with self._lent(sums) as scope:
            self.metric.update_state(y, a, **({"sample_weight": weight} if told else {}))
            after = {str(i): scope.values[v] for i, v in enumerate(self.metric.variables)}
        return {name: jnp.asarray(after[name], sums[name].dtype) for name in sums}

    def value(self, sums: Sums) -> Float[Array, "..."]:
        with self._lent(sums):
            found = self.metric.result()
            found = found.value if isinstance(found, Variable) else found
        if isinstance(found, dict):
            what = f"{type(self.metric).__name__}.result() gives several numbers by name."
            tip = "use a metric of its own for each number"
            raise ConfigError(explain(what, got=", ".join(found), expected="one array", hint=tip))
        return jnp.asarray(found, "float32")

    def _lent(self, sums: Sums) -> Scope:
        return Scope({v: sums[str(i)] for i, v in enumerate(self.metric.variables)})


@config
class OwnMean(Metric):
    """The mean of what `function(y_true, y_pred)` gives for each place."""

    function: Any

    def sums(self, y: Targets, a: Outputs, weight: Weight) -> Sums:
        scores = jnp.asarray(self.function(y, a))
        if not scores.ndim or len(scores) != len(weight):
            scores = jnp.broadcast_to(jnp.mean(scores), (len(weight),))
        return mean_sums(scores, weight)

    def value(self, sums: Sums) -> Float[Array, ""]:
        return mean_value(sums)
