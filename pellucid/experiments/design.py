"""A sensible network for some data: output and loss by the target, the rest by its size."""

import math
from typing import NamedTuple

import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import Shape
from pellucid.data.encoding import Encoding
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.judging import unbalanced
from pellucid.functions.decision import check_measure
from pellucid.functions.losses import LOSSES
from pellucid.layers.convolution import Conv2D
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.layer import Layer
from pellucid.layers.noise import Dropout
from pellucid.layers.pooling import MaxPooling2D
from pellucid.layers.preprocessing import MinMaxScaling, Normalization, Rescaling
from pellucid.layers.reshaping import Flatten
from pellucid.models.model import Model
from pellucid.models.sequential import Sequential
from pellucid.optimizers.optimizer import OPTIMIZERS, Optimizer

SMALLEST_MAP = 8  # a picture side below which another convolution and pooling makes no sense
MOST_STEPS, MOST_STEPS_ON_PICTURES = 10_000, 1_500  # of a fit
FOR_NUMBERS = (
    *("mean_squared_error", "mean_absolute_error", "huber", "log_cosh"),
    *("mean_absolute_percentage_error", "mean_squared_logarithmic_error", "poisson"),
)
PATIENT_STEPS = 500  # without better, before it stops


class Design(NamedTuple):
    """What was chosen: the model, ready to fit, and how."""

    model: Model
    network: str
    loss: str
    metrics: tuple[str, ...]
    batch_size: int
    epochs: int
    patience: int


def design(
    experiment: Experiment,
    encoding: Encoding,
    x: np.ndarray,
    y: np.ndarray,
    rows: int | None = None,
) -> Design:
    """Return the model an experiment means for training rows x, y, or `rows` like them.

    Raises:
        ConfigError: the network is not one that fits the data.
    """
    _check_threshold(experiment, encoding)
    spec = experiment.network
    rows = len(x) if rows is None else rows
    if spec == "auto":
        spec = _choose_network(encoding.shape, rows)
    layers = [
        *_scaling(experiment.scaling, encoding.shape),
        *_hidden(spec, encoding.shape, experiment),
        *_output(encoding, y),
    ]
    model = Sequential([Input(encoding.shape, name="x"), *layers], seed=experiment.seed)
    loss, metrics = _loss(experiment, encoding), _metrics(encoding, y)
    model.compile(_optimizer(experiment), loss, metrics=metrics, dtype=experiment.dtype)
    sizes = {"auto": _batch_size(rows), "full": rows}
    size = sizes.get(str(experiment.batch_size), experiment.batch_size)
    steps = math.ceil(rows / int(size))
    most = MOST_STEPS_ON_PICTURES if len(encoding.shape) == 3 else MOST_STEPS
    epochs = experiment.epochs or _clip(most / steps, 10, 1000)
    patience = experiment.patience or _clip(PATIENT_STEPS / steps, 5, 50)
    return Design(model, spec, loss, metrics, int(size), epochs, patience)


def _check_threshold(experiment: Experiment, encoding: Encoding) -> None:
    wanted, classes = experiment.threshold, len(encoding.class_names)
    if isinstance(wanted, str) and wanted != "auto":
        check_measure(wanted)
    if wanted != "auto" and classes != 2:
        what = "A threshold decides between two classes."
        got, hint = f"{classes} classes" if classes else "numbers", f"leave out threshold={wanted}"
        raise ConfigError(explain(what, got=got, expected="two classes", hint=hint))


def _choose_network(shape: Shape, rows: int) -> str:
    if len(shape) == 3:
        blocks = max(1, min(3, int(math.log2(min(shape[:2]) / SMALLEST_MAP)) + 1))
        return "-".join([*(f"c{16 * 2**i}" for i in range(blocks)), "128"])
    return "16" if rows < 500 else "64-32" if rows < 5000 else "128-64"


def _scaling(wanted: str, shape: Shape) -> list[Layer]:
    if wanted == "none":
        return []
    if len(shape) == 3 and wanted == "auto":
        return [Rescaling(1 / 255, name="scaling")]
    if wanted in ("auto", "standard"):
        return [Normalization(name="scaling")]
    return [MinMaxScaling(low=-1.0 if wanted == "symmetric" else 0.0, name="scaling")]


