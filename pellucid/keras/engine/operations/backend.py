"""The functions of Keras 1's and 2's backend, `K.mean` and so on, by their old arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras import random
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.settings import epsilon, floatx
from pellucid.keras.engine.base.tensor import as_tensor
from pellucid.keras.engine.base.variable import Variable
from pellucid.keras.engine.objects.spoken import arguments, signature_of
from pellucid.keras.engine.operations.operation import apply_operation
from pellucid.keras.engine.operations.table import value_of
from pellucid.keras.ops import TABLE as OPS

TABLE: dict[str, Callable[..., Any]] = {}

# Old name and arguments = the operation, and what of it is called otherwise today.
_RENAMED = """
abs(x)=abs sqrt(x)=sqrt square(x)=square exp(x)=exp log(x)=log sign(x)=sign round(x)=round
sin(x)=sin cos(x)=cos tanh(x)=tanh sigmoid(x)=sigmoid hard_sigmoid(x)=hard_sigmoid
softplus(x)=softplus softsign(x)=softsign softmax(x,axis=-1)=softmax elu(x,alpha=1.0)=elu
pow(x,a)=power maximum(x,y)=maximum minimum(x,y)=minimum equal(x,y)=equal
not_equal(x,y)=not_equal greater(x,y)=greater greater_equal(x,y)=greater_equal less(x,y)=less
less_equal(x,y)=less_equal dot(x,y)=matmul transpose(x)=transpose
mean(x,axis=None,keepdims=False)=mean sum(x,axis=None,keepdims=False)=sum
prod(x,axis=None,keepdims=False)=prod max(x,axis=None,keepdims=False)=max
min(x,axis=None,keepdims=False)=min std(x,axis=None,keepdims=False)=std
var(x,axis=None,keepdims=False)=var any(x,axis=None,keepdims=False)=any
all(x,axis=None,keepdims=False)=all argmax(x,axis=-1)=argmax argmin(x,axis=-1)=argmin
cumsum(x,axis=0)=cumsum cumprod(x,axis=0)=cumprod logsumexp(x,axis=None,keepdims=False)=logsumexp
clip(x,min_value,max_value)=clip cast(x,dtype)=cast concatenate(tensors,axis=-1)=concatenate
stack(x,axis=0)=stack reshape(x,shape)=reshape permute_dimensions(x,pattern)=transpose
expand_dims(x,axis=-1)=expand_dims squeeze(x,axis)=squeeze gather(reference,indices)=take_0
one_hot(indices,num_classes)=one_hot stop_gradient(variables)=stop_gradient
repeat_elements(x,rep,axis)=repeat
tile(x,n)=tile reverse(x,axes)=flip arange(start,stop=None,step=1,dtype='int32')=arange
ndim(x)=ndim zeros_like(x,dtype=None)=zeros_like ones_like(x,dtype=None)=ones_like
"""


def _renamed(line: str, new: str) -> None:
    name, _, rest = line.partition("(")
    signature = signature_of(rest[:-1].replace(",", ", "))

    def call(*args: Any, **kwargs: Any) -> Any:
        kwargs.pop("name", None)
        given = list(arguments(name, signature, args, kwargs).values())
        while given and given[-1] is None:
            given.pop()
        return OPS["take"](*given, 0) if new == "take_0" else OPS[new](*given)

    _file(call, name, f"Return what keras.ops.{new} gives: {line}.")


def _file(function: Callable[..., Any], name: str = "", about: str = "") -> Callable[..., Any]:
    function.__name__ = name or function.__name__
    function.__doc__ = about or function.__doc__
    TABLE[name or function.__name__] = function
    return function


for _line in _RENAMED.split():
    _old, _, _new = _line.rpartition("=")
    _renamed(_old, _new)


@_file
def relu(x: Any, alpha: float = 0.0, max_value: Any = None, threshold: float = 0.0) -> Any:
    """Return x above the threshold, and alpha times what is below it."""

    def cut(z: Any) -> Any:
        above = jnp.where(z > threshold, z, alpha * (z - threshold))
        return above if max_value is None else jnp.minimum(above, max_value)

    return apply_operation("relu", cut, x)


@_file
def flatten(x: Any) -> Any:
    """Return x as one row of numbers."""
    return OPS["reshape"](x, (-1,))


@_file
def batch_flatten(x: Any) -> Any:
    """Return x as one row of numbers an example."""
    return apply_operation("batch_flatten", lambda a: a.reshape(len(a), -1), x)


@_file
def batch_dot(x: Any, y: Any, axes: Any = None) -> Any:
    """Return the products of examples: over axis `axes` of x and of y."""

    def dot(a: Any, b: Any) -> Any:
        one, two = (
            axes
            if isinstance(axes, list | tuple)
            else ((axes, axes) if axes is not None else (a.ndim - 1, max(b.ndim - 2, 1)))
        )
        found = jax.vmap(lambda p, q: jnp.tensordot(p, q, ((one - 1,), (two - 1,))))(a, b)
        return found[:, None] if found.ndim == 1 else found

    return apply_operation("batch_dot", dot, x, y)


@_file
def l2_normalize(x: Any, axis: Any = None) -> Any:
    """Return x with a length of 1 along an axis."""

    def unit(a: Any) -> Any:
        square = jnp.sum(jnp.square(a), axis=axis, keepdims=True)
        return a / jnp.sqrt(jnp.maximum(square, epsilon()))

    return apply_operation("l2_normalize", unit, x)


@_file
def dropout(x: Any, level: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Return x with a share of it 0, and the rest larger for it."""
    return random.dropout(x, level, noise_shape, seed)


