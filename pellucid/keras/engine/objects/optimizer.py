"""An optimizer as Keras has it: with a learning rate one can set, a count, and a memory."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from pellucid.base.errors import ConfigError, StateError, explain, nearest
from pellucid.keras import initializers
from pellucid.keras.engine.base.eager import compute
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.naming import snake_case
from pellucid.keras.engine.base.tensor import as_tensor
from pellucid.keras.engine.base.variable import Variable
from pellucid.keras.engine.objects.own_optimizer import OwnOptimizer
from pellucid.keras.engine.objects.rooms import Room
from pellucid.keras.engine.objects.settled import Settled
from pellucid.keras.optimizers.schedules import InverseTimeDecay, LearningRateSchedule
from pellucid.keras.optimizers.schedules import deserialize as schedule_of
from pellucid.keras.optimizers.schedules import serialize as described
from pellucid.optimizers import Optimizer as CoreOptimizer

ROOM = Room("optimizer", "optimizers", any_case=True)
SHARED = (
    *("name", "learning_rate", "weight_decay", "clipnorm", "global_clipnorm", "clipvalue"),
    *("use_ema", "ema_momentum", "ema_overwrite_frequency", "loss_scale_factor"),
    "gradient_accumulation_steps",
)
CLIPS = ("clipnorm", "clipvalue", "global_clipnorm")
NOT_BELOW = ("name", "learning_rate", "loss_scale_factor")


class Optimizer(Settled):
    """How weights follow gradients. One of your own needs `update_step`, and `build` for memory."""

    def __init__(
        self,
        learning_rate: Any,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        rate = _old_spellings(type(self).__name__, learning_rate, kwargs)
        self.name = name or snake_case(type(self).__name__)
        self.weight_decay = weight_decay
        self.clipnorm, self.clipvalue = clipnorm or None, clipvalue or None
        self.global_clipnorm = global_clipnorm or None
        self.use_ema, self.ema_momentum = use_ema, ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self.count = Variable(np.zeros((), "int32"), trainable=False, name="iteration")
        self.own_variables: list[Variable] = []
        self.stand_ins: list[Variable] = []
        self.built = False
        self._rate: Any = None
        self._take_rate(rate)
        self._memory: Any = None
        self._trained: list[Variable] = []

    # What a user's own optimizer overrides

    @abstractmethod
    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one variable along its gradient, by `variable.assign`."""

    def build(self, variables: Sequence[Variable]) -> None:
        """Make what is remembered of each variable."""
        self._trained = list(variables)
        self.built = True

    def add_variable(
        self,
        shape: Any,
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Return a new variable of the optimizer's own."""
        del aggregation, layout
        start = initializers.get(initializer)
        made = Variable(start, tuple(shape), str(dtype or "float32"), trainable=False, name=name)
        self.own_variables.append(made)
        return made

    def add_variable_from_reference(
        self, reference_variable: Any, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Return a new variable of the same shape as another."""
        path = str(getattr(reference_variable, "path", "variable")).replace("/", "_")
        full, shape = f"{path}_{name or 'var'}", reference_variable.shape
        return self.add_variable(shape, initializer, reference_variable.dtype, name=full)

    def stand_for(self, variables: list[Variable]) -> None:
        """Begin anew, for variables that stand for a program's parameters."""
        self.own_variables, self.stand_ins, self.built = [], variables, False
        trained = self._trained
        self.build(variables)
        self._trained, self.built = trained, True

    # The learning rate and the count

    @property
    def learning_rate(self) -> Any:
        """The rate now: a variable, or what the schedule says."""
        scheduled = isinstance(self._rate, LearningRateSchedule)
        return self._rate(self.count.value) if scheduled else self._rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(self._rate, LearningRateSchedule) and not callable(value):
            what = "This optimizer follows a schedule, so its learning rate cannot be set."
            got, tip = repr(value), "make the optimizer with a number, or give another schedule"
            raise ConfigError(explain(what, got=got, expected="a schedule", hint=tip))
        if isinstance(self._rate, Variable) and not callable(value):
            self._rate.assign(np.float32(np.asarray(value)))
        else:
            self._take_rate(value)

    @property
    def lr(self) -> Any:
        """The learning rate, by its old name."""
        hint("optimizer.lr", "optimizer.lr is called optimizer.learning_rate since Keras 2.3")
        return self.learning_rate

    @lr.setter
    def lr(self, value: Any) -> None:
        hint("optimizer.lr", "optimizer.lr is called optimizer.learning_rate since Keras 2.3")
        self.learning_rate = value

    @property
    def rate(self) -> Variable | None:
        """The variable that holds the learning rate; None where a schedule says it."""
        return self._rate if isinstance(self._rate, Variable) else None

    @property
    def iterations(self) -> Any:
        """How many updates there have been."""
        steps = self.gradient_accumulation_steps
        return as_tensor(self.count.value // steps) if steps else self.count

    def _take_rate(self, rate: Any) -> None:
        if isinstance(rate, dict):
            rate = schedule_of(rate)
        if isinstance(rate, LearningRateSchedule):
            self._rate = rate
            return
        try:
            start = np.float32(float(np.asarray(rate)))
        except (TypeError, ValueError):
            what = f"{type(self).__name__}(learning_rate=...) is neither a number nor a schedule."
            expected = "a number, or an object of keras.optimizers.schedules"
            raise ConfigError(explain(what, got=repr(rate), expected=expected)) from None
        self._rate = Variable(start, trainable=False, name="learning_rate")

    # The core below

    @property
    def core(self) -> CoreOptimizer:
        """The optimizer of the core that does the same.

        Unless it follows a schedule, its learning rate is left at the default: the rate of a
        step is an argument there, so that a search over rates shares its programs.
        """
        return OwnOptimizer(optimizer=self, **self._shared())

    def _shared(self) -> dict[str, Any]:
        names = [name for name in SHARED if name not in NOT_BELOW]
        scheduled = isinstance(self._rate, LearningRateSchedule)
        rate = {"learning_rate": self._rate.core} if scheduled else {}
        return rate | {name: getattr(self, name) for name in names}

    def take_memory(self, fresh: Any) -> Any:
        """Return what was kept, if it is of the form of `fresh`, and `fresh` otherwise."""
        kept = self._memory
        if kept is None or jax.tree.structure(kept) != jax.tree.structure(fresh):
            return fresh
        pairs = zip(jax.tree.leaves(kept), jax.tree.leaves(fresh), strict=True)
        return kept if all(np.shape(a) == np.shape(b) for a, b in pairs) else fresh

    def keep_memory(self, memory: Any) -> None:
        """Keep what a model's training has left."""
        self._memory = memory

    @property
    def memory(self) -> Any:
        """What was kept of training that has ended; None before any."""
        return self._memory

    @property
    def variables(self) -> list[Variable]:
        """The count, the learning rate if it is one, and what is remembered now."""
        shown = [self.count, *([self.rate] if self.rate is not None else [])]
        if self.own_variables:
            return [*shown, *self.own_variables]
        return [*shown, *map(Variable, jax.tree.leaves(self._memory))]

    # By hand

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Any:
        """Move variables along gradients; return the count."""
        grads, variables = zip(*grads_and_vars, strict=True)
        self.apply(grads, variables)
        return self.count

    def apply(self, grads: Iterable[Any], trainable_variables: Any = None) -> None:
        """Move variables along gradients, given in the same order.

        Raises:
            StateError: no variables were given, now or to `build`.
        """
        known = self._trained if trainable_variables is None else list(trainable_variables)
        if not known:
            what = "The optimizer was not told which variables to move."
            tip = "optimizer.build(variables), or apply(grads, variables)"
            raise StateError(explain(what, got="no variables", expected="variables", hint=tip))
        if not self._trained:
            self._trained = known
        moving = {
            str(self._trained.index(v)): (g, v)
            for g, v in zip(grads, known, strict=True)
            if g is not None
        }
        self._move(moving)
        for _, variable in moving.values():
            if variable.constraint is not None:
                variable.assign(np.asarray(variable.constraint(variable.value)))
        self.count.assign_add(1)

    def _move(self, moving: dict[str, tuple[Any, Variable]]) -> None:
        params = {name: np.asarray(v.value) for name, (_, v) in moving.items()}
        grads = {name: np.asarray(g) for name, (g, _) in moving.items()}
        memory = self.take_memory(compute(_Start(self.core), params))
        rate = np.float32(np.asarray(self.learning_rate))
        after, memory = compute(_Step(self.core), grads, memory, params, rate)
        self.keep_memory(memory)
        for name, (_, variable) in moving.items():
            variable.assign(np.asarray(after[name]))

    # Its description

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal optimizer, with the rate as it is now."""
        scheduled = isinstance(self._rate, LearningRateSchedule)
        rate = described(self._rate) if scheduled else float(np.asarray(self._rate.value))
        return {name: getattr(self, name) for name in SHARED} | {"learning_rate": rate}


class Translated(Optimizer):
    """An optimizer of Keras whose arithmetic is the core's."""

    def _begin(self, settings: dict[str, Any]) -> None:
        own = [name for name in self.spelling if name not in (*SHARED, "kwargs")]
        held = {name: settings.pop(name) for name in own}
        if "epsilon" in held and held["epsilon"] is None:
            held["epsilon"] = 1e-7  # as Keras 2 read it
        Optimizer.__init__(self, **settings)
        super()._begin(held)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        del learning_rate
        self.apply([gradient], [variable])

    @property
    def core(self) -> CoreOptimizer:
        if type(self).update_step is not Translated.update_step:
            return super().core
        given = {name: getattr(self, name) for name in self._own_names()}
        known = self.core_class.__dataclass_fields__  # relative_step has no effect in Keras
        given = {n: v for n, v in given.items() if v is not None and n in known}
        return self.core_class(**self._shared(), **given)

    def _own_names(self) -> list[str]:
        return [name for name in self.spelling if name not in (*SHARED, "kwargs")]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **{n: getattr(self, n) for n in self._own_names()}}


@dataclass(frozen=True)
class _Start:
    optimizer: CoreOptimizer

    def __call__(self, params: Any) -> Any:
        return self.optimizer.init(params)


@dataclass(frozen=True)
class _Step:
    optimizer: CoreOptimizer

    def __call__(self, grads: Any, memory: Any, params: Any, rate: Any) -> Any:
        updates, memory = self.optimizer.update(grads, memory, params, rate)
        return jax.tree.map(lambda p, u: p + u, params, updates), memory


def _old_spellings(name: str, rate: Any, old: dict[str, Any]) -> Any:
    """Return the learning rate that old arguments mean.

    Raises:
        ConfigError: an argument means nothing.
    """
    if "lr" in old:
        hint("lr", "lr= is called learning_rate= since Keras 2.3")
        rate = old.pop("lr")
    decay = old.pop("decay", None)
    if decay:
        hint("decay", "decay= is gone since Keras 2.11; here it works: rate / (1 + decay * step)")
        rate = InverseTimeDecay(float(np.asarray(rate)), 1, float(decay))
    for unknown in [
        n for n in old if n not in ("is_legacy_optimizer", "jit_compile", "schedule_decay")
    ]:
        what = f"{name} has no argument called {unknown!r}."
        raise ConfigError(
            explain(what, got=unknown, expected=", ".join(SHARED), hint=nearest(unknown, SHARED))
        )
    return rate
