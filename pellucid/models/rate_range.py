"""A range test: which learning rates make the loss fall, tried in one short training."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from pellucid.base.errors import ConfigError, explain
from pellucid.doctor.deep import of_range
from pellucid.doctor.finding import Finding
from pellucid.functions.schedules import ExponentialDecay
from pellucid.models.rehearsal import Rehearsal, rehearsal_of
from pellucid.plots.rates import rates

MEMORY = 0.9  # of the running mean that smooths the loss
FALLEN = 0.02  # of the first loss, which must fall for a rate to be worth anything


@dataclass(frozen=True, eq=False)
class RateRange:
    """The loss of a short training whose learning rate grew with every update.

    Attributes:
        rates: The rate of each update, growing by one factor.
        losses: The loss of each, as it was.
        smooth: Its running mean.
        suggested: The rate at which the running mean fell fastest; None if it hardly fell.
        highest: The rate from which on it stayed above where it began; None if it never did.
        rate: The rate the model is compiled with.
        findings: What that means, if anything.
    """

    rates: Float[np.ndarray, " updates"]
    losses: Float[np.ndarray, " updates"]
    smooth: Float[np.ndarray, " updates"]
    suggested: float | None
    highest: float | None
    rate: float
    findings: tuple[Finding, ...]

    def plot(self) -> Any:
        """Return the loss against the learning rate, with the suggested one, as a figure."""
        marks = {"suggested": self.suggested, "compiled with": self.rate}
        return rates(self.rates, self.losses, self.smooth, marks)

    def __repr__(self) -> str:
        told = "the loss hardly fell" if self.suggested is None else f"try {self.suggested:.2g}"
        return f"<RateRange {self.rates[0]:.2g} to {self.rates[-1]:.2g}: {told}>"


def learning_rate_range(
    model: Any,
    x: Any,
    y: Any,
    *,
    low: float = 1e-6,
    high: float = 10.0,
    updates: int = 200,
    batch_size: int = 32,
) -> RateRange:
    """Train a copy of `model` while its learning rate grows from `low` to `high`.

    Or to ten times the model's own rate, if that is more.

    Each update is one mini-batch of `x` and `y`, with a rate larger by one factor:
    rate_t = low (high / low)^(t / (updates - 1)). The loss at first stays where it is, then
    falls, and rises when steps are too long. A good rate is where it falls fastest.

    The copy starts from the model's first weights and keeps its optimizer; the model stays
    as it is.

    Raises:
        ConfigError: not 0 < low < high, or fewer than 20 updates.
    """
    if not 0 < low < high or updates < 20:
        what = "A range of learning rates goes from a low to a high one, in 20 updates or more."
        got = f"low={low}, high={high}, updates={updates}"
        raise ConfigError(explain(what, got=got, expected="0 < low < high, updates 20 ..."))
    return try_rates(rehearsal_of(model, x, y), low, high, updates, batch_size)


def try_rates(
    rehearsal: Rehearsal, low: float, high: float, updates: int, batch_size: int
) -> RateRange:
    """Return how a rehearsal's loss goes while the learning rate grows."""
    high = max(high, 10 * rehearsal.rate)
    growing = ExponentialDecay(low, updates - 1, high / low)
    way = rehearsal.with_optimizer(learning_rate=growing)
    stages = way.train(rehearsal.examples, batch_size, updates)
    losses = np.concatenate([stage.losses for stage in stages]).astype(np.float64)
    tried = low * (high / low) ** (np.arange(len(losses)) / (updates - 1))
    smooth = running_mean(losses)
    suggested, highest = read_range(tried, smooth)
    found = tuple(of_range(rehearsal.rate, suggested, highest))
    return RateRange(tried, losses, smooth, suggested, highest, rehearsal.rate, found)


def running_mean(losses: Float[np.ndarray, " updates"]) -> Float[np.ndarray, " updates"]:
    """Return m_t = 0.9 m_(t-1) + 0.1 loss_t from m = 0, divided by 1 - 0.9^t."""
    mean, smooth = 0.0, np.empty(len(losses))
    for t, loss in enumerate(losses):
        mean = MEMORY * mean + (1 - MEMORY) * loss
        smooth[t] = mean / (1 - MEMORY ** (t + 1))
    return smooth


def read_range(
    tried: Float[np.ndarray, " updates"], smooth: Float[np.ndarray, " updates"]
) -> tuple[float | None, float | None]:
    """Return the rate where a smooth loss falls fastest, and that where it has risen too high.

    "Too high" is from where on it never comes back below where it began. The steepest fall is
    looked for before the minimum only.
    """
    first = float(np.median(smooth[: max(len(smooth) // 10, 3)]))
    below = np.flatnonzero(smooth < first)
    end = int(below[-1]) + 1 if len(below) else 0
    highest = float(tried[end]) if 0 < end < len(tried) else None
    usable = smooth[:end]
    if len(usable) < 5:
        return None, highest
    least = int(np.argmin(usable))
    if first - usable[least] < FALLEN * np.abs(first):
        return None, highest
    slope = np.gradient(usable, np.log(tried[: len(usable)]))
    return float(tried[int(np.argmin(slope[: least + 1]))]), highest
