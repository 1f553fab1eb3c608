"""What to keep of the signals a training step computes."""

from collections.abc import Callable
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from jaxtyping import Array, Shaped

from pellucid.base.config import Config, config, option

Signals: TypeAlias = dict[str, Any]  # {"z": {layer: array}, "gradient": {layer: {...}}, ...}

SIGNALS = ("z", "a", "delta", "gradient", "update", "weight")


def moments(signal: Shaped[Array, "..."]) -> dict[str, Shaped[Array, ""]]:
    """Four numbers that tell a healthy signal from a dead or exploding one."""
    signal = signal.astype("float32")
    return {
        "mean": jnp.mean(signal),
        "rms": jnp.sqrt(jnp.mean(jnp.square(signal))),
        "largest": jnp.max(jnp.abs(signal)),
        "zeros": jnp.mean(signal == 0, dtype="float32"),
    }


def everything(signal: Shaped[Array, "..."]) -> Shaped[Array, "..."]:
    """The whole array, for looking at one batch closely."""
    return signal


@config
class Watch(Config):
    """Which signals to keep, how much of each, and how often.

    Within an epoch the steps 0, `every`, 2 `every`, ... are looked at.
    """

    signals: tuple[str, ...] = ()
    summary: Callable[[Array], Any] = moments
    every: int = option(default=25, above=0, about="steps between looks")

    def read(self, signals: Signals) -> Signals:
        """Return the summaries of the watched signals."""
        return {name: jax.tree.map(self.summary, signals[name]) for name in self.signals}


NOTHING = Watch()
EVERYTHING = Watch(SIGNALS, everything, every=1)
