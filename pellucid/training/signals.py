"""How strong each signal is in each layer as training goes on: fading, or growing.

Backpropagation multiplies delta by the weights and by f'(z) once a layer. Where that
product is below 1 in most layers, gradients fade towards the input (sigma' is at most 1/4);
where it is above 1, they explode.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from pellucid.base.errors import StateError, explain
from pellucid.base.tree import flatten
from pellucid.training.record import EpochRecord

RMS = "/rms"
OF_OUTPUTS = ("z", "a", "delta")  # an array a layer; the others are of its parameters
SHOWN = ("a", "delta", "gradient")
Layers = Mapping[str, Float[np.ndarray, " looks"]]


@runtime_checkable
class Recorded(Protocol):
    """Anything that holds the records of a fit, such as its History."""

    @property
    def records(self) -> Sequence[EpochRecord]:
        """One an epoch."""
        ...


@dataclass(frozen=True, eq=False)
class SignalHistory:
    """RMS, sqrt(mean s^2), of each signal s in each layer, at every look.

    Attributes:
        time: When each look was, in epochs: 2.5 is in the middle of the third.
        rms: By signal, then by layer in order of depth. Gradients, updates and weights are
            those of a layer's kernel, or of its first array where it has none.
    """

    time: Float[np.ndarray, " looks"]
    rms: Mapping[str, Layers]

    @property
    def update_ratio(self) -> Layers:
        """RMS of the update over that of the weights, by layer.

        It says by which share of itself a layer moves in an update; it is not a number where
        the weights are all 0.
        """
        updates, weights = self.rms.get("update", {}), self.rms.get("weight", {})
        with np.errstate(divide="ignore", invalid="ignore"):
            return {name: updates[name] / weights[name] for name in updates if name in weights}

    @property
    def strengths(self) -> Mapping[str, Layers]:
        """What tells whether signals fade: RMS of a, delta and gradient, and the update ratio.

        By name, then by layer; what was not watched is not among them.
        """
        found = {f"RMS {name}": self.rms[name] for name in SHOWN if name in self.rms}
        return found | ({"RMS update / RMS weight": ratio} if (ratio := self.update_ratio) else {})

    def fading(self, signal: str = "gradient") -> Float[np.ndarray, " looks"]:
        """Return RMS in the first layer over that in the last at each look: below 1 it fades."""
        layers = list(self.rms[signal].values())
        with np.errstate(divide="ignore", invalid="ignore"):
            return layers[0] / layers[-1]


def signal_history(history: Recorded, layers: Iterable[str] | None = None) -> SignalHistory:
    """Return how strong each watched signal was, from the records of a fit.

    The fit must have watched: `model.compile(..., watch=Watch(("delta", "gradient")))`. Only
    these `layers` are told, in this order; else all, by the numbers in their names, which
    for automatic names is the order of depth.

    Raises:
        StateError: nothing was watched, or without its RMS.
    """
    looks = [record.signals for record in history.records]
    found = {name: _strengths(looks, name) for name in (looks[0] if looks else ())}
    found = {name: layers_ for name, layers_ in found.items() if layers_}
    if not found:
        what = "These records hold no strengths of signals."
        hint = 'compile with watch=Watch(("a", "delta", "gradient", "update", "weight"))'
        raise StateError(explain(what, got="no watched RMS", expected="a Watch", hint=hint))
    wanted = None if layers is None else tuple(layers)
    first = next(iter(next(iter(found.values())).values()))
    each = len(first) // len(looks)
    numbers = np.array([record.epoch - 1 for record in history.records], float)
    time = (numbers[:, None] + np.arange(each) / each).ravel()
    return SignalHistory(time, {name: _ordered(part, wanted) for name, part in found.items()})


def _strengths(looks: Sequence[Mapping[str, Any]], signal: str) -> dict[str, Any]:
    """Return the RMS of a signal by layer, over all epochs."""
    paths = [path for path in flatten(looks[0][signal]) if path.endswith(RMS)]
    layers: dict[str, str] = {}
    for path in paths:
        name = path.removesuffix(RMS)
        owner = name if signal in OF_OUTPUTS else name.partition("/")[0]
        if owner not in layers or path.endswith(f"/kernel{RMS}"):
            layers[owner] = path
    leaves = [flatten(look[signal]) for look in looks]
    return {
        owner: np.concatenate([np.asarray(leaf[path], float) for leaf in leaves])
        for owner, path in layers.items()
    }


def _ordered(layers: Mapping[str, Any], wanted: tuple[str, ...] | None) -> dict[str, Any]:
    names = sorted(layers, key=_natural) if wanted is None else wanted
    return {name: layers[name] for name in names if name in layers}


def _natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts dense_2 before dense_10."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]
