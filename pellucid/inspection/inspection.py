"""What `model.inspect(x, y)` returns: one step, laid open."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jax
import numpy as np

from pellucid.base.errors import StateError, explain
from pellucid.base.tree import flatten
from pellucid.inspection.asking import (
    Weight,
    node_called,
    row_within,
    unit_within,
    weight_called,
)
from pellucid.inspection.backward_lines import delta_line, gradient_line, update_line
from pellucid.inspection.byhand.backpropagation import ByHand, backpropagate, slope_of
from pellucid.inspection.checking import Check, check
from pellucid.inspection.forward_lines import a_line, z_line
from pellucid.inspection.notation import Letters, formula_of, number
from pellucid.inspection.paths import Paths, paths_of
from pellucid.inspection.replay import Replay, replay
from pellucid.inspection.tables import Table, blocks_of
from pellucid.training.programs import compile_look
from pellucid.training.state import Examples, Recipe, TrainState
from pellucid.training.watch import SIGNALS

LINES = ("z", "a", "delta", "gradient", "update")
SLOPE = "slope"  # f'(z), which is worked out here


@dataclass(frozen=True, eq=False, repr=False)
class Inspection(Mapping[str, Any]):
    """Every quantity of the step that a batch would cause, by name, by row and by formula.

    As a mapping it gives arrays: `seen["delta"]["dense_1"]`, for the signals "z", "a",
    "delta" (by layer, a row for each row of the batch), "slope" (f'(z), where f takes each
    number by itself), "gradient", "update" and "weight" (by layer and parameter). They are
    those of the float32 step itself. What is written out, `line`, `path` and `check`, is
    computed from the same step run again in float64.

    delta is dC/dz for each example: the rows of a batch do not share it. J is the loss of
    the batch, the mean of the costs with penalties. Rows and units count from 0 in
    arguments; in formulas units count from 1, and the input is layer 1.

    Attributes:
        x: The inputs; a mapping by name where there are several.
        y: The targets, likewise.
        loss: J, penalties included.
        first_row: Where the first row stands in the data it was taken from, which headings name.
    """

    recipe: Recipe
    train: TrainState  # on the host, before the step
    batch: Examples
    loss: float
    signals: Mapping[str, Any]
    first_row: int | None = None

    def __getitem__(self, name: str) -> Any:
        if name == SLOPE:
            return self._slopes
        if name not in self.signals:  # a mapping's own error, on its one line
            told = f"there are {', '.join(self)}; all of one layer is layer(name)"
            raise KeyError(f"no signal {name!r}: {told}")
        return self.signals[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*SIGNALS, SLOPE))

    def __len__(self) -> int:
        return len(SIGNALS) + 1

    @property
    def x(self) -> Any:
        """The inputs that were looked at."""
        return _one_or_all(self.batch.inputs)

    @property
    def y(self) -> Any:
        """The targets that they were compared with."""
        return _one_or_all(self.batch.targets)

    @property
    def rows(self) -> int:
        """How many rows were looked at."""
        return len(self.batch)

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the layers, in the order in which they run."""
        return tuple(node.name for node in self.recipe.network.nodes)

    def kind(self, layer: str) -> str:
        """Return what kind of layer this is: "Dense"."""
        return type(node_called(self.recipe.network, layer).layer).__name__

    def formula(self, layer: str) -> str:
        """Return what a layer computes, in the lectures' letters."""
        return formula_of(self._letters, node_called(self.recipe.network, layer))

    def layer(self, name: str) -> dict[str, Any]:
        """Return all arrays of one layer: "x", "z", "a", "slope", "delta", "weight", ...

        Raises:
            StateError: there is no such layer.
        """
        node = node_called(self.recipe.network, name)
        reads = [self._input(source) for source in node.inputs]
        found = {"x": reads[0] if len(reads) == 1 else tuple(reads)}
        for signal in ("z", "a", SLOPE, "delta"):
            if name in self[signal]:
                found[signal] = self[signal][name]
        for signal in ("weight", "gradient", "update"):
            found[signal] = self[signal].get(node.owner, {})
        return found

    def table(self, row: int = 0, layer: str | None = None) -> Table:
        """Return all quantities of one row, of every layer or one, to print or to show.

        Raises:
            ShapeError: there is no such row.
            StateError: there is no such layer.
        """
        network, at = self.recipe.network, row_within(row, self.rows)
        names = self.layers if layer is None else (node_called(network, layer).name,)
        blocks = blocks_of(network, self._letters, self, self.batch.inputs, at, names)
        given = ", ".join(_short(column[at]) for column in self.batch.targets.values())
        which = f"row {self._told(at)}"
        if self.first_row is None:
            which = "one row" if self.rows == 1 else f"row {at} of {self.rows}"
        of_batch = " of the batch" if self.rows > 1 else ""
        head = f"{which}, y = {given}, loss{of_batch} J = {number(self.loss)}"
        return Table(head, blocks)

    def latex(self, row: int = 0, layer: str | None = None) -> str:
        """Return the formulas of one row with the numbers put in, as LaTeX.

        Raises:
            ShapeError, StateError: there is no such row or layer.
        """
        return self.table(row, layer).latex()

    def line(self, signal: str, of: str, unit: Any = 0, row: int = 0) -> str:
        """Return one number written out: its formula, the numbers in it, and the result.

        `signal` is "z", "a" or "delta" of one unit of the layer `of`; a unit of a picture
        is (row, column, channel). Or it is "gradient" or "update" of one weight, and `of`
        is that weight: "dense/kernel[0,1]".

        Raises:
            StateError, ShapeError: there is no such layer, row, unit or weight.
        """
        if signal not in LINES:
            what = f"No line can be written for {signal!r}."
            raise StateError(explain(what, got=signal, expected=", ".join(LINES)))
        if signal in ("gradient", "update"):
            return self._weight_line(signal, of)
        node = node_called(self._step.network, of)
        at = (row_within(row, self.rows), *unit_within(node, unit))
        if signal == "delta":
            return delta_line(self._step, self._hand, self._letters, node, at)
        return (z_line if signal == "z" else a_line)(self._step, self._letters, node, at)

    def path(self, weight: str, row: int | None = 0, most: int = 6) -> Paths:
        """Return dLoss/dw along the paths from a weight to the loss, the `most` largest listed.

        Their sum, for one row, is what that row asks of the weight; with `row` None they
        are those of the whole batch, and the sum is the gradient.

        Raises:
            StateError, ShapeError: there is no such weight or row, or the weight is frozen.
        """
        at = None if row is None else row_within(row, self.rows)
        found = self._moving(weight)
        paths = paths_of(self._step, self._hand, self._letters, found, at, max(1, most))
        return paths if at is None else paths._replace(row=self._told(at))

    def check(self) -> Check:
        """Compare backpropagation by hand, automatic differentiation and finite differences.

        For this network and this batch, layer by layer, all in float64.
        """
        return check(self._step, self.signals, self.recipe.network)

    def __repr__(self) -> str:
        return f"<Inspection: {self.rows} rows through {len(self.layers)} layers, J = {self.loss}>"

    def __str__(self) -> str:
        return str(self.table())

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()

    @functools.cached_property
    def _letters(self) -> Letters:
        return Letters(self.recipe.network)

    @functools.cached_property
    def _step(self) -> Replay:
        return replay(self.recipe, self.train, self.batch)

    @functools.cached_property
    def _hand(self) -> ByHand:
        return backpropagate(self._step)

    @functools.cached_property
    def _slopes(self) -> dict[str, np.ndarray]:
        z, a = self.signals["z"], self.signals["a"]
        found = {n.name: slope_of(n, z[n.name], a[n.name]) for n in self.recipe.network.nodes}
        return {name: slopes for name, slopes in found.items() if slopes is not None}

    def _told(self, at: int) -> int:
        return at + (self.first_row or 0)

    def _input(self, name: str) -> Any:
        return self.batch.inputs[name] if name in self.batch.inputs else self.signals["a"][name]

    def _moving(self, given: str) -> Weight:
        found = weight_called(self.recipe.network, self.train.params, given)
        if found.owner in self.recipe.frozen:
            what = f"The layer {found.owner!r} is frozen: no gradient is taken of its weights."
            hint = f"model.unfreeze({found.owner!r}) first"
            raise StateError(explain(what, got=given, expected="a weight that moves", hint=hint))
        return found

    def _weight_line(self, signal: str, given: str) -> str:
        weight = self._moving(given)
        if signal == "gradient":
            return gradient_line(self._step, self._letters, weight)
        update = float(flatten(self.signals["update"])[weight.path][weight.place])
        rate = float(self.train.learning_rate)
        return update_line(self._step, self._letters, weight, update, rate)


def look(recipe: Recipe, train: TrainState, batch: Examples) -> Inspection:
    """Return the step that a batch would cause, laid open; nothing changes."""
    record = jax.device_get(compile_look(recipe)(train, batch))
    kept = train._replace(memory={})
    # Copies: the next step uses up the device's own arrays.
    host: Any = jax.tree.map(np.array, jax.device_get(kept))
    columns = ({name: np.array(c) for name, c in part.items()} for part in batch[:3])
    # JAX sorts mappings by name; layers are told in the order in which they run.
    order = [node.name for node in recipe.network.nodes]
    signals = {
        signal: {name: record.signals[signal][name] for name in order if name in arrays}
        for signal, arrays in record.signals.items()
    }
    return Inspection(recipe, host, Examples(*columns), float(record.loss), signals)


def _one_or_all(columns: Mapping[str, Any]) -> Any:
    return next(iter(columns.values())) if len(columns) == 1 else dict(columns)


def _short(y: Any) -> str:
    y = np.asarray(y)
    numbers = ", ".join(number(value) for value in y.ravel()[:10])
    more = f", … {y.size - 10} more" if y.size > 10 else ""
    return numbers if y.size == 1 else f"[{numbers}{more}]"
