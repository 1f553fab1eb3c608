"""Full-batch, mini-batch and online training from one start, side by side.

The three regimes differ in one number only: how many rows m an update is made from. An
epoch of n rows then has ceil(n / m) updates.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import jax
import numpy as np
from jaxtyping import Float, Int

from pellucid.base.errors import ConfigError, explain
from pellucid.models.model import Model
from pellucid.plots.blocks import Table
from pellucid.plots.figures import to_svg
from pellucid.plots.regimes import progress
from pellucid.training.adaptation import adapt
from pellucid.training.examples import as_examples
from pellucid.training.placement import place
from pellucid.training.programs import compile_start
from pellucid.training.state import Examples, Recipe, TrainState
from pellucid.training.strides import layout_of, strides
from pellucid.training.surface import as_vector, compile_along
from pellucid.training.trainer import Trainer
from pellucid.training.watch import NOTHING


@dataclass(frozen=True, eq=False)
class Regime:
    """How one regime went: its path through the weights, and the loss along it.

    Points are kept after every `stride` updates, and after the last; the first is the start.

    Attributes:
        batch_size: Rows an update is made from.
        updates_per_epoch: ceil(rows / batch_size).
        stride: Updates from one kept point to the next.
        updates, examples: Until each point, (points,).
        seconds: Until each point, by the pace of a run without stops; compiling not counted.
        weights: All parameters at each point, (points, weights).
        loss: The mean over all rows at each point, as the network is used.
        batch_losses: The loss of each mini-batch before its update, (updates,).
    """

    batch_size: int
    updates_per_epoch: int
    stride: int
    updates: Int[np.ndarray, " points"]
    examples: Int[np.ndarray, " points"]
    seconds: Float[np.ndarray, " points"]
    weights: Float[np.ndarray, "points weights"]
    loss: Float[np.ndarray, " points"]
    batch_losses: Float[np.ndarray, " updates"]


class Regimes(Mapping[str, Regime]):
    """The regimes by name: "full batch", "mini-batch of 32", "online"."""

    def __init__(self, regimes: Mapping[str, Regime], rows: int, epochs: int) -> None:
        self._regimes, self.rows, self.epochs = dict(regimes), rows, epochs

    def __getitem__(self, name: str) -> Regime:
        return self._regimes[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._regimes)

    def __len__(self) -> int:
        return len(self._regimes)

    def table(self) -> Table:
        """Return one row a regime: updates an epoch and in all, the loss it reached, the time."""
        columns = ("regime", "updates an epoch", "updates", "examples", "loss", "seconds")
        rows = tuple(
            (
                name,
                f"\N{LEFT CEILING}{self.rows}/{one.batch_size}\N{RIGHT CEILING} = "
                f"{one.updates_per_epoch}",
                int(one.updates[-1]),
                int(one.examples[-1]),
                float(one.loss[-1]),
                float(one.seconds[-1]),
            )
            for name, one in self.items()
        )
        return Table(columns, rows, f"{self.epochs} epochs of {self.rows} rows", right=(1,))

    def plot(self) -> Any:
        """Return the loss against updates, examples seen and seconds, as a figure."""
        curves = {
            name: {
                "updates": one.updates.astype(float),
                "examples": one.examples.astype(float),
                "seconds": one.seconds,
                "loss": one.loss,
            }
            for name, one in self.items()
        }
        return progress(curves)

    def __repr__(self) -> str:
        parts = [
            f"{name}: loss {one.loss[-1]:.4g} after {one.updates[-1]:,} updates"
            for name, one in self.items()
        ]
        return f"<Regimes, {self.epochs} epochs of {self.rows} rows; {'; '.join(parts)}>"

    def _repr_html_(self) -> str:
        return to_svg(self.plot())


def compare_regimes(
    model: Model,
    x: Any,
    y: Any,
    *,
    epochs: int = 20,
    batch_size: int = 32,
    learning_rate: float | None = None,
    shuffle: bool = True,
    points: int = 200,
) -> Regimes:
    """Return full-batch, mini-batch and online training from the model's weights and seed.

    All three start from the weights the model has now, with its loss and optimizer, and see
    every row `epochs` times; `learning_rate` stands in for that of the optimizer. Each path
    keeps about so many `points`, so that memory is bounded. The model is not changed, and
    each path is bit for bit that of `fit` with that batch size.

    Raises:
        ConfigError: `batch_size` is not between 1 and the rows, or `epochs` or `points` below 1.
        DataError, ShapeError: x and y cannot be learnt from.
    """
    recipe = _recipe(model, learning_rate)
    given = as_examples(recipe, x, y)
    rows = len(given)
    for name, value, most in (
        ("batch_size", batch_size, rows),
        ("epochs", epochs, None),
        ("points", points, None),
    ):
        _check(name, value, most)
    # On the host: training uses up buffers, and the model's own must stay.
    train = jax.device_get(adapt(recipe.network, model.train_state, given))
    examples = place(given)
    sizes = {"full batch": rows, f"mini-batch of {batch_size}": batch_size, "online": 1}
    regimes = {
        name: _follow(recipe, train, examples, size, epochs, shuffle, points)
        for name, size in sizes.items()
    }
    return Regimes(regimes, rows, epochs)


def _follow(
    recipe: Recipe,
    train: TrainState,
    examples: Examples,
    size: int,
    epochs: int,
    shuffle: bool,
    points: int,
) -> Regime:
    """Train in one regime, and keep its path."""
    steps = layout_of(len(examples), size, shuffle).steps
    stride = -(-epochs * steps // points)
    trainer = _trainer(recipe, train)
    weights, losses = [as_vector(jax.device_get(trainer.train.params))], []
    for part in strides(trainer, examples, size, epochs=epochs, updates=stride, shuffle=shuffle):
        weights.append(as_vector(jax.device_get(trainer.train.params)))
        losses.append(part.losses)
    # Once more without a stop, as each costs a moment: a regime's own pace is even.
    whole = strides(
        _trainer(recipe, train),
        examples,
        size,
        epochs=epochs,
        updates=epochs * steps,
        shuffle=shuffle,
    )
    updates = np.cumsum([0, *map(len, losses)])
    path, state = np.stack(weights), jax.device_get(trainer.train.state)
    return Regime(
        batch_size=size,
        updates_per_epoch=steps,
        stride=stride,
        updates=updates,
        examples=_examples_until(updates, steps, size, len(examples)),
        seconds=sum(part.seconds for part in whole) * updates / updates[-1],
        weights=path,
        loss=np.asarray(compile_along(recipe)(state, examples, path)),
        batch_losses=np.concatenate(losses),
    )


def _trainer(recipe: Recipe, train: TrainState) -> Trainer:
    """Return a trainer at the start, with buffers of its own."""
    start = compile_start(recipe)(train.seed, train.params, train.state)
    return Trainer(recipe, start._replace(epoch=train.epoch, step=train.step))


def _examples_until(
    updates: Int[np.ndarray, " points"], steps: int, size: int, rows: int
) -> Int[np.ndarray, " points"]:
    """Return how many examples so many updates took; the last of an epoch may take fewer."""
    epochs, begun = np.divmod(updates, steps)
    return epochs * rows + begun * size


def _recipe(model: Model, learning_rate: float | None) -> Recipe:
    recipe = model.recipe._replace(watch=NOTHING)
    if learning_rate is None:
        return recipe
    return recipe._replace(optimizer=replace(recipe.optimizer, learning_rate=learning_rate))


def _check(name: str, value: int, most: int | None) -> None:
    if value < 1 or (most is not None and value > most):
        what = f"compare_regimes({name}={value}) is not a number this can be."
        expected = "1 or more" if most is None else f"1 to {most}, the rows there are"
        raise ConfigError(explain(what, got=value, expected=expected))
