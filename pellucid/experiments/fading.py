"""The vanishing gradient, and what heals it: one deep stack in several variants, one task.

The gradient of a layer passes through every later one. In a stack of sigmoids each of them
takes at least three quarters away, since sigma'(z) = a (1 - a) is at most 1/4, so the first
layers hardly learn.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.layers.activation import Activation
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.layer import Symbol
from pellucid.layers.merging import Add
from pellucid.layers.normalization import BatchNormalization
from pellucid.models.history import History
from pellucid.models.model import Model
from pellucid.optimizers.sgd import SGD
from pellucid.plots.blocks import Table
from pellucid.plots.figures import to_svg
from pellucid.plots.signals import over_depth
from pellucid.training.columns import as_column
from pellucid.training.signals import SignalHistory, signal_history
from pellucid.training.watch import Watch

WATCHED = ("a", "delta", "gradient", "update", "weight")

Hidden = Callable[[Symbol, int, str], Symbol]  # from x, units and a name to a layer's output


def _sigmoid(x: Symbol, units: int, name: str) -> Symbol:
    return Dense(units, "sigmoid", name=name)(x)


def _relu(x: Symbol, units: int, name: str) -> Symbol:
    return Dense(units, "relu", kernel_initializer="he_normal", name=name)(x)


def _normalised(x: Symbol, units: int, name: str) -> Symbol:
    z = Dense(units, use_bias=False, name=name)(x)
    return Activation("sigmoid")(BatchNormalization()(z))


def _residual(x: Symbol, units: int, name: str) -> Symbol:
    branch = Dense(units, "sigmoid", name=name)(x)
    return Add()([x, branch]) if x.shape == branch.shape else branch


# How a hidden layer is made in each variant; a variant of one's own is one more entry.
VARIANTS: Mapping[str, Hidden] = {
    "sigmoid": _sigmoid,
    "ReLU with He": _relu,
    "sigmoid, normalised": _normalised,
    "sigmoid, residual": _residual,
}


@dataclass(frozen=True, eq=False)
class Fading(Mapping[str, SignalHistory]):
    """The signals of each variant by its name, and how it learnt.

    Attributes:
        signals: RMS by layer over time; layers are hidden_1, hidden_2, ..., output.
        histories: Loss and accuracy by epoch.
    """

    signals: Mapping[str, SignalHistory]
    histories: Mapping[str, History]

    def __getitem__(self, name: str) -> SignalHistory:
        return self.signals[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.signals)

    def __len__(self) -> int:
        return len(self.signals)

    def at_start(self, name: str) -> Mapping[str, float]:
        """Return the RMS gradient of each layer in a variant's first update."""
        layers = self.signals[name].rms["gradient"]
        return {layer: float(values[0]) for layer, values in layers.items()}

    def ratios(self, name: str) -> Float[np.ndarray, " looks"]:
        """Return, at each look, the first hidden layer's gradient over the last one's."""
        layers = list(self.signals[name].rms["gradient"].values())[:-1]  # without the output
        with np.errstate(divide="ignore", invalid="ignore"):
            return layers[0] / layers[-1]

    def table(self) -> Table:
        """Return for each variant the ratio of gradients at the start, and how it learnt."""
        columns = ("variant", "first / last gradient", "loss", "accuracy")
        rows = tuple(
            (
                name,
                f"{float(self.ratios(name)[0]):.2g}",
                float(history["loss"][-1]),
                float(history["accuracy"][-1]),
            )
            for name, history in self.histories.items()
        )
        caption = "first / last: RMS gradient of the first hidden layer over that of the last, "
        return Table(columns, rows, f"{caption}in the first update", right=(1,))

    def plot(self) -> Any:
        """Return the gradient by layer at the start, and the losses, as a figure."""
        losses = {name: history["loss"] for name, history in self.histories.items()}
        start = {name: self.at_start(name) for name in self}
        return over_depth(start, losses, "RMS gradient in the first update")

    def __repr__(self) -> str:
        ratios = (f"{name} {float(self.ratios(name)[0]):.2g}" for name in self)
        return f"<Fading: first / last gradient {', '.join(ratios)}>"

    def _repr_html_(self) -> str:
        return to_svg(self.plot())


def fading(
    x: Any,
    y: Any,
    *,
    depth: int = 10,
    units: int = 32,
    epochs: int = 10,
    batch_size: int = 32,
    learning_rate: float = 0.1,
    variants: Sequence[str] | Mapping[str, Hidden] = tuple(VARIANTS),
    seed: int = 0,
) -> Fading:
    """Return how signals pass through `depth` hidden layers, in each variant, as they train.

    All learn the class labels y of rows x, by gradient descent with one learning rate, from
    one seed. `variants` are names from `VARIANTS`, or functions of one's own by name, from
    (x, units, name) to the output of a hidden layer, in which the layer called `name` has the
    weights that are told of.

    Raises:
        ConfigError: there is no such variant.
        DataError, ShapeError: x and y cannot be learnt from.
    """
    rows = as_column(x, "x")
    labels = as_column(y, "y").astype(np.int64)
    chosen = _chosen(variants)
    signals, histories = {}, {}
    for name, hidden in chosen.items():
        model = _stack(hidden, rows.shape[1:], depth, units, int(labels.max()) + 1, seed)
        watch = Watch(WATCHED, every=max(1, len(rows) // batch_size // 4))
        rate = SGD(learning_rate)
        model.compile(rate, "sparse_categorical_crossentropy", ["accuracy"], watch=watch)
        history = model.fit(rows, labels, epochs=epochs, batch_size=batch_size, verbose=0)
        layers = (*(f"hidden_{number}" for number in range(1, depth + 1)), "output")
        signals[name], histories[name] = signal_history(history, layers), history
    return Fading(signals, histories)


def _stack(
    hidden: Hidden, shape: tuple[int, ...], depth: int, units: int, classes: int, seed: int
) -> Model:
    start = output = Input(shape, name="x")
    for number in range(1, depth + 1):
        output = hidden(output, units, f"hidden_{number}")
    return Model(start, Dense(classes, "softmax", name="output")(output), seed=seed)


def _chosen(variants: Sequence[str] | Mapping[str, Hidden]) -> Mapping[str, Hidden]:
    if isinstance(variants, Mapping):
        return variants
    for name in variants:
        if name not in VARIANTS:
            what = f"There is no variant called {name!r}."
            hint = nearest(name, VARIANTS)
            raise ConfigError(explain(what, got=name, expected=", ".join(VARIANTS), hint=hint))
    return {name: VARIANTS[name] for name in variants}