@_file
def cast_to_floatx(x: Any) -> Any:
    """Return x in the usual type of floats."""
    return OPS["cast"](x, floatx())


@_file
def shape(x: Any) -> Any:
    """Return the sizes of x's axes."""
    return OPS["shape"](x)


@_file
def int_shape(x: Any) -> Any:
    """Return the sizes of x's axes; None where they are not known."""
    return OPS["shape"](x)


@_file
def count_params(x: Any) -> int:
    """Return how many numbers x has."""
    return int(np.prod(x.shape))


@_file
def dtype(x: Any) -> str:
    """Return the name of x's type."""
    return str(x.dtype)


@_file
def is_tensor(x: Any) -> bool:
    """Tell whether x is an array, a symbol or a traced value."""
    return OPS["is_tensor"](x)


@_file
def switch(condition: Any, then_expression: Any, else_expression: Any) -> Any:
    """Return one of two values, place by place, as the condition says."""
    one, two = (e() if callable(e) else e for e in (then_expression, else_expression))

    def choose(c: Any, a: Any, b: Any) -> Any:
        c = jnp.asarray(c)
        more = max(jnp.ndim(a) - c.ndim, 0)
        return jnp.where(c.reshape(*c.shape, *(1,) * more).astype(bool), a, b)

    return apply_operation("switch", choose, condition, one, two)


@_file
def in_train_phase(x: Any, alt: Any, training: Any = None) -> Any:
    """Return x in training and `alt` otherwise."""
    chosen = x if training else alt
    return chosen() if callable(chosen) else chosen


# Values


@_file
def variable(value: Any, dtype: Any = None, name: str | None = None, constraint: Any = None) -> Any:
    """Return a variable with a first value."""
    made = Variable(np.asarray(value, dtype or floatx()), name=name)
    made.constraint = constraint
    return made


@_file
def constant(value: Any, dtype: Any = None, shape: Any = None, name: str | None = None) -> Any:
    """Return an array of given numbers."""
    del name
    array = np.asarray(value, dtype or floatx())
    return as_tensor(array if shape is None else np.broadcast_to(array, shape))


