"""TensorFlow's mathematics where its spelling differs from `keras.ops`, on which it stands."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from pellucid.keras import ops
from pellucid.keras.activations import leaky_relu as _leaky_relu
from pellucid.keras.engine.base.tensor import as_tensor


def _reduction(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of keras.ops that takes TensorFlow's argument names."""

    def reduce(
        input_tensor: Any, axis: Any = None, keepdims: bool = False, name: str | None = None
    ) -> Any:
        del name
        return operation(_numbers(input_tensor), axis=axis, keepdims=keepdims)

    return reduce


def _elementwise(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of keras.ops that does not mind being given a name."""

    def apply(x: Any, name: str | None = None) -> Any:
        del name
        return operation(_numbers(x))

    return apply


reduce_all, reduce_any = _reduction(ops.all), _reduction(ops.any)
reduce_max, reduce_min = _reduction(ops.max), _reduction(ops.min)
reduce_mean, reduce_sum = _reduction(ops.mean), _reduction(ops.sum)
reduce_prod, reduce_logsumexp = _reduction(ops.prod), _reduction(ops.logsumexp)
reduce_std, reduce_variance = _reduction(ops.std), _reduction(ops.var)
log, log1p, negative = _elementwise(ops.log), _elementwise(ops.log1p), _elementwise(ops.negative)
rsqrt, sigmoid = _elementwise(ops.rsqrt), _elementwise(ops.sigmoid)
softplus, erf = _elementwise(ops.softplus), _elementwise(ops.erf)


def add_n(inputs: Sequence[Any]) -> Any:
    """Return the sum of some tensors."""
    first, *others = inputs
    for other in others:
        first = ops.add(first, other)
    return first


def argmax(input: Any, axis: int | None = None, output_type: Any = "int64") -> Any:
    """Return where the greatest is; along the first axis if none is given."""
    return ops.cast(ops.argmax(_numbers(input), axis=axis or 0), _index(output_type))


def argmin(input: Any, axis: int | None = None, output_type: Any = "int64") -> Any:
    """Return where the least is; along the first axis if none is given."""
    return ops.cast(ops.argmin(_numbers(input), axis=axis or 0), _index(output_type))


def argsort(values: Any, axis: int = -1, direction: str = "ASCENDING") -> Any:
    """Return the order that sorts `values`."""
    falling = direction == "DESCENDING"
    return ops.argsort(ops.negative(_numbers(values)) if falling else values, axis=axis)


def sort(values: Any, axis: int = -1, direction: str = "ASCENDING") -> Any:
    """Return `values` sorted."""
    rising = ops.sort(_numbers(values), axis=axis)
    return ops.flip(rising, axis=axis) if direction == "DESCENDING" else rising


def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any) -> Any:
    """Return min(max(t, clip_value_min), clip_value_max)."""
    return ops.minimum(ops.maximum(_numbers(t), clip_value_min), clip_value_max)


def concat(values: Sequence[Any], axis: int) -> Any:
    """Return tensors one after the other along an axis."""
    return ops.concatenate(list(values), axis=axis)


def boolean_mask(tensor: Any, mask: Any) -> Any:
    """Return the parts of a tensor at hand where the mask holds."""
    return as_tensor(np.asarray(tensor)[np.asarray(mask, bool)])


def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None) -> Any:
    """Return t, made shorter where its length is more than `clip_norm`."""
    length = ops.sqrt(ops.sum(ops.square(_numbers(t)), axis=axes, keepdims=True))
    return ops.multiply(t, ops.divide(clip_norm, ops.maximum(length, clip_norm)))


def confusion_matrix(labels: Any, predictions: Any, num_classes: int | None = None) -> Any:
    """Return how often each class (row) was taken for each (column)."""
    y, found = np.asarray(labels).reshape(-1), np.asarray(predictions).reshape(-1)
    classes = int(num_classes or max(y.max(), found.max()) + 1)
    counts = np.zeros((classes, classes), np.int32)
    np.add.at(counts, (y.astype(int), found.astype(int)), 1)
    return as_tensor(counts)


def cumsum(x: Any, axis: int = 0) -> Any:
    """Return the sums so far along an axis."""
    return ops.cumsum(_numbers(x), axis=axis)


def divide(x: Any, y: Any) -> Any:
    """Return x / y."""
    return ops.divide(_numbers(x), _numbers(y))


def divide_no_nan(x: Any, y: Any) -> Any:
    """Return x / y, and 0 where y is 0."""
    return ops.divide_no_nan(_numbers(x), _numbers(y))


def expand_dims(input: Any, axis: int) -> Any:
    """Return the tensor with one more axis, of size 1."""
    return ops.expand_dims(_numbers(input), axis)


def fill(dims: Sequence[int], value: Any) -> Any:
    """Return a tensor of one value."""
    return ops.full(tuple(int(side) for side in dims), value)


def gather(params: Any, indices: Any, axis: int | None = None, batch_dims: int = 0) -> Any:
    """Return the slices of `params` at `indices`."""
    del batch_dims
    return ops.take(_numbers(params), indices, axis=axis or 0)


def l2_normalize(x: Any, axis: Any = None, epsilon: float = 1e-12) -> Any:
    """Return x / sqrt(max(sum(x^2), epsilon))."""
    squares = ops.sum(ops.square(_numbers(x)), axis=axis, keepdims=True)
    return ops.multiply(x, ops.rsqrt(ops.maximum(squares, epsilon)))


def l2_loss(t: Any) -> Any:
    """Return sum(t^2) / 2."""
    return ops.divide(ops.sum(ops.square(t)), 2.0)


def leaky_relu(features: Any, alpha: float = 0.2) -> Any:
    """Return features where they are positive, alpha * features where not."""
    return _leaky_relu(features, negative_slope=alpha)


def linspace(start: Any, stop: Any, num: int) -> Any:
    """Return `num` values at equal distances, both ends among them."""
    return ops.linspace(start, stop, num)


def moments(x: Any, axes: Any, keepdims: bool = False) -> tuple[Any, Any]:
    """Return mean and variance over some axes."""
    return ops.moments(_numbers(x), axes, keepdims=keepdims)


def multiply_no_nan(x: Any, y: Any) -> Any:
    """Return x y, and 0 where y is 0."""
    return ops.where(ops.equal(y, 0.0), 0.0, ops.multiply(x, y))


def one_hot(
    indices: Any, depth: int, on_value: float = 1.0, off_value: float = 0.0, axis: int = -1
) -> Any:
    """Return `on_value` at each index and `off_value` elsewhere."""
    ones = ops.one_hot(_numbers(indices), depth, axis=axis, dtype="float32")
    if (on_value, off_value) == (1.0, 0.0):
        return ones
    return ops.add(ops.multiply(ones, on_value - off_value), off_value)


def pad(tensor: Any, paddings: Any, mode: str = "CONSTANT", constant_values: Any = 0) -> Any:
    """Return the tensor with rims before and after each axis."""
    rims = tuple(tuple(int(n) for n in rim) for rim in np.asarray(paddings))
    named = {"constant_values": constant_values} if mode.lower() == "constant" else {}
    return ops.pad(_numbers(tensor), rims, mode=mode.lower(), **named)


def pow(x: Any, y: Any) -> Any:
    """Return x to the power of y."""
    return ops.power(_numbers(x), y)


def range(start: Any, limit: Any = None, delta: Any = 1, dtype: Any = None) -> Any:
    """Return numbers from `start` (or 0) up to, and without, the limit."""
    begin, end = (0, start) if limit is None else (start, limit)
    return ops.arange(begin, end, delta, dtype=dtype and str(dtype))


def rank(input: Any) -> int:
    """Return how many axes the tensor has."""
    return len(_numbers(input).shape)


def reverse(tensor: Any, axis: Any) -> Any:
    """Return the tensor backwards along some axes."""
    return ops.flip(_numbers(tensor), axis=tuple(axis) if isinstance(axis, list) else axis)


def sequence_mask(lengths: Any, maxlen: int | None = None, dtype: Any = "bool") -> Any:
    """Return, for each length, ones so far and zeros after: (..., maxlen)."""
    longest = int(np.max(lengths)) if maxlen is None else maxlen
    return ops.cast(ops.less(ops.arange(longest), ops.expand_dims(lengths, -1)), str(dtype))


def shape(input: Any, out_type: Any = None) -> Any:
    """Return the sizes of the axes."""
    del out_type
    return ops.shape(_numbers(input))


def size(input: Any) -> Any:
    """Return how many numbers the tensor has."""
    return ops.size(_numbers(input))


def split(value: Any, num_or_size_splits: Any, axis: int = 0) -> Any:
    """Return parts: so many equal ones, or of the sizes given."""
    parts = num_or_size_splits
    if not isinstance(parts, int):
        parts = np.cumsum(parts)[:-1].tolist()
    return ops.split(_numbers(value), parts, axis=axis)


def squared_difference(x: Any, y: Any) -> Any:
    """Return (x - y)^2."""
    return ops.square(ops.subtract(_numbers(x), _numbers(y)))


def squeeze(input: Any, axis: Any = None) -> Any:
    """Return the tensor without its axes of size 1, or without the ones given."""
    return ops.squeeze(_numbers(input), axis=tuple(axis) if isinstance(axis, list) else axis)


def stack(values: Sequence[Any], axis: int = 0) -> Any:
    """Return tensors side by side along a new axis."""
    return ops.stack(list(values), axis=axis)


def unstack(value: Any, num: int | None = None, axis: int = 0) -> Any:
    """Return the slices along an axis as a list."""
    return ops.unstack(_numbers(value), num, axis)


def tile(input: Any, multiples: Any) -> Any:
    """Return the tensor so many times along each axis."""
    return ops.tile(_numbers(input), tuple(int(n) for n in multiples))


def top_k(input: Any, k: int = 1, sorted: bool = True) -> Any:
    """Return the k greatest along the last axis, and where they are."""
    return ops.top_k(_numbers(input), k, sorted=sorted)


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """Return x where the condition holds and y elsewhere; alone, the places where it holds."""
    if x is None:
        return np.argwhere(np.asarray(condition))
    return ops.where(condition, x, y)


def xlogy(x: Any, y: Any) -> Any:
    """Return x log(y), and 0 where x is 0."""
    safe = ops.where(ops.equal(x, 0.0), 1.0, y)
    return ops.multiply(x, ops.log(safe))


def sigmoid_cross_entropy_with_logits(labels: Any, logits: Any) -> Any:
    """Binary cross-entropy of each logit: max(z, 0) - z y + log(1 + exp(-|z|))."""
    spread = ops.log1p(ops.exp(ops.negative(ops.abs(logits))))
    return ops.add(ops.subtract(ops.relu(logits), ops.multiply(logits, labels)), spread)


def softmax_cross_entropy_with_logits(labels: Any, logits: Any, axis: int = -1) -> Any:
    """Cross-entropy of each row of logits: log(sum(exp(z))) sum(y) - y . z."""
    logs = ops.log_softmax(logits, axis=axis)
    return ops.negative(ops.sum(ops.multiply(labels, logs), axis=axis))


def sparse_softmax_cross_entropy_with_logits(labels: Any, logits: Any) -> Any:
    """Cross-entropy of each row of logits with an integer label."""
    hot = ops.one_hot(labels, logits.shape[-1], dtype="float32")
    return softmax_cross_entropy_with_logits(hot, logits)


def _index(dtype: Any) -> str:
    """Return an integer type JAX has without its 64-bit mode."""
    return {"int64": "int32", "uint64": "uint32"}.get(str(dtype), str(dtype))


def _numbers(x: Any) -> Any:
    """Return plain Python numbers as an array of the type TensorFlow would give them."""
    if not isinstance(x, list | tuple | int | float):
        return x
    if isinstance(x, list | tuple) and not _plain(x):
        return ops.stack(list(x))
    array = np.asarray(x)
    narrow = {"float64": "float32", "int64": "int32"}.get(array.dtype.name)
    return array.astype(narrow) if narrow else array


def _plain(values: Any) -> bool:
    """Tell whether nested lists hold plain numbers and arrays only."""
    if isinstance(values, list | tuple):
        return all(_plain(value) for value in values)
    return isinstance(values, int | float | np.generic | np.ndarray)
