"""Operations of Keras's own: types and shapes, parts of arrays, control of the flow."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.keras.engine.base.eager import as_array
from pellucid.keras.engine.base.partials import Call
from pellucid.keras.engine.base.tensor import KerasTensor, as_tensor, symbols_in
from pellucid.keras.engine.base.variable import Variable, current_scope
from pellucid.keras.engine.operations.operation import apply_operation, part
from pellucid.keras.engine.operations.table import operation, plain_function, value_of

TYPES = {
    "int64": "int32",
    "float64": "float32",
    "int": "int32",
    "float": "float32",
    "half": "float16",
}


def type_name(dtype: Any) -> str:
    """Return the type that computing is done in where `dtype` is asked for."""
    name = str(getattr(dtype, "name", None) or getattr(dtype, "__name__", dtype))
    return TYPES.get(name, name)


@plain_function
def cast(x: Any, dtype: Any) -> Any:
    """Return x in another type."""
    wanted = type_name(dtype)
    return apply_operation("cast", Call.of(_as_type, {"dtype": wanted}), _arrays(x))


def _as_type(x: Any, dtype: str) -> Any:
    return jnp.asarray(x).astype(dtype)


@plain_function
def saturate_cast(x: Any, dtype: Any) -> Any:
    """Return x in another type, values it cannot hold brought to those it can."""
    wanted = type_name(dtype)
    whole = np.issubdtype(np.dtype(wanted), np.integer)
    info: Any = np.iinfo(wanted) if whole else np.finfo(wanted)
    return cast(
        apply_operation("clip", lambda a: jnp.clip(a, info.min, info.max), _arrays(x)), dtype
    )


@plain_function
def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Any:
    """Return x as an array."""
    del sparse, ragged
    if dtype is not None:
        return cast(x, dtype)
    if symbols_in(x):
        return x
    found = as_array(x)
    return found if current_scope() is not None else as_tensor(found)


@plain_function
def array(x: Any, dtype: Any = None) -> Any:
    """Return x as an array."""
    return convert_to_tensor(x, dtype)


@plain_function
def convert_to_numpy(x: Any) -> np.ndarray:
    """Return x as a NumPy array of its own."""
    return np.array(value_of(x))


@plain_function
def is_tensor(x: Any) -> bool:
    """Tell whether x is an array, a symbol or a traced value."""
    return isinstance(x, KerasTensor | np.ndarray | jax.Array)


@plain_function
def shape(x: Any) -> tuple[Any, ...]:
    """Return the sizes of x's axes; None where a symbol does not know."""
    return tuple(x.shape) if hasattr(x, "shape") else np.shape(x)


@plain_function
def ndim(x: Any) -> int:
    """Return how many axes x has."""
    return len(shape(x))


@plain_function
def size(x: Any) -> Any:
    """Return how many numbers x has."""
    return int(np.prod(shape(x)))


@plain_function
def dtype(x: Any) -> str:
    """Return the name of x's type."""
    return str(x.dtype)


@plain_function
def stop_gradient(variable: Any) -> Any:
    """Return the same numbers, as constants to the gradient."""
    return apply_operation("stop_gradient", jax.lax.stop_gradient, _arrays(variable))