@_file
def zeros(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Return zeros."""
    del name
    return OPS["zeros"](shape, dtype)


@_file
def ones(shape: Any, dtype: Any = None, name: str | None = None) -> Any:
    """Return ones."""
    del name
    return OPS["ones"](shape, dtype)


@_file
def eye(size: int, dtype: Any = None, name: str | None = None) -> Any:
    """Return the identity matrix."""
    del name
    return OPS["eye"](size, dtype=dtype)


@_file
def get_value(x: Any) -> Any:
    """Return what a variable or array holds, as NumPy has it."""
    return np.array(value_of(x))[()]


@_file
def eval(x: Any) -> Any:
    """Return what a variable or array holds, as NumPy has it."""
    return get_value(x)


@_file
def batch_get_value(tensors: Any) -> list[Any]:
    """Return what several variables hold."""
    return [get_value(x) for x in tensors]


@_file
def set_value(x: Any, value: Any) -> None:
    """Give a variable another value."""
    x.assign(np.asarray(value))


@_file
def batch_set_value(tuples: Any) -> None:
    """Give several variables other values."""
    for x, value in tuples:
        set_value(x, value)


@_file
def update(x: Any, new_x: Any) -> Any:
    """Give a variable another value."""
    return x.assign(new_x)


@_file
def update_add(x: Any, increment: Any) -> Any:
    """Add to a variable."""
    return x.assign_add(increment)


@_file
def update_sub(x: Any, decrement: Any) -> Any:
    """Subtract from a variable."""
    return x.assign_sub(decrement)


@_file
def moving_average_update(x: Any, value: Any, momentum: float) -> Any:
    """Bring a variable nearer to a value: x <- momentum x + (1 - momentum) value."""
    return x.assign(value_of(x) * momentum + value * (1 - momentum))


# Losses, with the targets first, as K has them


@_file
def binary_crossentropy(target: Any, output: Any, from_logits: bool = False) -> Any:
    """Return the cost of each number."""
    return OPS["binary_crossentropy"](target, output, from_logits)


@_file
def categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """Return the cost of each row of probabilities."""
    return OPS["categorical_crossentropy"](target, output, from_logits, axis)


@_file
def sparse_categorical_crossentropy(
    target: Any, output: Any, from_logits: bool = False, axis: int = -1
) -> Any:
    """Return the cost of each row of probabilities, targets being classes."""
    return OPS["sparse_categorical_crossentropy"](target, output, from_logits, axis)


# Random numbers


@_file
def random_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Return normal numbers."""
    return random.normal(shape, mean, stddev, dtype, seed)


@_file
def random_uniform(
    shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Return numbers from `minval` to `maxval`."""
    return random.uniform(shape, minval, maxval, dtype, seed)


@_file
def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Return normal numbers within two standard deviations."""
    return random.truncated_normal(shape, mean, stddev, dtype, seed)


@_file
def random_bernoulli(shape: Any, p: float = 0.0, dtype: Any = None, seed: Any = None) -> Any:
    """Return ones with probability p, and zeros."""
    return OPS["cast"](random.uniform(shape, seed=seed) < p, dtype or floatx())


TABLE["random_normal_variable"] = lambda shape, mean, scale, dtype=None, name=None, seed=None: (
    variable(random.normal(shape, mean, scale, seed=seed), dtype, name)
)


# What there was before 3 and cannot be now


@_file
def learning_phase() -> int:
    """Return 0: whether a layer trains is what its `training` argument says."""
    hint("learning_phase", "K.learning_phase() is 0 here: use the training argument of call()")
    return 0


@_file
def set_learning_phase(value: int) -> None:
    """Do nothing: whether a layer trains is what its `training` argument says."""
    del value
    hint("learning_phase", "K.set_learning_phase() has no effect: use the argument training=")


def _gone(name: str, tip: str) -> None:
    def refuse(*args: Any, **kwargs: Any) -> Any:
        del args, kwargs
        what = f"K.{name} needs a graph of TensorFlow 1, which there is none of here."
        raise ConfigError(explain(what, got=f"K.{name}(...)", expected="no graph", hint=tip))

    _file(refuse, name, f"Refuse, and say what to do: {tip}.")


_gone("gradients", "use jax.grad on a function, or let fit() do it")
_gone("placeholder", "use Input(shape)")
_gone("get_session", "delete the line: nothing here has sessions")
_gone("set_session", "delete the line: nothing here has sessions")
_gone("rnn", "use the layer RNN, or keras.ops.scan")
