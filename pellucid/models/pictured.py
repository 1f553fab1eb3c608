"""Pictures of a model, as methods where one would look for them."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int, Real

from pellucid.base.errors import ConfigError, DataError, FileError, ShapeError, explain
from pellucid.functions.scores import average_precision, confusion_matrix, pr_curve
from pellucid.inspection.asking import row_within
from pellucid.interop.atomic import write_atomically
from pellucid.layers.convolution import Convolution
from pellucid.layers.delegation import InMode
from pellucid.layers.dense import Dense
from pellucid.layers.depthwise import DepthwiseConvolution
from pellucid.models.surface import loss_surface
from pellucid.models.view import View, drops
from pellucid.network.network import Network
from pellucid.plots.boundary import boundary
from pellucid.plots.classification import confusion, precision_recall
from pellucid.plots.figures import Figure
from pellucid.plots.images import filters
from pellucid.plots.neurons import neurons
from pellucid.plots.values import Names, matrix, tiles
from pellucid.training.programs import compile_look
from pellucid.training.state import Examples, Recipe, TrainState


class Drawing(NamedTuple):
    """A picture as the text of an SVG, which a notebook shows."""

    svg: str

    def savefig(self, path: str | PathLike[str]) -> None:
        """Write the picture to a file that ends in .svg, whole or not at all.

        Raises:
            FileError: it ends in something else.
        """
        if Path(path).suffix.lower() != ".svg":
            what = f"A drawing of a network is not written to files like {Path(path).name!r}."
            raise FileError(explain(what, got=Path(path).suffix, expected=".svg"))
        write_atomically(Path(path), self.svg.encode())

    def _repr_svg_(self) -> str:
        return self.svg


class Lesson(NamedTuple):
    """What a model would learn from some rows: its recipe, where it stands, and the rows."""

    recipe: Recipe
    train_state: TrainState
    examples: Examples


class Pictured(ABC):
    """Something with a network that can be drawn; a subclass gives three ways to look at it."""

    @abstractmethod
    def view_of(self, x: Any) -> View:
        """Return the network as it stands with the rows `x`; None for no rows."""

    @abstractmethod
    def lesson_of(self, x: Any, y: Any) -> Lesson:
        """Return what training on `x` and `y` would go by. Nothing changes."""

    @abstractmethod
    def draw(self) -> str:
        """Return a drawing of the layers and how they are wired, as SVG."""

    def plot(self, *, units: bool = False, names: Sequence[Sequence[str]] = ((), ())) -> Drawing:
        """Return a drawing of the network: a box a layer, wired as it is.

        With `units`, for a chain of dense layers, a circle for each unit and a line for each
        weight: blue above 0, orange below, the wider the larger; `names` are those of the
        inputs and of the outputs.

        Raises:
            ShapeError: units are wanted of a network that is not such a chain.
        """
        if not units:
            return Drawing(self.draw())
        view = self.view_of(None)
        chain = _dense_chain(view.network)
        sizes = {view.network.inputs[0].name: view.network.inputs[0].shape[0]}
        sizes |= {name: view.network[name].output_shape[0] for name in chain}
        kernels = [np.asarray(view.params[view.network[name].owner]["kernel"]) for name in chain]
        return Drawing(neurons(sizes, kernels, *names))

    def plot_boundary(
        self,
        x: Any,
        y: Any,
        *,
        columns: tuple[int, int] | None = None,
        class_names: Sequence[str] = (),
        feature_names: Sequence[str] = (),
        threshold: float = 0.5,
    ) -> Figure:
        """Return the plane of two features, coloured by the class the model says there.

        A model of more features shows the two in `columns`, the others at their mean over
        `x`. One output says class 1 above `threshold`.

        Raises:
            ShapeError: the model has not two features, and no columns are named.
            DataError: `y` are no classes.
        """
        view = self.view_of(x)
        source = _only(view.network.inputs, "inputs")
        rows = np.asarray(view.inputs[source.name], np.float64)
        first, second = _two_columns(source.shape, columns)
        labels, names = classes_of(y, self._only_output(view), class_names)
        middle = rows.mean(axis=0)

        def answer(points: Float[np.ndarray, "points 2"]) -> Real[np.ndarray, "points outputs"]:
            filled = np.repeat(middle[None], len(points), axis=0)
            filled[:, [first, second]] = points
            given = {source.name: filled.astype(np.float32)}
            return view._replace(inputs=given).outputs()[0].astype(np.float64)

        shown = [feature_names[i] if feature_names else f"x{i + 1}" for i in (first, second)]
        return boundary(answer, rows[:, [first, second]], labels, names, shown, threshold)

    def plot_confusion(
        self, x: Any, y: Any, *, class_names: Sequence[str] = (), threshold: float = 0.5
    ) -> Figure:
        """Return the table of true against predicted class, as counts and shares of the row.

        Raises:
            DataError: `y` are no classes.
        """
        view = self.view_of(x)
        output = self._only_output(view)
        labels, names = classes_of(y, output, class_names)
        said = output[:, 0] > threshold if output.shape[1] == 1 else output.argmax(axis=1)
        return confusion(confusion_matrix(labels, said.astype(np.int64), len(names)), names)

    def plot_precision_recall(self, x: Any, y: Any, *, class_names: Sequence[str] = ()) -> Figure:
        """Return precision against recall over all thresholds, with the area under each curve.

        With two classes it is the curve of class 1; with more, of each against the rest.

        Raises:
            DataError: `y` are no classes, or all of one.
        """
        output = self._only_output(self.view_of(x)).astype(np.float64)
        labels, names = classes_of(y, output, class_names)
        pairs = [(1, output[:, -1])] if len(names) == 2 else list(enumerate(output.T))
        curves, areas = {}, {}
        for index, score in pairs:
            is_one = (labels == index).astype(np.int64)
            if 0 < is_one.sum() < len(is_one):
                found = pr_curve(is_one, score)
                curves[names[index]] = found.x, found.y
                areas[names[index]] = average_precision(is_one, score)
        if not curves:
            what = "Precision and recall need rows of more than one class."
            got = f"only {names[int(labels[0])]!r}"
            raise DataError(explain(what, got=got, expected="two classes or more"))
        base_rate = float(np.mean(labels == 1)) if len(pairs) == 1 else None
        return precision_recall(curves, areas, base_rate)

    def plot_filters(self, layer: Any = None) -> Figure:
        """Return the weights of a convolution, the first if none is named, filter by filter.

        Raises:
            ConfigError: the layer is not there, or has no filters.
        """
        view = self.view_of(None)
        known = [node.name for node in view.network.nodes if _has_filters(node.layer)]
        name = view.node(layer) if layer is not None else (known or [""])[0]
        if name not in known:
            what = f"{'This layer' if layer else 'This model'} has no filters to draw."
            expected = ", ".join(map(view.called, known)) or "a convolution over one or two axes"
            hint = "" if known else "plot(units=True) draws the weights of dense layers"
            got = layer or ", ".join(view.names)
            raise ConfigError(explain(what, got=got, expected=expected, hint=hint))
        return filters(np.asarray(view.params[view.network[name].owner]["kernel"]))

    def plot_activations(self, x: Any, layer: Any, *, row: int = 0) -> Figure:
        """Return a of a layer, with dropout and other noise off.

        A layer of units is drawn as rows by units; one of positions and channels for the
        one `row`, a map a channel.

        Raises:
            ConfigError, ShapeError: there is no such layer, or no such row.
        """
        view = self.view_of(x)
        name = view.node(layer)
        return _pictured_values(view.outputs(name)[0], f"a of {view.called(name)}", row)

    def plot_deltas(self, x: Any, y: Any, layer: Any, *, row: int = 0) -> Figure:
        """Return delta of a layer, how much each row's loss moves when z is nudged.

        They are those of the next training step on these rows, dropout included, drawn as
        `plot_activations` draws a.

        Raises:
            ConfigError, ShapeError: there is no such layer, or no such row.
            StateError: the model is not compiled.
        """
        lesson = self.lesson_of(x, y)
        view = self.view_of(x)
        name = view.node(layer)
        seen = compile_look(lesson.recipe)(lesson.train_state, lesson.examples).signals
        delta = np.asarray(seen["delta"][name], np.float32)
        return _pictured_values(delta, f"delta of {view.called(name)}", row)

    def plot_loss_surface(self, x: Any, y: Any, *, three_d: bool = False, **chosen: Any) -> Figure:
        """Return the loss on a plane of weights, from above or in three dimensions.

        `chosen` are the settings of `loss_surface`: plane, paths, resolution, rows, seed.

        Raises:
            StateError: the model is not compiled.
        """
        surface = loss_surface(self.lesson_of(x, y), x, y, **chosen)
        return surface.plot_3d() if three_d else surface.plot()

    def dropout_masks(self, x: Any, step: int | None = None) -> dict[str, np.ndarray]:
        """Return which elements each dropout layer keeps of the rows `x`, by layer.

        They are the masks of the next training step, or of another one, numbered from 0,
        on a mini-batch of as many rows.

        Shapes:
            each mask  (rows, ...), True where the element is kept

        Raises:
            ConfigError: the model has no dropout.
        """
        view = self.view_of(x)
        if not drops(view.network):
            what = "This model has no dropout layer."
            known = ", ".join(view.names)
            raise ConfigError(explain(what, got=known, expected="Dropout(0.5), for instance"))
        return {view.called(name): mask for name, mask in view.masks(step).items()}

    def _only_output(self, view: View) -> Real[np.ndarray, "rows outputs"]:
        name = _only(view.network.outputs, "outputs")
        output = view.outputs(name)[0]
        if output.ndim != 2:
            what = "Classes are told apart by one output a class, or by one in all."
            got, expected = output.shape, "(rows, classes)"
            raise ShapeError(explain(what, got=got, expected=expected))
        return output


def classes_of(
    y: Any, output: Real[np.ndarray, "rows outputs"], class_names: Sequence[str] = ()
) -> tuple[Int[np.ndarray, " rows"], list[str]]:
    """Return the class of each row as a number, and the names of the classes.

    `y` are numbers from 0, one-hot rows, -1 and 1, or words, which count in ascending order.

    Raises:
        DataError: they are none of these, or fit neither the output nor the names.
    """
    given = np.asarray(y)
    if given.ndim == 2 and given.shape[1] > 1:
        given = given.argmax(axis=1)
    given = given.reshape(-1) if given.ndim == 2 else given
    classes = max(2, output.shape[1])
    if given.dtype.kind in "OSU":
        names = list(class_names) or np.unique(given.astype(str)).tolist()
        place = {name: index for index, name in enumerate(names)}
        labels = np.array([place.get(str(word), -1) for word in given])
    else:
        labels = np.where(given == -1, 0, given) if set(np.unique(given)) <= {-1, 1} else given
        names = list(class_names) or [str(index) for index in range(classes)]
    fits = labels.shape == (len(output),) and len(names) == classes
    if (
        not fits
        or (labels != np.floor(labels)).any()
        or labels.min() < 0
        or labels.max() >= classes
    ):
        what = "y does not hold a class for each row."
        got = f"y {np.shape(y)} for {len(output)} rows, {len(names)} names"
        expected = f"numbers from 0 to {classes - 1}, one-hot rows, or {classes} words"
        raise DataError(explain(what, got=got, expected=expected))
    return labels.astype(np.int64), [str(name) for name in names]


def _pictured_values(values: Real[np.ndarray, "rows ..."], title: str, row: int) -> Figure:
    """Draw rows by units, or what one row has at each position and channel."""
    if values.ndim == 2:
        return matrix(values, Names(title))
    at = row_within(row, len(values))
    one, words = values[at], f"{title}, row {at}"
    if one.ndim == 2:
        return matrix(one.T, Names(words, "channel", "position"))
    if one.ndim == 3:
        return tiles(one, Names(words))
    return matrix(one.reshape(1, -1), Names(words, "", "element"))


def _only(several: Sequence[Any], what: str) -> Any:
    if len(several) == 1:
        return several[0]
    message = f"This picture is of a model with one of its {what}."
    raise ShapeError(explain(message, got=f"{len(several)} {what}", expected=1))


def _two_columns(shape: Sequence[int], columns: tuple[int, int] | None) -> tuple[int, int]:
    if len(shape) == 1 and columns is None and shape[0] == 2:
        return 0, 1
    if len(shape) != 1 or shape[0] < 2 or columns is None:
        what = "A boundary is drawn in the plane of two features."
        got = f"rows of shape {tuple(shape)}"
        table = len(shape) == 1 and shape[0] > 2
        hint = "columns=(0, 1) shows two of them, the others at their mean" if table else ""
        raise ShapeError(explain(what, got=got, expected="(2,)", hint=hint))
    first, second = columns
    if first == second or not all(0 <= column < shape[0] for column in columns):
        what = "A boundary needs two different columns."
        expected = f"two of 0 to {shape[0] - 1}"
        raise ShapeError(explain(what, got=columns, expected=expected))
    return first, second


def _has_filters(layer: Any) -> bool:
    inner = layer.layer if isinstance(layer, InMode) else layer
    is_convolution = isinstance(inner, Convolution | DepthwiseConvolution)
    return is_convolution and type(inner).__name__ != "Conv3D"


def _dense_chain(network: Network) -> list[str]:
    """Return the dense layers of a network that is a chain of them, one after another."""
    before, chain = network.inputs[0].name, []
    fits = len(network.inputs) == 1 and len(network.inputs[0].shape) == 1
    size = network.inputs[0].shape
    for node in network.nodes:
        inner = node.layer.layer if isinstance(node.layer, InMode) else node.layer
        fits = fits and node.inputs == (before,)
        if isinstance(inner, Dense):
            chain.append(node.name)
        else:
            fits = fits and node.output_shape == size  # it works on each unit by itself
        before, size = node.name, node.output_shape
    if not fits or not chain:
        what = "Only a chain of dense layers is drawn unit by unit."
        got = ", ".join(type(node.layer).__name__ for node in network.nodes)
        raise ShapeError(explain(what, got=got, expected="Dense layers", hint="plot() draws any"))
    return chain
