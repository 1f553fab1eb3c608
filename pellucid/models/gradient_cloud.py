"""The true gradient among those of mini-batches, at the weights a model has."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Int

from pellucid.base.errors import ConfigError, explain
from pellucid.models.surface import Trained
from pellucid.plots.gradient_cloud import clouds
from pellucid.training.adaptation import adapt
from pellucid.training.examples import as_examples
from pellucid.training.placement import place
from pellucid.training.surface import as_vector, compile_gradients, span_of


@dataclass(frozen=True, eq=False)
class GradientCloud:
    """Mini-batch gradients g_b beside the true gradient g, which is of all rows.

    They are seen in the plane of g and of the direction at right angles to it in which the
    g_b differ most, in units of |g|: so g is the point (1, 0).

    Attributes:
        batch_size: Rows a mini-batch has.
        length: |g|.
        points: Each g_b in the plane, (batches, 2).
        cosines: Of the angle between each g_b and g, (batches,).
        spread: sqrt(mean |g_b - g|^2) / |g|.
        share: The share of sum |g_b - g|^2 that lies in the plane.
    """

    batch_size: int
    length: float
    points: Float[np.ndarray, "batches 2"]
    cosines: Float[np.ndarray, " batches"]
    spread: float
    share: float

    @property
    def note(self) -> str:
        """Cosine and spread in words."""
        low, middle, high = np.percentile(self.cosines, (10, 50, 90))
        return (
            f"cosine {middle:.2f} (80 % from {low:.2f} to {high:.2f}); "
            f"spread {self.spread:.2g} of its length"
        )

    def plot(self) -> Any:
        """Return the gradients in their plane, as a figure."""
        return clouds({f"mini-batches of {self.batch_size}": (self.points, self.note)})

    def __repr__(self) -> str:
        count = len(self.points)
        return f"<GradientCloud of {count} mini-batches of {self.batch_size}: {self.note}>"


def gradient_cloud(
    model: Trained, x: Any, y: Any, *, batch_size: int = 32, batches: int = 200, seed: int = 0
) -> GradientCloud:
    """Return the gradients of `batches` mini-batches at the model's weights, and the true one.

    The mini-batches are those of shuffled epochs, as many as it takes, drawn by `seed`; only
    whole ones, so that all are of one size. The network runs as it is used (inference mode):
    then the mean over the mini-batches of an epoch is the true gradient, if they take up all
    rows. Nothing changes the model.

    Raises:
        ConfigError: `batch_size` is not between 1 and the rows, or `batches` below 2.
    """
    recipe = model.recipe
    given = as_examples(recipe, x, y)
    rows = len(given)
    if not 1 <= batch_size <= rows or batches < 2:
        what = "A cloud of gradients needs two mini-batches, none larger than the rows."
        got = f"batch_size={batch_size}, batches={batches}"
        raise ConfigError(explain(what, got=got, expected=f"batch_size 1 to {rows}, batches 2..."))
    train = jax.device_get(adapt(recipe.network, model.train_state, given))
    w, examples = as_vector(train.params), place(given)
    gradients = compile_gradients(recipe)
    every = np.arange(rows, dtype=np.int32)[None]
    true = np.asarray(gradients(train.state, examples, w, every), np.float64)[0]
    drawn = _drawn(rows, batch_size, batches, seed)
    found = np.asarray(gradients(train.state, examples, w, drawn), np.float64)
    return _cloud(batch_size, true, found)


def _drawn(rows: int, batch_size: int, batches: int, seed: int) -> Int[np.ndarray, "batches rows"]:
    """Return the rows of so many mini-batches, epoch after epoch in a new order."""
    draw, whole = np.random.default_rng(seed), rows // batch_size
    epochs = [
        draw.permutation(rows)[: whole * batch_size].reshape(whole, batch_size)
        for _ in range(-(-batches // whole))
    ]
    return np.concatenate(epochs)[:batches].astype(np.int32)


def _cloud(
    batch_size: int,
    true: Float[np.ndarray, " weights"],
    found: Float[np.ndarray, "batches weights"],
) -> GradientCloud:
    length = float(np.linalg.norm(true)) or 1.0  # at a minimum there is no direction
    along = true / length
    apart = found - true
    beside = apart - np.outer(apart @ along, along)
    across = span_of(beside)[0]
    points = np.column_stack([found @ along, found @ across]) / length
    lengths = np.maximum(np.linalg.norm(found, axis=1), 1e-300)
    total = float(np.sum(apart**2))
    inside = float(np.sum((apart @ along) ** 2) + np.sum((apart @ across) ** 2))
    return GradientCloud(
        batch_size=batch_size,
        length=length,
        points=points,
        cosines=found @ along / lengths,
        spread=(total / len(found)) ** 0.5 / length,
        share=inside / total if total else 1.0,
    )
