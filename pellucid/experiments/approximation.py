"""Universal approximation: what networks with one hidden layer of growing width make of a curve."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Float64

from pellucid.base.errors import ConfigError, DataError, explain, nearest
from pellucid.functions.initializers import RandomUniform
from pellucid.functions.schedules import CosineDecay
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.layer import Layer
from pellucid.layers.preprocessing import MinMaxScaling
from pellucid.models.sequential import Sequential
from pellucid.optimizers.adam import Adam
from pellucid.plots.approximation import Line, approximations
from pellucid.plots.figures import Figure

Curve = Callable[[Float64[np.ndarray, " points"]], Any]

FUNCTIONS: Mapping[str, Curve] = {
    "sine": lambda x: np.sin(np.pi * x),
    "waves": lambda x: np.sin(np.pi * x) + 0.5 * np.sin(4 * np.pi * x),
    "step": lambda x: (x > 0).astype(float),
    "corner": np.abs,
    "bump": lambda x: np.exp(-20 * x**2),
}
SPREAD = 0.7  # of the width: range of the first weights and biases, as Nguyen and Widrow have it
FINE = 400  # points of the line between the training points


class Fit(NamedTuple):
    """One width: what it learnt, and how far it is from the function."""

    width: int
    parameters: int
    error: float  # root of the mean squared error between the training points, in units of y
    worst: float  # largest error there
    line: Float[np.ndarray, " points"]


@dataclass(frozen=True, eq=False)
class Approximation:
    """Networks of growing width on the same function, on points they did not learn from.

    Shapes:
        x, y          (rows,), the training points
        along, truth  (points,), where they are judged, and the function there
    """

    x: Float64[np.ndarray, " rows"]
    y: Float64[np.ndarray, " rows"]
    along: Float64[np.ndarray, " points"]
    truth: Float64[np.ndarray, " points"]
    fits: tuple[Fit, ...]

    @property
    def errors(self) -> dict[int, float]:
        """The error of each width."""
        return {fit.width: fit.error for fit in self.fits}

    def plot(self) -> Figure:
        """Return a panel for each width, and the error against the width."""
        lines = [Line(fit.width, fit.error, fit.line) for fit in self.fits]
        return approximations(self.along, self.truth, lines)

    def __str__(self) -> str:
        lines = ["width  parameters      error      worst"]
        lines += [
            f"{f.width:5}  {f.parameters:10}  {f.error:9.2e}  {f.worst:9.2e}" for f in self.fits
        ]
        return "\n".join(lines)


def approximate(
    function: str | Curve = "waves",
    *,
    widths: Sequence[int] = (1, 2, 4, 8, 16, 32),
    low: float = -1.0,
    high: float = 1.0,
    rows: int = 200,
    epochs: int = 3000,
    activation: str = "tanh",
    seed: int = 0,
) -> Approximation:
    """Return how well networks x -> width units -> y learn a function of one variable.

    Each learns the same `rows` evenly spaced points by Adam in full batches, its rate
    falling from 0.03 to 0 on a cosine, and is judged on 400 other points between `low` and
    `high`. x is scaled to [-1, 1], and the hidden weights and biases start between -0.7 and
    0.7 times the width, so that the bends of the units lie all over that range.

    That wider networks can come as near as one likes is a theorem for every continuous
    function; that training finds the weights is not, so an error may also rise.

    Raises:
        ConfigError: there is no function of that name, no width, or low is not below high.
        DataError: the function is not a finite number at each x.
    """
    curve = _named(function) if isinstance(function, str) else function
    if not (low < high and widths and min(widths) > 0 and rows > 1):
        what = "There is nothing to approximate."
        got = f"low={low}, high={high}, widths={tuple(widths)}, rows={rows}"
        expected = "low < high, widths of 1 or more, 2 rows or more"
        raise ConfigError(explain(what, got=got, expected=expected))
    x, along = np.linspace(low, high, rows), _between(low, high)
    y, truth = _values(curve, x), _values(curve, along)
    fits = []
    for width in widths:
        model = Sequential([Input((1,)), *_layers(width, activation)], seed=seed)
        model.compile(Adam(CosineDecay(0.03, epochs)), "mean_squared_error")
        model.fit(x[:, None], y[:, None], batch_size="full", epochs=epochs, verbose=0)
        line = model.predict(along[:, None])[:, 0].astype(np.float64)
        error = line - truth
        rms, worst = float(np.sqrt(np.mean(error**2))), float(np.abs(error).max())
        fits.append(Fit(width, model.summarize().trainable, rms, worst, line))
    return Approximation(x, y, along, truth, tuple(fits))


def _layers(width: int, activation: str) -> list[Layer]:
    start = RandomUniform(-SPREAD * width, SPREAD * width)
    hidden = Dense(width, activation, kernel_initializer=start, bias_initializer=start)
    return [MinMaxScaling(-1.0, 1.0), hidden, Dense(1)]


def _between(low: float, high: float) -> Float64[np.ndarray, " points"]:
    step = (high - low) / FINE
    return low + step * (np.arange(FINE) + 0.5)


def _values(curve: Curve, x: Float64[np.ndarray, " points"]) -> Float64[np.ndarray, " points"]:
    y = np.asarray(curve(x), np.float64)
    if y.shape != x.shape or not np.isfinite(y).all():
        what = "The function does not give one finite number for each x."
        got = f"{y.shape} for x {x.shape}" if y.shape != x.shape else "NaN or infinity"
        hint = "it is called with a NumPy array: write np.sin(x), not math.sin(x)"
        raise DataError(explain(what, got=got, expected=f"{x.shape}, finite", hint=hint))
    return y


def _named(name: str) -> Curve:
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    what, expected = f"There is no function called {name!r} here.", ", ".join(FUNCTIONS)
    hint = nearest(name, FUNCTIONS) or "any function of an array: approximate(np.cos)"
    raise ConfigError(explain(what, got=name, expected=expected, hint=hint))
