"""Numbers and words put into bins, and bins written as rows of zeros and ones."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, StateError, explain
from pellucid.keras.engine.layers.hashing import farm_fingerprint, siphash

OUTPUT_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
OLD_MODES = {"binary": "multi_hot", "tf-idf": "tf_idf"}
NOTHING = -1  # the index of what is to be left out
FEWEST_POINTS = 1.0


def output_mode_of(owner: str, mode: str, allowed: Sequence[str] = OUTPUT_MODES[:-1]) -> str:
    """Return an output mode by its present name.

    Raises:
        ConfigError: there is no such mode.
    """
    name = OLD_MODES.get(mode, mode)
    if name not in allowed:
        what = f"{owner}(output_mode=...) has a value it cannot have."
        raise ConfigError(explain(what, got=repr(mode), expected=", ".join(allowed)))
    return name


def encoded(indices: Any, mode: str, depth: int, weights: np.ndarray | None = None) -> np.ndarray:
    """Return indices as rows of `depth` numbers; an index outside 0 ... depth - 1 adds nothing.

    "one_hot" has a row for each index (a last axis of 1 is dropped); the others one for each
    sample: the last axis of `indices`, or a list. "count" counts, "tf_idf" counts times
    weights, "multi_hot" says whether there is any. In float32.
    """
    if isinstance(indices, list):
        lengths = [len(part) for part in indices]
        flat = np.concatenate([np.zeros(0, np.int64), *indices]).astype(np.int64)
        sample, shape = np.repeat(np.arange(len(indices)), lengths), (len(indices),)
    else:
        array = np.asarray(indices, np.int64)
        if mode == "one_hot":
            array = array[..., 0] if array.ndim > 1 and array.shape[-1] == 1 else array
            array = array[..., None]
        elif array.ndim == 0:
            array = array[None]
        flat, shape = array.reshape(-1), array.shape[:-1]
        sample = np.repeat(np.arange(int(np.prod(shape))), array.shape[-1])
    inside = (flat >= 0) & (flat < depth)
    rows = np.zeros((int(np.prod(shape)), depth), np.float32)
    np.add.at(rows, (sample[inside], flat[inside]), 1.0)
    if mode == "multi_hot":
        rows = np.minimum(rows, 1.0)
    elif mode == "tf_idf" and weights is not None:
        rows = rows * np.asarray(weights, np.float32)
    return rows.reshape(*shape, depth)


class Hasher:
    """Puts words and whole numbers into bins by a hash: the bins of Keras's Hashing layer."""

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
    ) -> None:
        if num_bins is None or num_bins < 1:
            what = "Hashing(num_bins=...) is out of range."
            raise ConfigError(explain(what, got=num_bins, expected="at least 1"))
        self.num_bins = num_bins
        self.mask_value = mask_value
        self.salt = salt_of("Hashing", salt)
        self.output_mode = output_mode_of("Hashing", output_mode)

    def __call__(self, x: Any) -> np.ndarray:
        """Return the bin of each value, or rows of zeros and ones."""
        values = np.asarray(x)
        flat = values.reshape(-1)
        words, places = np.unique(texts_of(flat), return_inverse=True)
        bins = self.num_bins
        masked = np.zeros(flat.shape, bool)
        if self.mask_value is not None and bins > 1:  # bin 0 is the mask's
            bins -= 1
            masked = np.asarray(flat == self.mask_value)
        numbers = np.array([bucket(word, bins, self.salt) for word in words], np.int64)
        found = numbers[places] if len(words) else np.zeros(0, np.int64)
        if self.mask_value is not None and self.num_bins > 1:
            found = np.where(masked, 0, found + 1)
        found = found.reshape(values.shape)
        if self.output_mode == "int":
            return found
        return encoded(found, self.output_mode, self.num_bins)


def salt_of(owner: str, salt: Any) -> tuple[int, int] | None:
    """Return a salt as two numbers.

    Raises:
        ConfigError: it is neither one number nor two.
    """
    if salt is None:
        return None
    pair = (salt, salt) if isinstance(salt, int) else tuple(salt)
    if len(pair) != 2:
        what = f"{owner}(salt=...) has a value it cannot have."
        raise ConfigError(explain(what, got=salt, expected="a number, or two"))
    return int(pair[0]), int(pair[1])


