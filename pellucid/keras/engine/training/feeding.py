"""From what Keras's verbs are given to rows of arrays, or to a stream of batches of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import jax
import numpy as np

from pellucid.base.errors import DataError, StateError, explain
from pellucid.doctor.chart import Rows as Given
from pellucid.keras.engine.base.seeds import next_seed
from pellucid.keras.engine.base.variable import Variable
from pellucid.keras.engine.data.py_dataset import PyDataset
from pellucid.network.network import Network
from pellucid.training.columns import as_numbers
from pellucid.training.examples import as_examples, as_inputs
from pellucid.training.state import Examples, Recipe


class Rows:
    """Inputs, targets and weights of some rows, for one model."""

    def __init__(
        self,
        model: Any,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: Any = None,
    ) -> None:
        if model._graph is None:
            model.see(_arrays(x))
        self.model = model
        inputs, entries = model.inputs, model.front.entries
        self.columns = [_column(part) for part in model.graph.arranged(_listed(x, len(inputs)))]
        self.x = model.front.passed(self.columns)  # as the compiled program takes it
        self.y, self.sample_weight, self.class_weight = y, sample_weight, class_weight
        self.shapes = tuple(
            _sides(symbol, column) for symbol, column in zip(entries, self.x, strict=True)
        )

    def __len__(self) -> int:
        return len(self.x[0])

    def part(self, first: int, last: int | None) -> Rows:
        """Return the rows from `first` up to `last`."""
        return self.taken(slice(first, last))

    def taken(self, where: Any) -> Rows:
        """Return the rows at `where`: a slice, or their numbers."""
        x = [column[where] for column in self.columns]
        y = jax.tree.map(lambda column: column[where], self._structured(self.y))
        weight = jax.tree.map(lambda column: column[where], self._structured(self.sample_weight))
        return Rows(self.model, x if len(x) > 1 else x[0], y, weight, self.class_weight)

    def inputs(self, network: Network) -> dict[str, np.ndarray]:
        """Return the inputs as `network` names them."""
        return as_inputs(network, self._by_source(network))

    def examples(self, recipe: Recipe, *, finite: bool = True) -> Examples:
        """Return the rows as what a recipe trains on; x must be `finite`, as a rule.

        Raises:
            DataError, ShapeError: they cannot be learnt from.
        """
        network, names = recipe.network, self.model.output_names
        ends = dict(zip(names, network.outputs, strict=True))
        y = self._targets(recipe, ends)
        weight = _renamed(self._structured(self.sample_weight), ends)
        if isinstance(weight, list) and len(weight) == len(ends):
            pairs = zip(ends.values(), weight, strict=True)
            weight = {end: part for end, part in pairs if part is not None}
        classes = _renamed(self.class_weight, ends)
        x = self._by_source(network)
        return as_examples(recipe, x, y, weight, classes, finite=finite)

    def given(self, recipe: Recipe) -> Given:
        """Return inputs and targets by their names in the network, as they were given."""
        ends = dict(zip(self.model.output_names, recipe.network.outputs, strict=True))
        y = self._targets(recipe, ends)
        if not isinstance(y, dict):
            y = {} if y is None else {recipe.judged[0]: y}
        return Given(self._by_source(recipe.network), y)

    def _targets(self, recipe: Recipe, ends: dict[str, str]) -> Any:
        """Return the targets of the outputs that are judged, by their names in the network."""
        y = self._structured(self.y)
        judged = recipe.judged
        if y is None or not judged:  # all that is learnt from is what layers add to the loss
            return None
        if isinstance(y, dict):
            renamed = _renamed(y, ends)
            return {
                name: target
                for name, target in renamed.items()
                if name in judged or name not in ends.values()
            }
        if isinstance(y, list | tuple) and len(y) == len(ends):
            pairs = zip(ends.values(), y, strict=True)
            return {end: target for end, target in pairs if end in judged}
        return y

    def _by_source(self, network: Network) -> dict[str, np.ndarray]:
        names = [source.name for source in network.inputs]
        return dict(zip(names, self.x, strict=True))

    def _structured(self, given: Any) -> Any:
        """Return targets or weights as arrays in the structure of the outputs."""
        if given is None:
            return None
        if isinstance(given, dict):
            return {name: _column(part) for name, part in given.items()}
        outputs = len(self.model.outputs)
        if isinstance(given, list | tuple) and outputs > 1:
            return [None if part is None else _column(part) for part in given]
        return _column(given[0] if _are_arrays(given) and len(given) == 1 else given)


class Stream:
    """Batches that come one after another, from something that can be gone through."""

    def __init__(self, model: Any, source: Any, class_weight: Any = None) -> None:
        self.model, self.source, self.class_weight = model, source, class_weight
        self._open: Iterator[Any] | None = None  # a pass that has begun
        self._seen = 0  # batches of it
        self._once = hasattr(source, "__next__") and not isinstance(source, PyDataset)
        if model._graph is None:
            self._peek()

    def __len__(self) -> int:
        """Return how many batches an epoch has; 0 where nobody knows."""
        try:
            return len(self.source)
        except TypeError:
            return 0

    def batches(self, steps: int | None = None) -> Iterator[Rows]:
        """Give the batches of one pass; or the next `steps`, fewer where a pass ends."""
        for item in self._pass() if steps is None else self._next(steps):
            yield self._rows(item)

    def end_epoch(self) -> None:
        """Tell the source that an epoch is over."""
        ended = getattr(self.source, "on_epoch_end", None)
        if ended is not None:
            ended()

    def _pass(self) -> Iterable[Any]:
        if self._once:
            if self._open is None:
                self._open = iter(self.source)
            return self._open
        if self._open is not None:
            opened, self._open = self._open, None
            return opened
        return _gone_through(self.source)

    def _next(self, steps: int) -> Iterator[Any]:
        """Go on where the last call ended; the pass after its end begins with the next call."""
        if self._open is None:
            self._open = iter(_gone_through(self.source))
        left = len(self) - self._seen if len(self) else steps
        for item in itertools.islice(self._open, min(steps, left)):
            self._seen += 1
            yield item
        if len(self) and self._seen >= len(self) and not self._once:
            self._open, self._seen = None, 0

    def _peek(self) -> None:
        """Let the model see the first batch, which stays the first."""
        opened = iter(_gone_through(self.source))
        first = next(opened, None)
        if first is None:
            what = "There is no batch to learn from."
            raise DataError(explain(what, got="0 batches", expected="at least one"))
        self._rows(first)
        self._open = itertools.chain([first], opened)

    def _rows(self, item: Any) -> Rows:
        parts = item if isinstance(item, tuple) else (item,)
        x, y, weight = (*parts, None, None)[:3]
        return Rows(self.model, x, y, weight, self.class_weight)


class Batches:
    """Rows in batches, in a new order for each pass if they are to be shuffled."""

    def __init__(self, rows: Rows, size: int, *, shuffle: bool) -> None:
        self.rows, self.size, self.shuffle = rows, size, shuffle
        self.random = np.random.default_rng(next_seed())

    def __len__(self) -> int:
        return -(-len(self.rows) // self.size)

    def __iter__(self) -> Iterator[Any]:
        count = len(self.rows)
        order = self.random.permutation(count) if self.shuffle else np.arange(count)
        for first in range(0, count, self.size):
            part = self.rows.taken(order[first : first + self.size])
            x = part.columns
            yield (x if len(x) > 1 else x[0]), part.y, part.sample_weight


def as_feed(
    model: Any,
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    class_weight: Any = None,
) -> Any:
    """Return what a verb was given as rows, or as a stream.

    Raises:
        StateError: targets are given beside a stream, which brings its own.
    """
    if not is_stream(x):
        return Rows(model, x, y, sample_weight, class_weight)
    if y is not None or sample_weight is not None:
        what = "Targets and weights come with the batches; they cannot be given beside them."
        got = "y" if y is not None else "sample_weight"
        raise StateError(explain(what, got=got, expected="x alone, giving (x, y) batches"))
    return Stream(model, x, class_weight)


def is_stream(x: Any) -> bool:
    """Tell whether `x` gives batches one after another, rather than being arrays."""
    if isinstance(x, PyDataset) or hasattr(x, "__next__"):
        return True
    if isinstance(x, list | tuple | dict | str | np.ndarray | Variable) or hasattr(x, "shape"):
        return False
    indexed = hasattr(x, "__getitem__") and hasattr(x, "__len__")
    return (hasattr(x, "__iter__") or indexed) and not hasattr(x, "to_numpy")


def _gone_through(source: Any) -> Iterable[Any]:
    """Return one pass through a source."""
    if not hasattr(source, "__iter__") or (isinstance(source, PyDataset)):
        count = len(source)
        return (source[i] for i in range(count))
    return source


def _listed(x: Any, inputs: int) -> Any:
    """Return inputs given as rows of a list as an array, and several as they are."""
    if isinstance(x, list | tuple) and inputs == 1 and not (len(x) == 1 and _are_arrays(x)):
        return _column(x)
    return x


def _are_arrays(given: Any) -> bool:
    """Tell whether this is a list of arrays, rather than a row or rows written out."""
    listed = isinstance(given, list | tuple) and len(given) > 0
    return listed and all(hasattr(part, "shape") and np.ndim(part) > 0 for part in given)


def _arrays(x: Any) -> Any:
    """Return inputs as arrays, in the structure in which they were given."""
    if isinstance(x, dict):
        return {name: _column(part) for name, part in x.items()}
    return [_column(part) for part in x] if _are_arrays(x) else _column(x)


def _column(given: Any) -> Any:
    """Return an array of rows, without a copy where it is one."""
    if isinstance(given, Variable):
        return given.numpy()
    if hasattr(given, "detach"):  # a tensor of PyTorch
        given = given.detach().cpu().numpy()
    if hasattr(given, "toarray"):
        given = given.toarray()
    if hasattr(given, "to_numpy"):
        given = given.to_numpy()
    try:
        return np.asarray(given)
    except ValueError:
        return as_numbers(given, "The data")  # which says why they are none


def _sides(symbol: Any, column: np.ndarray) -> tuple[int, ...]:
    """Return the shape of a row: the model's, and the array's where the model leaves it open."""
    sides, actual = symbol.shape[1:], column.shape[1:]
    if len(actual) == len(sides) - 1 and sides[-1] in (1, None):
        actual = (*actual, 1)
    if len(actual) != len(sides):
        return tuple(side or 1 for side in sides)
    return tuple(int(a if s is None else s) for s, a in zip(sides, actual, strict=True))


def _renamed(given: Any, ends: dict[str, str]) -> Any:
    """Return a mapping by output with the network's names for the outputs."""
    if not isinstance(given, dict) or not any(name in ends for name in given):
        return given
    return {ends.get(name, name): value for name, value in given.items()}
