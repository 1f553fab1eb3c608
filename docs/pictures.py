"""The pictures of README.md and docs/gallery.md, drawn from networks trained here.

    python docs/pictures.py          all of them, into docs/pictures/
    python docs/pictures.py xor      one kind

Seeds are fixed: the same machine and the same versions give the same bytes.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.data.encoding import learn
from pellucid.data.sources import open_data
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.running import run
from pellucid.functions.portraits import activation_table, portrait
from pellucid.functions.schedules import CosineDecay
from pellucid.layers import Dense, Input, Normalization
from pellucid.models.sequential import Sequential
from pellucid.optimizers import SGD, Adam
from pellucid.plots.activations import Portrait, overview
from pellucid.plots.boundary import boundary
from pellucid.plots.classification import confusion
from pellucid.plots.drawing import Node
from pellucid.plots.drawing import network as drawing
from pellucid.plots.figures import drawn, panels, to_svg
from pellucid.plots.images import filters
from pellucid.plots.mistakes import mistakes
from pellucid.plots.neurons import neurons
from pellucid.plots.style import BLUE, MUTED, VERMILLION

FOLDER = Path(__file__).parent / "pictures"
LECTURES = ("step", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "softmax", "linear")
WIDTHS = (1, 2, 4, 16)
STEPS = 5000  # of each fit of the curve
Named = Iterator[tuple[str, str]]  # a file's name and its SVG


def digits() -> Named:
    """Draw a report's pictures: what `pellucid train mnist` confuses, and with what network."""
    with tempfile.TemporaryDirectory() as folder:
        material = run(Experiment("mnist"), Path(folder) / "digits", verbose=0).material
    judged, model, said = material.judgement, material.made.model, material.said
    surest = material.output[np.arange(len(said)), said]
    pictures = material.ready.x[material.rows]
    names = judged.class_names
    yield "digits-confusion", to_svg(confusion(np.array(judged.confusion), names))
    drawn_mistakes = mistakes(pictures, material.true, said, surest, names, most=16)
    yield "digits-mistakes", to_svg(drawn_mistakes)
    summary = model.summarize()
    nodes = [Node(*row) for row in summary.rows]
    yield "digits-network", drawing(summary.inputs, nodes, summary.outputs)
    yield "digits-filters", to_svg(filters(model.weights["conv2d/kernel"]))


def xor() -> Named:
    """Draw the boundary of a perceptron, which cannot learn XOR, and of a network, which can."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    y = np.array([0, 1, 1, 0])
    alone = Sequential([Input((2,)), Dense(1, "step")])
    alone.compile(SGD(0.5), "perceptron")
    alone.fit(x, y, batch_size=1, epochs=300, verbose=0)
    hidden = Sequential([Input((2,)), Dense(8, "tanh"), Dense(1, "sigmoid")])
    hidden.compile(SGD(1.0, momentum=0.9), "binary_crossentropy")
    hidden.fit(x, y, epochs=300, verbose=0)
    for name, model in (("xor-perceptron", alone), ("xor-network", hidden)):
        yield name, to_svg(boundary(model.predict, x, y, ("0", "1"), grid=90))


def activations() -> Named:
    """Draw the activations of the lectures with their derivatives."""
    z = np.linspace(-4, 4, 401)
    table = {row.name: row for row in activation_table()}
    shown = [
        Portrait(name, *portrait(name, z), table[name].formula, table[name].facts.derivative)
        for name in LECTURES
    ]
    yield "activations", to_svg(overview(shown))


def approximation() -> Named:
    """Draw what networks of growing width make of the same points."""
    data = open_data("sine", rows=100, noise=0.0)
    encoding = learn(data, np.arange(data.rows))
    x, y = encoding.encode(data)
    line = np.linspace(x.min(), x.max(), 300, dtype=np.float32)[:, None]
    fits = [_fit(x, y, line, width) for width in WIDTHS]
    yield "approximation", to_svg(_curves(x, y, line, fits))


def iris() -> Named:
    """Draw a 4-10-3 network with the weights it learnt."""
    data = open_data("iris")
    encoding = learn(data, np.arange(data.rows))
    x, y = encoding.encode(data)
    model = Sequential([Input((4,)), Normalization(), Dense(10, "tanh"), Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=200, batch_size=16, verbose=0)
    kernels = [model.weights[f"{name}/kernel"] for name in ("dense", "dense_1")]
    units = {"input": 4, "hidden": 10, "output": 3}
    yield "iris-neurons", neurons(units, kernels, encoding.feature_names, encoding.class_names)


def _fit(x: np.ndarray, y: np.ndarray, line: np.ndarray, width: int) -> tuple[float, np.ndarray]:
    """Return the error on the points, and what is predicted along a line."""
    model = Sequential([Input((1,)), Normalization(), Dense(width, "tanh"), Dense(1)])
    model.compile(Adam(CosineDecay(0.02, STEPS)), "mean_squared_error")
    model.fit(x, y[:, None], batch_size="full", epochs=STEPS, verbose=0)
    return float(model.evaluate(x, y[:, None])[0]), model.predict(line)[:, 0]


@drawn
def _curves(
    x: np.ndarray, y: np.ndarray, line: np.ndarray, fits: list[tuple[float, np.ndarray]]
) -> Any:
    figure, axes = panels(len(fits), height=2.2)
    for ax, width, (error, fit) in zip(axes, WIDTHS, fits, strict=True):
        ax.plot(x[:, 0], y, "o", markersize=2.5, color=MUTED, alpha=0.6, label="the points")
        ax.plot(line[:, 0], fit, color=BLUE if width > 1 else VERMILLION, label="the network")
        units = "1 hidden unit" if width == 1 else f"{width} hidden units"
        ax.set_title(f"{units}: error {error:.1e}")
    return figure


KINDS = {draw.__name__: draw for draw in (digits, xor, activations, approximation, iris)}


def main(wanted: list[str]) -> None:
    """Write the pictures of the wanted kinds, or all."""
    FOLDER.mkdir(exist_ok=True)
    for kind in wanted or KINDS:
        for name, svg in KINDS[kind]():
            (FOLDER / f"{name}.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