def bucket(word: str, buckets: int, salt: tuple[int, int] | None) -> int:
    """Return the hash of a word below `buckets`: FarmHash, or SipHash under a salt."""
    data = word.encode()
    return (farm_fingerprint(data) if salt is None else siphash(data, salt)) % buckets


def texts_of(values: np.ndarray) -> np.ndarray:
    """Return values as texts, floats as whole numbers, bytes as the words they spell."""
    if values.dtype.kind == "f":
        values = values.astype(np.int64)
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8")
    if values.dtype.kind == "O":
        words = [v.decode() if isinstance(v, bytes) else str(v) for v in values.reshape(-1)]
        return np.asarray(words, str).reshape(values.shape)
    return values.astype(str)


class Bins:
    """Puts numbers between boundaries: given ones, or quantiles of what it has seen.

    Quantiles come from a summary of about 1 / epsilon points, so that batches of any number
    can be seen; the same numbers as Keras's Discretization.
    """

    def __init__(
        self,
        bin_boundaries: Sequence[float] | None = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
    ) -> None:
        if (bin_boundaries is None) == (num_bins is None) or (num_bins or 0) < 0:
            what = "Discretization(...) takes bin_boundaries or num_bins."
            got = f"bin_boundaries={bin_boundaries}, num_bins={num_bins}"
            raise ConfigError(explain(what, got=got, expected="one of them"))
        self.bin_boundaries = None if bin_boundaries is None else list(bin_boundaries)
        self.num_bins = num_bins
        self.epsilon = epsilon
        self.output_mode = output_mode_of("Discretization", output_mode)
        self.reset_state()

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn boundaries from an array, or from an iterable of batches.

        Raises:
            ConfigError: the boundaries were given.
        """
        if self.num_bins is None:
            what, hint = "This Discretization has its boundaries.", "say num_bins instead"
            got, expected = "bin_boundaries", "num_bins"
            raise ConfigError(explain(what, got=got, expected=expected, hint=hint))
        self.reset_state()
        for batch in batches_of(data, steps):
            self.update_state(batch)
        self.finalize_state()

    def reset_state(self) -> None:
        """Forget what was seen."""
        self.summary = np.zeros((2, 0), np.float32)

    def update_state(self, data: Any) -> None:
        """Take some more numbers into the summary."""
        values = np.sort(np.asarray(data, np.float32).reshape(-1))
        step = max(len(values) * self.epsilon, FEWEST_POINTS)
        points = values[int(step - 1) :: int(step)]
        new = np.stack([points, np.full_like(points, step)])
        both = np.concatenate([new, self.summary], axis=1)
        self.summary = _shortened(both[:, np.argsort(both[0])], self.epsilon)

    def finalize_state(self) -> None:
        """Turn the summary into boundaries."""
        if self.num_bins is not None:
            self.bin_boundaries = _shortened(self.summary, 1.0 / self.num_bins)[0, :-1].tolist()

    def __call__(self, x: Any) -> np.ndarray:
        """Return the number of each value's bin, or rows of zeros and ones.

        Raises:
            StateError: there are no boundaries yet.
        """
        if self.bin_boundaries is None:
            what, hint = "This Discretization has no boundaries yet.", "call adapt(data) first"
            raise StateError(explain(what, got="no data", expected="adapt(...)", hint=hint))
        found = np.digitize(np.asarray(x), self.bin_boundaries)
        if self.output_mode == "int":
            return found.astype(np.int32)
        return encoded(found, self.output_mode, len(self.bin_boundaries) + 1)


def batches_of(data: Any, steps: int | None = None) -> Iterable[Any]:
    """Return the batches of what `adapt` was given: an array is one."""
    if isinstance(data, list | tuple | np.ndarray | str) or hasattr(data, "__array__"):
        return [data]
    return itertools.islice(data, steps)


def _shortened(summary: np.ndarray, epsilon: float) -> np.ndarray:
    """Return a summary (values, weights) as about 1 / epsilon points of equal weight."""
    if summary.shape[1] * epsilon < 1:
        return summary
    shares = epsilon + np.arange(0.0, 1.0, epsilon)
    totals = summary[1].cumsum()
    seen = totals / totals[-1]
    values = np.interp(shares, seen, summary[0])
    weights = np.diff(np.interp(shares, seen, totals), prepend=0.0)
    return np.stack([values, weights]).astype(np.float32)
