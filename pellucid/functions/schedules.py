"""Schedules: the learning rate at each step.

Keras's formulas. `step` counts from 0; decay steps are steps, not epochs.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from pellucid.base.config import Config, config, option
from pellucid.base.errors import ConfigError, explain
from pellucid.base.registry import Registry
from pellucid.base.types import AnyArray


@config
class Schedule(Config, ABC):
    """A rule for the learning rate."""

    @abstractmethod
    def __call__(self, step: Int[AnyArray, ""]) -> Float[Array, ""]:
        """Return the learning rate of a step, in float32."""


SCHEDULES: Registry[type[Schedule]] = Registry("schedule")
INITIAL = "the rate at step 0"
DECAY_STEPS = "over how many steps"


@SCHEDULES.register("exponential_decay")
@config
class ExponentialDecay(Schedule):
    """lr = initial decay_rate^(step / decay_steps)."""

    initial_learning_rate: float = option(at_least=0, about=INITIAL)
    decay_steps: int = option(above=0, about=DECAY_STEPS)
    decay_rate: float = option(at_least=0, about="the factor after each decay_steps")
    staircase: bool = option(default=False, about="only at whole multiples of decay_steps")

    def __call__(self, step: Int[AnyArray, ""]) -> Float[Array, ""]:
        times = _periods(step, self.decay_steps, self.staircase)
        return self.initial_learning_rate * jnp.power(self.decay_rate, times)


@SCHEDULES.register("inverse_time_decay")
@config
class InverseTimeDecay(Schedule):
    """lr = initial / (1 + decay_rate step / decay_steps)."""

    initial_learning_rate: float = option(at_least=0, about=INITIAL)
    decay_steps: int = option(above=0, about=DECAY_STEPS)
    decay_rate: float = option(at_least=0, about="how fast it falls")
    staircase: bool = option(default=False, about="only at whole multiples of decay_steps")

    def __call__(self, step: Int[AnyArray, ""]) -> Float[Array, ""]:
        times = _periods(step, self.decay_steps, self.staircase)
        return self.initial_learning_rate / (1 + self.decay_rate * times)


@SCHEDULES.register("piecewise_constant_decay")
@config
class PiecewiseConstantDecay(Schedule):
    """lr = values[i], where i counts the boundaries that the step has passed.

    Raises:
        ConfigError: there is not one value more than boundaries, or these do not rise.
    """

    boundaries: Sequence[float] = option(convert=tuple, about="the last step of each value")
    values: Sequence[float] = option(convert=tuple, at_least=0, about="the rates, in order")

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.values) != len(self.boundaries) + 1:
            what = "PiecewiseConstantDecay(values=...) has the wrong length."
            expected = f"{len(self.boundaries) + 1}, one more than boundaries"
            raise ConfigError(explain(what, got=len(self.values), expected=expected))
        if list(self.boundaries) != sorted(set(self.boundaries)):
            what = "PiecewiseConstantDecay(boundaries=...) is not in order."
            expected = "each larger than the one before"
            raise ConfigError(explain(what, got=self.boundaries, expected=expected))

    def __call__(self, step: Int[AnyArray, ""]) -> Float[Array, ""]:
        boundaries = jnp.asarray(self.boundaries, "float32")
        passed = jnp.sum(jnp.asarray(step, "float32") > boundaries)
        return jnp.asarray(self.values, "float32")[passed]


@SCHEDULES.register("polynomial_decay")
@config
class PolynomialDecay(Schedule):
    """lr = end + (initial - end) (1 - step / decay_steps)^power, then end.

    With `cycle`, decay_steps doubles, triples, ... whenever the end is reached.
    """

    initial_learning_rate: float = option(at_least=0, about=INITIAL)
    decay_steps: int = option(above=0, about=DECAY_STEPS)
    end_learning_rate: float = option(default=0.0001, at_least=0, about="the rate at the end")
    power: float = option(default=1.0, about="1 for a straight line")
    cycle: bool = option(default=False, about="begin again beyond decay_steps")

    def __call__(self, step: Int[AnyArray, ""]) -> Float[Array, ""]:
        times = _periods(step, self.decay_steps)
        share = times / jnp.maximum(jnp.ceil(times), 1) if self.cycle else jnp.minimum(times, 1)
        fall = self.initial_learning_rate - self.end_learning_rate
        return self.end_learning_rate + fall * jnp.power(1 - share, self.power)


@SCHEDULES.register("cosine_decay")
@config
class CosineDecay(Schedule):
    """lr falls from initial to alpha initial along half a cosine, over decay_steps.

    With a `warmup_target`, it first rises to that in a straight line over warmup_steps,
    and falls from there.

    Raises:
        ConfigError: there is a warmup_target, but no warmup_steps.
    """

    initial_learning_rate: float = option(at_least=0, about=INITIAL)
    decay_steps: int = option(above=0, about=DECAY_STEPS)
    alpha: float = option(default=0.0, at_least=0, about="the share that is left at the end")
    warmup_target: float | None = option(default=None, at_least=0, about="rise to this first")
    warmup_steps: int = option(default=0, at_least=0, about="over how many steps it rises")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.warmup_target is not None and self.warmup_steps == 0:
            what = "CosineDecay(warmup_target=...) needs steps in which to rise."
            raise ConfigError(explain(what, got="warmup_steps=0", expected="warmup_steps above 0"))

    def __call__(self, step: Int[AnyArray, ""]) -> Float[Array, ""]:
        t = jnp.asarray(step, "float32")
        if self.warmup_target is None:
            share = jnp.minimum(t / self.decay_steps, 1)
            return _half_cosine(share, self.initial_learning_rate, self.alpha)
        rise = self.warmup_target - self.initial_learning_rate
        rising = self.initial_learning_rate + rise * t / self.warmup_steps
        share = jnp.clip((t - self.warmup_steps) / self.decay_steps, 0, 1)
        falling = _half_cosine(share, self.warmup_target, self.alpha)
        return jnp.where(t < self.warmup_steps, rising, falling)


@SCHEDULES.register("cosine_decay_restarts")
@config
class CosineDecayRestarts(Schedule):
    """Cosine decays one after the other, each t_mul as long and m_mul as high as the last."""

    initial_learning_rate: float = option(at_least=0, about=INITIAL)
    first_decay_steps: int = option(above=0, about="the length of the first decay")
    t_mul: float = option(default=2.0, at_least=1, about="how much longer each is")
    m_mul: float = option(default=1.0, at_least=0, about="how much higher each begins")
    alpha: float = option(default=0.0, at_least=0, about="the share that is left at the end")

    def __call__(self, step: Int[AnyArray, ""]) -> Float[Array, ""]:
        times = _periods(step, self.first_decay_steps)
        if self.t_mul == 1:
            restarts = jnp.floor(times)
            share = times - restarts
        else:
            grown = 1 + times * (self.t_mul - 1)
            restarts = jnp.floor(jnp.log(grown) / math.log(self.t_mul))
            share = (grown / jnp.power(self.t_mul, restarts) - 1) / (self.t_mul - 1)
        height = jnp.power(self.m_mul, restarts) * (1 + jnp.cos(jnp.pi * share)) / 2
        return self.initial_learning_rate * (self.alpha + (1 - self.alpha) * height)


@SCHEDULES.register("one_cycle")
@config
class OneCycle(Schedule):
    """lr rises from peak / rise along half a cosine, and falls likewise to peak / fall."""

    peak_learning_rate: float = option(above=0, about="the highest rate")
    total_steps: int = option(above=0, about="the length of the whole cycle")
    warmup: float = option(default=0.3, above=0, below=1, about="the share of it that rises")
    rise: float = option(default=25.0, at_least=1, about="the peak over the first rate")
    fall: float = option(default=1e4, at_least=1, about="the peak over the last rate")

    def __call__(self, step: Int[AnyArray, ""]) -> Float[Array, ""]:
        done = _periods(step, self.total_steps)
        up = jnp.clip(1 - done / self.warmup, 0, 1)
        down = jnp.clip((done - self.warmup) / (1 - self.warmup), 0, 1)
        rising = _half_cosine(up, self.peak_learning_rate, 1 / self.rise)
        falling = _half_cosine(down, self.peak_learning_rate, 1 / self.fall)
        return jnp.where(done < self.warmup, rising, falling)


def _periods(step: Int[AnyArray, ""], length: int, whole: bool = False) -> Float[Array, ""]:
    times = jnp.asarray(step, "float32") / length
    return jnp.floor(times) if whole else times


def _half_cosine(share: Float[Array, ""], top: float, alpha: float) -> Float[Array, ""]:
    """Return what falls from `top` to `alpha` times it while `share` goes from 0 to 1."""
    return top * (alpha + (1 - alpha) * (1 + jnp.cos(jnp.pi * share)) / 2)
