"""Noise left on when predicting: many thinned networks, their mean and their spread."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from jaxtyping import Float, Float32

from pellucid.base.errors import ConfigError, explain
from pellucid.models.pictured import Pictured
from pellucid.models.view import draws
from pellucid.plots.figures import Figure
from pellucid.plots.spread import spread
from pellucid.training.state import seed_bits


@dataclass(frozen=True, eq=False)
class Ensemble:
    """What many networks, each thinned by its own noise, answer to the same rows.

    Shapes:
        all      (samples, rows, ...), one answer a sample
        at_rest  (rows, ...), the answer without noise
    """

    all: Float32[np.ndarray, "samples rows ..."]
    at_rest: Float32[np.ndarray, "rows ..."]
    inputs: Float[np.ndarray, "rows ..."]

    @cached_property
    def mean(self) -> Float[np.ndarray, "rows ..."]:
        """The mean over the samples."""
        return self.all.mean(axis=0, dtype=np.float64)

    @cached_property
    def deviation(self) -> Float[np.ndarray, "rows ..."]:
        """The standard deviation over the samples: how far the thinned networks disagree."""
        return self.all.std(axis=0, dtype=np.float64)

    @property
    def error_of_mean(self) -> Float[np.ndarray, "rows ..."]:
        """How far the mean may be from that of endless sampling: deviation / sqrt(samples)."""
        return self.deviation / np.sqrt(len(self.all))

    def plot(self, x: Any = None, y: Any = None) -> Figure:
        """Return the answers with their spread, against the one feature, or row by row.

        `x` and `y` are rows with known answers, drawn as points beside them.

        Raises:
            ConfigError: there are several outputs.
        """
        if self.at_rest.size != len(self.at_rest):
            what = "The spread of one output is drawn at a time."
            hint = "name a layer with one unit, or read mean and deviation"
            got = self.at_rest.shape
            raise ConfigError(explain(what, got=got, expected="(rows, 1)", hint=hint))
        known = None if x is None or y is None else (np.ravel(x), np.ravel(y))
        count = len(self.at_rest)
        at = self.inputs.reshape(count, -1)
        along = at[:, 0] if at.shape[1] == 1 else np.arange(count)
        name = "x" if at.shape[1] == 1 else "row"
        samples = self.all.reshape(len(self.all), count)
        return spread(along, samples, self.at_rest.reshape(count), known, name)

    def __repr__(self) -> str:
        return f"<Ensemble of {len(self.all)} samples on {len(self.at_rest)} rows>"


def ensemble(
    model: Pictured, x: Any, *, samples: int = 100, layer: Any = None, seed: int = 0
) -> Ensemble:
    """Return what `samples` thinned networks answer to x: the mean, the spread, and all.

    Dropout, augmentation and other noise stay on, as in training, but drawn once a sample:
    each sample is one thinned network, which drops the same units for every row, and turns
    or moves every image alike. Layers that keep statistics, such as batch normalisation, stay
    at rest. Sample i always draws the same noise for the same seed, and training's own draws
    are not touched. With `layer`, the answers are that layer's: for a dropout layer, their
    mean tends to what goes into it.

    Raises:
        ConfigError: the model draws nothing in training, has several outputs, or no such
            layer; or samples is not positive.
    """
    view = model.view_of(x)
    if not draws(view.network):
        what = "This model draws nothing in training, so every sample would be the same."
        hint = "put Dropout(0.5) between two layers"
        raise ConfigError(explain(what, got="no noise", expected="Dropout", hint=hint))
    if samples < 1:
        what = "An ensemble has samples."
        raise ConfigError(explain(what, got=samples, expected="1 or more"))
    wanted = view.network.outputs if layer is None else (view.node(layer),)
    if len(wanted) > 1:
        what, expected = "This model has several outputs.", ", ".join(wanted)
        hint = f"ensemble(model, x, layer={wanted[0]!r})"
        raise ConfigError(explain(what, got=len(wanted), expected=expected, hint=hint))
    (found,), (at_rest,) = view.samples(wanted, samples, seed_bits(seed)), view.outputs(*wanted)
    (given, *_) = view.inputs.values()
    return Ensemble(found, at_rest, np.asarray(given, np.float64))
