"""Rules that end or steer a fit by its numbers alone, run inside the compiled program.

A rule is judged after each epoch without asking Python, so that many epochs stay one
program. What only reads records and sets the learning rate or stops can be a rule;
everything else is a callback.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import partial
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from pellucid.base.config import Config, config, option
from pellucid.base.registry import Registry
from pellucid.base.types import AnyArray, Tree
from pellucid.functions.metrics import METRICS
from pellucid.training.state import TrainState

Values = Mapping[str, Float[AnyArray, ""]]  # an epoch's loss and metrics, by name


class Verdict(NamedTuple):
    """What a rule says after an epoch."""

    memory: Tree
    stop: Bool[Array, ""]
    learning_rate: Float[Array, ""]


@config
class Rule(Config, ABC):
    """Settings, plus pure functions from an epoch's values to a verdict."""

    reason: ClassVar[str] = ""  # why a fit stopped, when this rule stopped it
    sets_rate: ClassVar[bool] = False  # whether it changes the learning rate

    @property
    def watches(self) -> str | None:
        """The name of the value it needs, if any."""
        return None

    @abstractmethod
    def start(self, train: TrainState) -> Tree:
        """Return what the rule remembers before the first epoch, as host arrays."""

    @abstractmethod
    def judge(self, memory: Tree, values: Values, train: TrainState) -> Verdict:
        """Return the verdict on the epoch that has just ended."""

    def finish(self, memory: Tree, train: TrainState) -> TrainState:
        """Return the training state with which the fit ends."""
        del memory
        return train


RULES: Registry[type[Rule]] = Registry("rule")


@config
class Improvement(Rule, ABC):
    """A rule that counts the epochs since `monitor` was best."""

    monitor: str = option(default="val_loss", about="which value of the record to follow")
    min_delta: float = option(default=0.0, at_least=0, about="what counts as better")
    patience: int = option(default=0, at_least=0, about="epochs to wait for better")
    mode: str = option(default="auto", choices=("auto", "min", "max"))

    @property
    def watches(self) -> str:
        return self.monitor

    @property
    def sign(self) -> float:
        """1 if smaller values are better, -1 if larger ones are.

        By itself (`mode="auto"`) a rule asks the metric of that name; a loss should be small.
        """
        if self.mode != "auto":
            return 1.0 if self.mode == "min" else -1.0
        parts = self.monitor.removeprefix("val_").split("_")
        endings = ["_".join(parts[first:]) for first in range(len(parts))]
        known = next((METRICS[name] for name in endings if name in METRICS), None)
        return -1.0 if known is not None and known.higher_is_better else 1.0

    def better(self, value: Float[AnyArray, ""], best: Float[AnyArray, ""]) -> Bool[Array, ""]:
        """Return whether `value` beats `best`, which is already turned so that small is good."""
        return self.sign * value + self.min_delta < best


@RULES.register("early_stopping")
@config
class EarlyStopping(Improvement):
    """Stop when `monitor` has not got better by `min_delta` for `patience` epochs.

    With `restore_best_weights` the fit ends with the weights of the best epoch. With a
    `baseline` an epoch must beat it, too, before the waiting starts anew; but no fit stops
    after an epoch that was its best.
    """

    baseline: float | None = None
    restore_best_weights: bool = False
    start_from_epoch: int = option(default=0, at_least=0)

    reason: ClassVar[str] = "no better {monitor} for {patience} epochs"

    def start(self, train: TrainState) -> Tree:
        memory = {
            "best": _number(np.inf),
            "waited": _count(),
            "seen": _count(),
            "best_epoch": _count(),
        }
        if self.restore_best_weights:
            memory["weights"] = jax.tree.map(_blank, (train.params, train.state))
        return memory

    def judge(self, memory: Tree, values: Values, train: TrainState) -> Verdict:
        value = values[self.monitor]
        seen = memory["seen"] + 1
        counts = seen > self.start_from_epoch
        better = counts & self.better(value, memory["best"])
        # The first epoch that counts is never the last one, even if it is no number.
        fresh = better | (seen == self.start_from_epoch + 1)
        enough = True if self.baseline is None else self.better(value, self._baseline)
        waited = jnp.where((fresh & enough) | ~counts, 0, memory["waited"] + 1)
        after = {
            "best": jnp.where(better, self.sign * value, memory["best"]),
            "waited": waited.astype("int32"),
            "seen": seen,
            "best_epoch": jnp.where(better, train.epoch, memory["best_epoch"]),
        }
        if self.restore_best_weights:
            now = (train.params, train.state)
            after["weights"] = jax.tree.map(partial(jnp.where, better), now, memory["weights"])
        stop = counts & ~fresh & (waited >= max(self.patience, 1))
        return Verdict(after, stop, train.learning_rate)

    @property
    def _baseline(self) -> np.ndarray:
        return _number(self.sign * (self.baseline or 0.0))

    def finish(self, memory: Tree, train: TrainState) -> TrainState:
        if not self.restore_best_weights or not np.isfinite(memory["best"]):
            return train
        params, state = memory["weights"]
        return train._replace(params=params, state=state)


@RULES.register("reduce_lr_on_plateau")
@config
class ReduceLROnPlateau(Improvement):
    """Multiply the learning rate by `factor` when `monitor` stays for `patience` epochs.

    It never goes below `min_lr`; where it is lower already, it stays.
    """

    sets_rate: ClassVar[bool] = True

    patience: int = option(default=10, at_least=0)
    min_delta: float = option(default=1e-4, at_least=0)
    factor: float = option(default=0.1, above=0, below=1)
    cooldown: int = option(default=0, at_least=0)
    min_lr: float = option(default=0.0, at_least=0)

    def start(self, train: TrainState) -> Tree:
        del train
        return {"best": _number(np.inf), "waited": _count(), "resting": _count()}

    def judge(self, memory: Tree, values: Values, train: TrainState) -> Verdict:
        value = values[self.monitor]
        better = self.better(value, memory["best"])
        resting = jnp.maximum(memory["resting"] - 1, 0)
        reset = better | (resting > 0)
        waited = jnp.where(reset, 0, memory["waited"] + 1)
        above = train.learning_rate > self.min_lr
        reduce = ~reset & (waited >= max(self.patience, 1)) & above
        lower = jnp.maximum(train.learning_rate * self.factor, self.min_lr)
        after = {
            "best": jnp.where(better, self.sign * value, memory["best"]),
            "waited": jnp.where(reduce, 0, waited).astype("int32"),
            "resting": jnp.where(reduce, self.cooldown, resting).astype("int32"),
        }
        rate = jnp.where(reduce, lower, train.learning_rate)
        return Verdict(after, jnp.zeros((), "bool"), rate)


@RULES.register("terminate_on_nan")
@config
class TerminateOnNaN(Rule):
    """Stop when the loss of an epoch is not finite."""

    reason: ClassVar[str] = "the loss is no longer a finite number"

    def start(self, train: TrainState) -> Tree:
        del train
        return {}

    def judge(self, memory: Tree, values: Values, train: TrainState) -> Verdict:
        return Verdict(memory, ~jnp.isfinite(values["loss"]), train.learning_rate)


def _number(value: float) -> np.ndarray:
    return np.full((), value, np.float32)


def _count() -> np.ndarray:
    return np.zeros((), np.int32)


def _blank(like: AnyArray) -> np.ndarray:
    return np.zeros(like.shape, like.dtype)