@plain_function
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Return the sum of products that the subscripts tell."""
    del kwargs
    return apply_operation("einsum", jnp.einsum, subscripts, *map(_arrays, operands))


@plain_function
def unstack(x: Any, num: int | None = None, axis: int = 0) -> Any:
    """Return the parts of x along an axis, as a list."""
    count = num or x.shape[axis]
    return apply_operation("unstack", Call.of(_parts, {"num": count, "axis": axis}), x)


def _parts(x: Any, num: int, axis: int) -> list[Any]:
    return [jnp.take(x, i, axis) for i in range(num)]


@plain_function
def get_item(x: Any, key: Any) -> Any:
    """Return x[key]."""
    return apply_operation("get_item", part, x, key)


@plain_function
def slice_(inputs: Any, start_indices: Any, shape: Any) -> Any:
    """Return the block of `shape` that begins at `start_indices`."""
    return apply_operation("slice", _block, inputs, start_indices, shape=tuple(shape))


def _block(inputs: Any, start_indices: Any, shape: Any) -> Any:
    return jax.lax.dynamic_slice(inputs, tuple(start_indices), shape)


def _update(inputs: Any, start_indices: Any, updates: Any) -> Any:
    return jax.lax.dynamic_update_slice(inputs, updates, tuple(start_indices))


def _scatter(indices: Any, values: Any, shape: Any) -> Any:
    place = tuple(jnp.moveaxis(indices, -1, 0))
    return jnp.zeros(shape, values.dtype).at[place].add(values)


def _scatter_update(inputs: Any, indices: Any, updates: Any, reduction: Any = None) -> Any:
    at = inputs.at[tuple(jnp.moveaxis(indices, -1, 0))]
    ways = {None: at.set, "add": at.add, "max": at.max, "min": at.min, "mul": at.mul}
    return ways[reduction](updates)


def _no_nan(x1: Any, x2: Any) -> Any:
    some = x2 != 0
    return jnp.where(some, x1 / jnp.where(some, x2, jnp.ones_like(x2)), 0)


def _distances(x: Any, y: Any) -> Any:
    return jnp.sqrt(jnp.sum(jnp.square(x[..., :, None, :] - y[..., None, :, :]), axis=-1))


operation("slice_update(inputs, start_indices, updates)", _update)
operation("scatter(indices, values, shape)", _scatter)
operation("scatter_update(inputs, indices, updates, reduction=None)", _scatter_update)
operation("divide_no_nan(x1, x2)", _no_nan)
operation("cdist(x, y)", _distances)


def _segments(reduce: Callable[..., Any]) -> Callable[..., Any]:
    def reduced(data: Any, segment_ids: Any, num_segments: Any, sorted: bool) -> Any:
        ids = segment_ids.astype("int32")
        return reduce(data, ids, num_segments, indices_are_sorted=sorted)

    return reduced


for _name in ("sum", "max", "min", "prod"):
    operation(
        f"segment_{_name}(data, segment_ids, num_segments=None, sorted=False)",
        _segments(getattr(jax.ops, f"segment_{_name}")),
    )


# Control of the flow: JAX's own, so that it works inside programs


def _run(function: Callable[..., Any], *args: Any) -> Any:
    found = function(*jax.tree.map(lambda x: jnp.asarray(as_array(x)), args))
    return found if current_scope() is not None else jax.tree.map(as_tensor, found)


@plain_function
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """Return what one of two functions gives, as `pred` says."""
    if symbols_in(pred):
        what = "keras.ops.cond on a symbol belongs in the call() of a layer of your own."
        raise TypeError(what)
    return _run(lambda p: jax.lax.cond(p.astype(bool).reshape(()), true_fn, false_fn), pred)


@plain_function
def switch(index: Any, branches: Any, *operands: Any) -> Any:
    """Return what one of several functions gives."""
    return _run(lambda i, *a: jax.lax.switch(i, branches, *a), index, *operands)


@plain_function
def scan(
    f: Any, init: Any, xs: Any = None, length: Any = None, reverse: bool = False, unroll: int = 1
) -> Any:
    """Carry a state along the first axis of xs; return it, and what each step gave."""
    return _run(lambda i, x: jax.lax.scan(f, i, x, length, reverse, unroll), init, xs)


@plain_function
def associative_scan(f: Any, elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """Combine along an axis, in parallel."""
    return _run(lambda e: jax.lax.associative_scan(f, e, reverse, axis), elems)


@plain_function
def map_(f: Any, xs: Any) -> Any:
    """Return what a function gives for each part of xs along the first axis."""
    return _run(lambda x: jax.lax.map(f, x), xs)


@plain_function
def vectorized_map(function: Any, elements: Any) -> Any:
    """Return what a function gives for each part of elements, all at once."""
    return _run(lambda e: jax.vmap(function)(e), elements)


@plain_function
def while_loop(cond: Any, body: Any, loop_vars: Any, maximum_iterations: Any = None) -> Any:
    """Repeat `body` while `cond` says so."""
    single = not isinstance(loop_vars, list | tuple)
    held = (loop_vars,) if single else tuple(loop_vars)

    def going(state: Any) -> Any:
        count, values = state
        within = True if maximum_iterations is None else count < maximum_iterations
        return jnp.logical_and(cond(*values), within)

    def step(state: Any) -> Any:
        count, values = state
        after = body(*values)
        return count + 1, (after,) if single else tuple(after)

    found = _run(lambda v: jax.lax.while_loop(going, step, (0, v))[1], held)
    return found[0] if single else found


@plain_function
def fori_loop(lower: Any, upper: Any, body_fun: Any, init_val: Any) -> Any:
    """Repeat `body_fun(i, value)` for i from lower up to, and not, upper."""
    return _run(lambda v: jax.lax.fori_loop(lower, upper, body_fun, v), init_val)


@plain_function
def custom_gradient(f: Any) -> Any:
    """Return a function whose gradient `f` gives beside its value."""

    @jax.custom_vjp
    def call(*args: Any) -> Any:
        return f(*args)[0]

    def forward(*args: Any) -> Any:
        return f(*args)[0], args

    def backward(args: Any, upstream: Any) -> Any:
        found = f(*args)[1](upstream)
        return tuple(found) if isinstance(found, list | tuple) else (found,)

    call.defvjp(forward, backward)
    return call


def _arrays(x: Any) -> Any:
    if isinstance(x, Variable) or symbols_in(x):
        return x
    return as_array(x)
