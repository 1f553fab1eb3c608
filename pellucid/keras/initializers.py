"""Initializers as Keras spells them: `initializer(shape, dtype)` gives an array."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.functions import initializers as core
from pellucid.keras.engine.base.materials import Draw, StartOfArray
from pellucid.keras.engine.base.seeds import next_seed
from pellucid.keras.engine.base.settings import floatx
from pellucid.keras.engine.base.tensor import as_tensor
from pellucid.keras.engine.base.variable import Variable, current_scope, next_key
from pellucid.keras.engine.objects.own_initializer import OwnInitializer
from pellucid.keras.engine.objects.rooms import Room
from pellucid.keras.engine.objects.settled import Settled
from pellucid.keras.engine.objects.spoken import spoken

ROOM = Room("initializer", "initializers")
FANS = "seed=None, input_axes=None, output_axes=None"


class Initializer(Settled):
    """How a weight starts. One of your own needs `__call__(shape, dtype=None)`."""

    @abstractmethod
    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        """Return an array of `shape`."""

    @property
    def core(self) -> core.Initializer:
        """The initializer of the core that does the same."""
        return OwnInitializer(self)

    def clone(self) -> Any:
        """Return an equal initializer."""
        return type(self).from_config(self.get_config())


class Translated(Initializer):
    """An initializer of Keras whose arithmetic is the core's."""

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        del kwargs
        sides = (shape,) if isinstance(shape, int) else tuple(int(side) for side in shape)
        start = StartOfArray(self._core(), sides, _type_name(dtype))
        if current_scope() is not None:
            return start(next_key())
        variable = Variable(lambda *_, **__: None, sides, start.dtype)
        Draw(start, next_seed(), variable).leave()
        return as_tensor(variable.value)

    @property
    def core(self) -> core.Initializer:
        own = type(self).__call__ is not Translated.__call__
        return OwnInitializer(self) if own else self._core()


class Function(Initializer):
    """A plain function (shape, dtype) -> array, as an initializer."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__name__ = getattr(function, "__name__", "function")

    def __call__(self, shape: Any, dtype: Any = None, **kwargs: Any) -> Any:
        return self.function(shape, dtype=dtype, **kwargs)


def _type_name(dtype: Any) -> str:
    if dtype is None:
        return floatx()
    return dtype if isinstance(dtype, str) else np.dtype(dtype).name


def _made(line: str, core_class: type, *names: str) -> Any:
    return ROOM.file(spoken(Translated, line, core_class), *names)


ROOM.file(Initializer)
Zeros = _made("Zeros()", core.Zeros, "zero")
Ones = _made("Ones()", core.Ones, "one")
Constant = _made("Constant(value=0.0)", core.Constant)
Identity = _made("Identity(gain=1.0)", core.Identity, "IdentityInitializer", "eye")
RandomNormal = _made("RandomNormal(mean=0.0, stddev=0.05, seed=None)", core.RandomNormal, "normal")
RandomUniform = _made(
    "RandomUniform(minval=-0.05, maxval=0.05, seed=None)", core.RandomUniform, "uniform"
)
TruncatedNormal = _made("TruncatedNormal(mean=0.0, stddev=0.05, seed=None)", core.TruncatedNormal)
VarianceScaling = _made(
    f"VarianceScaling(scale=1.0, mode='fan_in', distribution='truncated_normal', {FANS})",
    core.VarianceScaling,
)
GlorotUniform = _made(f"GlorotUniform({FANS})", core.GlorotUniform, "xavier_uniform")
GlorotNormal = _made(f"GlorotNormal({FANS})", core.GlorotNormal, "xavier_normal")
HeNormal = _made(f"HeNormal({FANS})", core.HeNormal)
HeUniform = _made(f"HeUniform({FANS})", core.HeUniform)
LecunNormal = _made(f"LecunNormal({FANS})", core.LecunNormal)
LecunUniform = _made(f"LecunUniform({FANS})", core.LecunUniform)
Orthogonal = _made("Orthogonal(gain=1.0, seed=None)", core.Orthogonal, "OrthogonalInitializer")

zeros, ones, constant, identity = Zeros, Ones, Constant, Identity
zero, one, normal, uniform = Zeros, Ones, RandomNormal, RandomUniform
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
variance_scaling, orthogonal = VarianceScaling, Orthogonal
glorot_uniform, glorot_normal = GlorotUniform, GlorotNormal
he_normal, he_uniform = HeNormal, HeUniform
lecun_normal, lecun_uniform = LecunNormal, LecunUniform
IdentityInitializer, OrthogonalInitializer = Identity, Orthogonal


def get(identifier: Any) -> Any:
    """Return the initializer meant by a name, a class, a description, a function or itself."""
    if identifier is None:
        return None
    if isinstance(identifier, int | float) and not isinstance(identifier, bool):
        return Constant(identifier)
    found = ROOM.get(identifier)
    return found if isinstance(found, Initializer) else _wrapped(found)


def _wrapped(thing: Any) -> Any:
    """Return a function as an initializer; what has `core` of its own stays."""
    return thing if hasattr(thing, "core") else Function(thing)


def serialize(initializer: Any) -> Any:
    """Return the description that Keras's files hold."""
    return ROOM.serialize(getattr(initializer, "function", initializer))


def deserialize(config: Any, custom_objects: Any = None) -> Any:
    """Return the initializer that a description means."""
    return ROOM.deserialize(config, custom_objects)
