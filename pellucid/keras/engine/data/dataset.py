"""A stream of elements that can be read again, with the verbs of `tf.data.Dataset`.

Elements are host tensors, or tuples and dictionaries of them. Rows of arrays in memory travel
as numbers until somebody needs them, so that a batch is one gathering per array.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.keras.engine.base.seeds import next_seed
from pellucid.keras.engine.base.tensor import Tensor, as_tensor
from pellucid.keras.engine.data.streams import Remembered, batches, shuffled, windows
from pellucid.keras.engine.data.structure import as_element, gathered, leaves, over, stacked

AUTOTUNE = -1
INFINITE_CARDINALITY, UNKNOWN_CARDINALITY = -1, -2


@dataclass(frozen=True)
class TensorSpec:
    """The shape and the type that elements have; None stands for a length that may change."""

    shape: tuple[int | None, ...]
    dtype: Any = np.float32
    name: str | None = None


class Stream:
    """Something to read from the beginning, as often as asked: a function that opens it."""

    def __init__(self, opener: Callable[[], Iterable[Any]]) -> None:
        self._opener = opener

    def __iter__(self) -> Iterator[Any]:
        return iter(self._opener())


class Dataset:
    """A stream of elements that can be read again; every verb returns another.

    `prefetch`, `num_parallel_calls` and `deterministic` are accepted and change nothing:
    elements come in order, when they are asked for.
    """

    def __init__(
        self,
        items: Iterable[Any],
        count: int,
        gather: Callable[[Any], Any] | None = None,
        *,
        batch_size: int | None = None,
        varies: bool = False,
    ) -> None:
        self._items = items
        self._count = count
        self._gather = gather  # from row numbers to elements
        self._batch_size = batch_size
        self._varies = varies  # whether batches may differ in length
        self.class_names: list[str] | None = None
        self.file_paths: list[str] | None = None

    # --- where elements come from

    @staticmethod
    def from_tensor_slices(tensors: Any, name: str | None = None) -> "Dataset":
        """Return the rows of arrays: of one, or of a tuple or dictionary of them."""
        del name
        arrays = as_element(tensors)
        lengths = {len(array) if array.ndim else -1 for array in leaves(arrays)}
        if len(lengths) != 1 or -1 in lengths:
            what = "from_tensor_slices(...) needs arrays with equally many rows."
            got = ", ".join(str(array.shape) for array in leaves(arrays)) or "no array"
            raise DataError(explain(what, got=got, expected="the same first length for all"))
        count = lengths.pop()
        return Dataset(range(count), count, lambda rows: gathered(arrays, rows))

    @staticmethod
    def from_tensors(tensors: Any, name: str | None = None) -> "Dataset":
        """Return a data set of this one element."""
        del name
        return Dataset([as_element(tensors)], 1)

    @staticmethod
    def from_generator(
        generator: Any,
        output_types: Any = None,
        output_shapes: Any = None,
        args: Any = (),
        output_signature: Any = None,
        name: str | None = None,
    ) -> "Dataset":
        """Return what a function yields; it is called anew for each reading."""
        del output_shapes, name
        if not callable(generator):
            what = "from_generator(...) needs a function that makes a generator."
            got, hint = type(generator).__name__, "give it the function, without calling it"
            raise ConfigError(explain(what, got=got, expected="a function", hint=hint))
        kinds = output_types if output_signature is None else output_signature

        make: Any = generator

        def items() -> Iterator[Any]:
            for value in make(*(args or ())):
                yield as_element(value) if kinds is None else _typed(kinds, value)

        return Dataset(Stream(items), UNKNOWN_CARDINALITY)

    @staticmethod
    def range(*args: int, output_type: Any = np.int64, name: str | None = None) -> "Dataset":
        """Return whole numbers, as Python's range does."""
        del name
        numbers = np.arange(*map(int, args)).astype(_dtype(output_type))
        return Dataset.from_tensor_slices(numbers)

    @staticmethod
    def zip(*datasets: Any, name: str | None = None) -> "Dataset":
        """Return tuples of the elements of several data sets, as long as all have some."""
        del name
        given = datasets[0] if len(datasets) == 1 else datasets
        parts = list(given) if isinstance(given, tuple | list) else [given]
        known = [len(part) for part in parts if part._count >= 0]
        some = [part._count for part in parts if part._count == UNKNOWN_CARDINALITY]
        count = UNKNOWN_CARDINALITY if some else min(known, default=INFINITE_CARDINALITY)
        varies = any(part._varies for part in parts)
        return Dataset(Stream(lambda: zip(*parts, strict=False)), count, varies=varies)

    # --- the verbs

    def batch(
        self, batch_size: int, drop_remainder: bool = False, *given: Any, **named: Any
    ) -> "Dataset":
        """Return stacks of `batch_size` elements each; the last may have fewer."""
        del given, named
        size = _whole("batch_size", batch_size, 1)
        count = self._count
        if count >= 0:
            count = count // size if drop_remainder else -(-count // size)
        gather = self._gather

        def items() -> Iterator[Any]:
            for part in batches(self._items, size, drop_remainder):
                yield stacked(part) if gather is None else gather(np.asarray(part))

        return Dataset(Stream(items), count, batch_size=size, varies=not drop_remainder)

    def padded_batch(
        self, batch_size: int, padding_values: Any = 0, drop_remainder: bool = False, **named: Any
    ) -> "Dataset":
        """Return stacks whose elements are filled up at the end to the longest of them."""
        del named

        def fill(*parts: np.ndarray) -> Tensor:
            sizes = np.max([part.shape for part in parts], axis=0)
            full = np.full((len(parts), *sizes), padding_values, parts[0].dtype)
            for row, part in zip(full, parts, strict=True):
                row[tuple(slice(length) for length in part.shape)] = part
            return as_tensor(full)

        made = self.batch(batch_size, drop_remainder)
        parts = Stream(lambda: batches(self, batch_size, drop_remainder))
        made._items = Stream(lambda: (over(fill, *part) for part in parts))
        return made

    def unbatch(self) -> "Dataset":
        """Return the rows of the elements, one by one."""

        def items() -> Iterator[Any]:
            for element in self:
                rows = len(next(leaves(element)))
                yield from (gathered(element, row) for row in range(rows))

        return Dataset(Stream(items), UNKNOWN_CARDINALITY)

    def shuffle(
        self,
        buffer_size: int,
        seed: int | None = None,
        reshuffle_each_iteration: bool | None = True,
        name: str | None = None,
    ) -> "Dataset":
        """Return the elements in random order, another one for each reading."""
        del name
        size = _whole("buffer_size", buffer_size, 1)
        start = next_seed() if seed is None else abs(int(seed))
        again = reshuffle_each_iteration is not False
        readings = itertools.count()

        def items() -> Iterator[Any]:
            rng = np.random.default_rng([start, next(readings) if again else 0])
            return shuffled(self._items, size, rng)

        return self._with(Stream(items), self._count)

    def map(self, map_func: Callable[..., Any], *given: Any, **named: Any) -> "Dataset":
        """Return what `map_func` makes of each element; a tuple's parts are its arguments."""
        del given, named
        items = Stream(lambda: (as_element(_call(map_func, element)) for element in self))
        size, varies = self._batch_size, self._varies
        return self._named(Dataset(items, self._count, batch_size=size, varies=varies))

    def filter(self, predicate: Callable[..., Any], name: str | None = None) -> "Dataset":
        """Return the elements of which `predicate` holds."""
        del name
        items = Stream(lambda: (element for element in self if _call(predicate, element)))
        return self._named(Dataset(items, UNKNOWN_CARDINALITY, varies=self._varies))

    def flat_map(self, map_func: Callable[..., Any], name: str | None = None) -> "Dataset":
        """Return the elements of the data sets that `map_func` makes, one after another."""
        del name
        items = Stream(
            lambda: itertools.chain.from_iterable(_call(map_func, element) for element in self)
        )
        return Dataset(items, UNKNOWN_CARDINALITY)

    def window(
        self, size: int, shift: int | None = None, stride: int = 1, drop_remainder: bool = False
    ) -> "Dataset":
        """Return data sets of `size` elements each, which begin `shift` elements apart."""
        step = size if shift is None else shift

        def items() -> Iterator[Any]:
            for part in windows(self, size, step, stride, drop_remainder):
                columns = part[0]
                if isinstance(columns, tuple):
                    rows = zip(*part, strict=True)
                    yield tuple(Dataset(list(row), len(part)) for row in rows)
                else:
                    yield Dataset(part, len(part))

        return Dataset(Stream(items), UNKNOWN_CARDINALITY)

    def repeat(self, count: int | None = None, name: str | None = None) -> "Dataset":
        """Return the elements `count` times over, or without end."""
        del name
        endless = count is None or count < 0
        times = itertools.count() if endless else range(int(count or 0))
        rounds = None if endless else times
        items = Stream(
            lambda: itertools.chain.from_iterable(
                self._items for _ in (itertools.count() if rounds is None else rounds)
            )
        )
        total = self._count if self._count < 0 else self._count * (count or 0)
        return self._with(items, INFINITE_CARDINALITY if endless else total)

    def take(self, count: int, name: str | None = None) -> "Dataset":
        """Return the first elements; all of them if `count` is -1."""
        del name
        if count < 0:
            return self
        known = self._count if self._count >= 0 else count
        total = UNKNOWN_CARDINALITY if self._count == UNKNOWN_CARDINALITY else min(count, known)
        return self._with(Stream(lambda: itertools.islice(self._items, count)), total)

    def skip(self, count: int, name: str | None = None) -> "Dataset":
        """Return all but the first elements; none if `count` is -1."""
        del name
        start = count if count >= 0 else None
        total = self._count if self._count < 0 else max(self._count - (start or 0), 0)
        if start is None:
            return self._with([], 0)
        return self._with(Stream(lambda: itertools.islice(self._items, start, None)), total)

    def shard(self, num_shards: int, index: int, name: str | None = None) -> "Dataset":
        """Return every `num_shards`-th element, beginning with number `index`."""
        del name
        step, start = _whole("num_shards", num_shards, 1), _whole("index", index, 0)
        if start >= step:
            what = "shard(index=...) names no part."
            raise ConfigError(explain(what, got=index, expected=f"0 to {step - 1}"))
        total = self._count if self._count < 0 else len(range(start, self._count, step))
        return self._with(Stream(lambda: itertools.islice(self._items, start, None, step)), total)

    def concatenate(self, dataset: "Dataset", name: str | None = None) -> "Dataset":
        """Return these elements, and then those of another data set."""
        del name
        counts = (self._count, dataset._count)
        total = sum(counts) if min(counts) >= 0 else max(c for c in counts if c < 0)
        items = Stream(lambda: itertools.chain(self, dataset))
        return self._named(Dataset(items, total, varies=self._varies or dataset._varies))

    def enumerate(self, start: int = 0, name: str | None = None) -> "Dataset":
        """Return pairs of a number and an element."""
        del name
        items = Stream(lambda: ((as_tensor(n), e) for n, e in enumerate(self, start)))
        return Dataset(items, self._count)

    def cache(self, filename: str = "", name: str | None = None) -> "Dataset":
        """Return the elements as the first whole reading gave them, kept in memory."""
        del filename, name
        return self._with(Remembered(self._items), self._count)

    def prefetch(self, buffer_size: int = AUTOTUNE, name: str | None = None) -> "Dataset":
        """Return the same elements."""
        del buffer_size, name
        return self

    def with_options(self, options: Any, name: str | None = None) -> "Dataset":
        """Return the same elements."""
        del options, name
        return self

    def apply(self, transformation_func: Callable[["Dataset"], "Dataset"]) -> "Dataset":
        """Return what a function makes of the data set."""
        return transformation_func(self)

    def reduce(self, initial_state: Any, reduce_func: Callable[[Any, Any], Any]) -> Any:
        """Return what comes of `state = reduce_func(state, element)` for all elements."""
        state = as_element(initial_state)
        for element in self:
            state = as_element(reduce_func(state, element))
        return state

    # --- reading

    def __iter__(self) -> Iterator[Any]:
        gather = self._gather
        return iter(self._items) if gather is None else (gather(row) for row in self._items)

    def __len__(self) -> int:
        if self._count < 0:  # a TypeError, because list() and len() of Python expect one
            endless = self._count == INFINITE_CARDINALITY
            what = "This data set has no end." if endless else "How many elements come is unknown."
            expected = "a data set of known length"
            raise TypeError(explain(what, got="len(...)", expected=expected, hint="say take(n)"))
        return self._count

    def __bool__(self) -> bool:
        return True

    def cardinality(self) -> Any:
        """Return how many elements there are: -1 without end, -2 unknown."""
        return as_tensor(np.int64(self._count))

    def as_numpy_iterator(self) -> Iterator[Any]:
        """Return an iterator over the elements as plain arrays."""
        return (over(lambda leaf: np.asarray(leaf)[()], element) for element in self)

    @property
    def element_spec(self) -> Any:
        """The shapes and types of an element, learnt from the first."""
        for element in self:
            return over(self._spec, element)
        what, expected = "An empty data set has no element to describe.", "at least one element"
        raise DataError(explain(what, got="no elements", expected=expected))

    def get_single_element(self) -> Any:
        """Return the first element."""
        return next(iter(self))

    def __repr__(self) -> str:
        told = {INFINITE_CARDINALITY: "endless", UNKNOWN_CARDINALITY: "of unknown length"}
        return f"<Dataset {told.get(self._count, f'of {self._count} elements')}>"

    def _spec(self, leaf: Any) -> Any:
        if isinstance(leaf, Dataset):
            return leaf
        first = (None,) if self._varies and leaf.ndim else leaf.shape[:1]
        return TensorSpec((*first, *leaf.shape[1:]), leaf.dtype)

    def _with(self, items: Iterable[Any], count: int) -> "Dataset":
        size, varies = self._batch_size, self._varies
        return self._named(Dataset(items, count, self._gather, batch_size=size, varies=varies))

    def _named(self, made: "Dataset") -> "Dataset":
        made.class_names, made.file_paths = self.class_names, self.file_paths
        return made


def _call(function: Callable[..., Any], element: Any) -> Any:
    return function(*element) if isinstance(element, tuple) else function(element)


def _typed(kinds: Any, value: Any) -> Any:
    if isinstance(kinds, tuple | list):
        return tuple(_typed(kind, part) for kind, part in zip(kinds, value, strict=True))
    if isinstance(kinds, dict):
        return {name: _typed(kind, value[name]) for name, kind in kinds.items()}
    kind = kinds if isinstance(kinds, type | str) else getattr(kinds, "dtype", kinds)
    return as_tensor(np.asarray(value, _dtype(kind)))


def _dtype(kind: Any) -> Any:
    word = getattr(kind, "name", kind)  # TensorFlow's types are known by their names
    return None if word in ("string", "str") else np.dtype(word)


def _whole(name: str, value: Any, least: int) -> int:
    number = int(value)
    if number < least:
        what = f"{name}={value} is too small."
        raise ConfigError(explain(what, got=value, expected=f"at least {least}"))
    return number
