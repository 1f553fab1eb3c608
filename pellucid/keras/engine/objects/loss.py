"""What every Keras loss does: call, weights, reduction; and functions in its place."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import jax

from pellucid.functions import losses as core
from pellucid.keras.engine.base.eager import as_array, compute
from pellucid.keras.engine.base.naming import snake_case
from pellucid.keras.engine.base.partials import Call
from pellucid.keras.engine.base.settings import floatx
from pellucid.keras.engine.base.variable import current_scope
from pellucid.keras.engine.objects import batchwise
from pellucid.keras.engine.objects.own_loss import OwnLoss
from pellucid.keras.engine.objects.ranks import same_rank
from pellucid.keras.engine.objects.reducing import SUM, WEIGHTED, reduce_costs, reduction_called
from pellucid.keras.engine.objects.rooms import Room
from pellucid.keras.engine.objects.settled import Settled

ROOM = Room("loss", "losses")


class Loss(Settled):
    """What an answer costs. One of your own needs `call(y_true, y_pred)`."""

    def __init__(
        self, name: str | None = None, reduction: Any = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        self.name = name or snake_case(type(self).__name__)
        self.reduction = reduction_called(reduction)
        self.dtype = str(getattr(dtype, "compute_dtype", dtype) or floatx())

    @abstractmethod
    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the cost of each place."""

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the costs, weighted and reduced."""
        y, a = self._floats(y_true), self._floats(y_pred)
        costs = self.call(y, a)
        scope = current_scope()
        mask = None if scope is None else scope.mask_of(y_pred)
        counting = self.counting(y, costs)
        if mask is None or counting is None:
            both = counting if mask is None else mask
        else:
            both = mask & counting
        return compute(_reduce(self.reduction), costs, sample_weight, both)

    def counting(self, y_true: Any, costs: Any) -> Any:
        """Return which places count in a mean; None for all."""
        del y_true, costs
        return None

    @property
    def core(self) -> core.Loss:
        """The loss of the core that does the same."""
        return self._reduced(OwnLoss(self.call))

    def _reduced(self, loss: core.Loss) -> core.Loss:
        return core.Reduced(loss, self.reduction) if self.reduction in (SUM, WEIGHTED) else loss

    def _floats(self, value: Any) -> Any:
        return jax.tree.map(lambda x: as_array(x).astype(self.dtype), value)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal loss."""
        return {"name": self.name, "reduction": self.reduction}


class Translated(Loss):
    """A loss of Keras whose arithmetic is the core's, or one function's."""

    function: ClassVar[Any]

    def _begin(self, settings: dict[str, Any]) -> None:
        shared = {name: settings.pop(name) for name in ("name", "reduction", "dtype")}
        Loss.__init__(self, **shared)
        super()._begin(settings)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return type(self).function(y_true, y_pred, **self._own())

    def counting(self, y_true: Any, costs: Any) -> Any:
        if self.core_class is batchwise.circle:
            return costs > 0
        ignored = getattr(self, "ignore_class", None)
        return None if ignored is None else (y_true != ignored).reshape(costs.shape)

    def _own(self) -> dict[str, Any]:
        shared = ("name", "reduction", "dtype")
        return {name: getattr(self, name) for name in self.spelling if name not in shared}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self._own()}

    @property
    def core(self) -> core.Loss:
        own = type(self).call is not Translated.call
        settings = self._own()
        axis = settings.pop("axis", -1)
        if own or axis != -1 or not hasattr(self.core_class, "cost"):
            return self._reduced(OwnLoss(self.call))
        return self._reduced(self.core_class(**settings))


class LossFunctionWrapper(Loss):
    """A function (y_true, y_pred) -> costs, as a loss."""

    def __init__(
        self,
        fn: Any,
        reduction: Any = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn, self._settings = fn, kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return self.fn(*same_rank(y_true, y_pred), **self._settings)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "fn": ROOM.serialize(self.fn), **self._settings}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return the loss that `get_config` described."""
        return cls(**{**config, "fn": ROOM.get(config["fn"])})


class Reduction:
    """Keras 2's names of the ways from the costs of a batch to one number."""

    AUTO, NONE, SUM, SUM_OVER_BATCH_SIZE = "auto", "none", "sum", "sum_over_batch_size"


def _reduce(reduction: Any) -> Call:
    return Call.of(reduce_costs, {"reduction": reduction})