def _hidden(spec: str, shape: Shape, experiment: Experiment) -> list[Layer]:
    """Return the hidden layers that a spec means: "c16-c32-128", "64-32", "linear"."""
    layers: list[Layer] = []
    activation, parts = experiment.activation, [] if spec == "linear" else spec.split("-")
    pictures = len(shape) == 3
    rate = (0.3 if pictures else 0.0) if experiment.dropout is None else experiment.dropout
    flat = not pictures
    for part in parts:
        filters = part.startswith("c")
        number = part[1:] if filters else part
        if not number.isdecimal() or not int(number) or (filters and (flat or not pictures)):
            what = f"The network {spec!r} has a part that does not fit here: {part!r}."
            expected = "widths (128-64) after filters (c16-c32), filters for pictures only"
            raise ConfigError(explain(what, got=spec, expected=expected))
        if filters:
            layers += [Conv2D(int(number), 3, activation=activation), MaxPooling2D()]
            continue
        layers += [] if flat else [Flatten()]
        flat = True
        layers += [Dropout(rate)] if rate and pictures and layers else []
        layers += [Dense(int(number), activation, kernel_initializer=_start(activation))]
        layers += [Dropout(rate)] if rate else []
    return layers if flat else [*layers, Flatten()]


def _start(activation: str) -> str:
    return "he_normal" if activation in ("relu", "leaky_relu") else "glorot_uniform"


def _output(encoding: Encoding, y: np.ndarray) -> list[Layer]:
    classes = len(encoding.class_names)
    if encoding.task == "classification":
        units, activation = (1, "sigmoid") if classes == 2 else (classes, "softmax")
        return [Dense(units, activation, name="output")]
    # The network learns the target in its own units; the last layer gives back the user's.
    spread = float(np.std(y)) or 1.0
    return [
        Dense(1, name="output"),
        Rescaling(spread, offset=float(np.mean(y)), name="units"),
    ]


def _loss(experiment: Experiment, encoding: Encoding) -> str:
    """Return the loss wanted, or the one that suits the target."""
    numbers, classes = encoding.task == "regression", len(encoding.class_names)
    for setting in ("class_weight", "shuffle"):
        if numbers and getattr(experiment, setting) == "balanced":
            what = f"The target {encoding.answer.column!r} has no classes that could be balanced."
            hint = f"leave out {setting}='balanced'"
            raise ConfigError(explain(what, got="numbers", expected="classes", hint=hint))
    if experiment.loss is None:
        two = "binary_crossentropy" if classes == 2 else "sparse_categorical_crossentropy"
        return "mean_squared_error" if numbers else two
    name = LOSSES.name_of(LOSSES[experiment.loss]) or experiment.loss
    if (numbers and name not in FOR_NUMBERS) or (classes == 2 and LOSSES[name].targets == "labels"):
        target = "numbers" if numbers else "two classes, which share one output"
        what = f"The loss {name} does not suit the target {encoding.answer.column!r}."
        expected = ", ".join(FOR_NUMBERS) if numbers else "binary_crossentropy, hinge, ..."
        raise ConfigError(explain(what, got=target, expected=expected))
    return name


def _metrics(encoding: Encoding, y: np.ndarray) -> tuple[str, ...]:
    if encoding.task == "regression":
        return ("mean_absolute_error", "r2_score")
    return ("accuracy", "balanced_accuracy") if unbalanced(np.bincount(y)) else ("accuracy",)


def _optimizer(experiment: Experiment) -> Optimizer:
    chosen = OPTIMIZERS[experiment.optimizer]
    rate = experiment.learning_rate
    return chosen() if rate is None else chosen(learning_rate=rate)


def _batch_size(rows: int) -> int:
    """Return a power of two near a hundredth of the rows, from 16 to 256."""
    return 1 << _clip(math.log2(max(rows / 100, 1)), 4, 8)


def _clip(number: float, least: int, most: int) -> int:
    return int(np.clip(round(number), least, most))
