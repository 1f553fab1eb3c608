"""Values with identity, and the scope that lends them other values inside a program.

A layer of Keras owns variables; a program of the core knows only arrays. Between the two
stands the variable, whose value is at home here, still to be drawn, or on loan to the
training state of the model that trained it last; and the scope, which gives it a traced
value while a user's own code is compiled.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.base.errors import ShapeError, explain
from pellucid.keras.engine.base.seeds import next_seed
from pellucid.keras.engine.base.tensor import Tensor, as_tensor


class Loan(Protocol):
    """Where the value of a variable is while a training state holds it."""

    def read(self, variable: "Variable") -> Any:
        """Return the value."""
        ...

    def write(self, variable: "Variable", value: Any) -> None:
        """Change the value."""
        ...


class Variable:
    """An array that keeps its identity while its value changes.

    `initializer` is an array, or a function (shape, dtype) -> array that is asked when the
    value is first needed.
    """

    __array_priority__ = 100  # so that array + variable asks the variable

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        del autocast, aggregation, synchronization, kwargs
        self.name = name or "variable"
        self.path = self.name
        self.trainable = trainable
        self.regularizer: Any = None
        self.constraint: Any = None
        self.hidden = False  # whether `weights` leaves it out
        self.loan: Loan | None = None
        self._draw: Callable[[], None] | None = None
        self._settled = False  # whether it has got another value than it was first given
        if callable(initializer) and not hasattr(initializer, "__array__"):
            self._shape = tuple(int(side) for side in (shape or ()))
            self.dtype = str(dtype or "float32")
            self._home: Any = None
            self._draw = lambda: self.settle(initializer(self._shape, dtype=self.dtype), first=True)
        else:
            start = np.asarray(initializer)
            wide = {"float64": "float32", "int64": "int32"}.get(str(start.dtype))
            self.dtype = str(dtype or wide or start.dtype)
            self._home = start.astype(self.dtype)
            self._shape = self._home.shape

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of its axes."""
        return self._shape

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self._shape)

    @property
    def value(self) -> Any:
        """What it holds: a traced array inside a program, a host array elsewhere."""
        for scope in reversed(_open()):
            if self in scope.values:
                return scope.values[self]
            if scope.forms_only:
                return jnp.zeros(self._shape, self.dtype)
        if self.loan is not None:
            return as_tensor(self.loan.read(self))
        return as_tensor(self.home)

    @property
    def home(self) -> Any:
        """The value as kept here, drawn now if it was still to be drawn."""
        if self._draw is not None:
            with jax.ensure_compile_time_eval():  # somebody may be tracing at the time
                self._draw()
        return self._home

    @property
    def drawn(self) -> bool:
        """Whether there is a value yet."""
        return self._draw is None

    @property
    def fresh(self) -> bool:
        """Whether it is as it was first drawn: nobody has trained, loaded or set it."""
        return not self._settled and self.loan is None

    @property
    def awaited(self) -> Callable[[], None] | None:
        """What will settle the value, if it is still to be drawn."""
        return self._draw

    def wait_for(self, draw: Callable[[], None]) -> None:
        """Leave the value to be settled by `draw` when it is first needed."""
        self._draw = draw

    def settle(self, value: Any, *, first: bool = False) -> None:
        """Keep `value` here, on loan no more; `first` if it was drawn, not learnt."""
        self._draw = self.loan = None
        self._home = np.asarray(value)
        self._settled = self._settled or not first

    def assign(self, value: Any) -> Any:
        """Take on `value`; return it.

        Raises:
            ShapeError: it has another shape.
        """
        value = value.value if isinstance(value, Variable) else value
        if tuple(np.shape(value)) != self._shape:
            what = f"The variable {self.path!r} was given a value of another shape."
            raise ShapeError(explain(what, got=np.shape(value), expected=self._shape))
        scopes = _open()
        if scopes:
            scopes[-1].write(self, jnp.asarray(value, self.dtype))
        elif self.loan is not None:
            self.loan.write(self, np.array(value, self.dtype))
        else:
            self.settle(np.array(value, self.dtype))
        return value

    def assign_add(self, value: Any) -> Any:
        """Add `value` to what it holds."""
        return self.assign(self.value + value)

    def assign_sub(self, value: Any) -> Any:
        """Subtract `value` from what it holds."""
        return self.assign(self.value - value)

    def numpy(self) -> np.ndarray:
        """Return a copy of the value as a NumPy array."""
        return np.array(self.value)

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        return np.array(self.value, dtype)

    def __jax_array__(self) -> Any:
        return jnp.asarray(self.value)

    def __getitem__(self, index: Any) -> Any:
        return self.value[index]

    def __len__(self) -> int:
        return self._shape[0]

    def __eq__(self, other: object) -> Any:
        return self is other if isinstance(other, Variable) else self.value == other

    def __hash__(self) -> int:
        return id(self)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __bool__(self) -> bool:
        return bool(self.value)

    def __format__(self, how: str) -> str:
        return format(np.asarray(self.value).item() if how else self, how)

    def __repr__(self) -> str:
        return f"<Variable path={self.path}, shape={self._shape}, dtype={self.dtype}>"


def _forward(name: str) -> Callable[..., Any]:
    def call(self: Variable, *others: Any) -> Any:
        plain = [o.value if isinstance(o, Variable) else o for o in others]
        return getattr(self.value, name)(*plain)

    call.__name__ = name
    return call


for _name in (
    *("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "mod"),
    *("pow", "rpow", "matmul", "rmatmul", "neg", "abs", "lt", "le", "gt", "ge"),
):
    setattr(Variable, f"__{_name}__", _forward(f"__{_name}__"))


class Scope:
    """While open, its variables have the values lent to them, and keep what is assigned."""

    def __init__(
        self,
        values: Mapping[Variable, Any],
        *,
        key: Any = None,
        training: bool = False,
        forms_only: bool = False,
    ) -> None:
        self.values = dict(values)
        self.key, self.training = key, training
        self.forms_only = forms_only  # only shapes are asked for, so that zeros will do
        self.losses: list[Any] = []
        self.masks: dict[int, tuple[Any, Any]] = {}  # by the id of an array, which is held too
        self._keys = 0

    def write(self, variable: Variable, value: Any) -> None:
        """Give `variable` a value for as long as this scope is open."""
        self.values[variable] = value

    def mask_of(self, array: Any) -> Any:
        """Return the mask that goes along with an array, if one does."""
        return self.masks.get(id(array), (None, None))[1]

    def next_key(self) -> Any:
        """Return a key nobody else gets."""
        self._keys += 1
        return jax.random.fold_in(self.key, self._keys)

    def __enter__(self) -> "Scope":
        _open().append(self)
        return self

    def __exit__(self, *problem: object) -> None:
        _open().pop()


def current_scope() -> Scope | None:
    """Return the innermost open scope."""
    return _open()[-1] if _open() else None


def next_key() -> Any:
    """Return a key for one draw: the program's own inside a program, a counted one elsewhere."""
    for scope in reversed(_open()):
        if scope.key is not None:
            return scope.next_key()
    return jax.random.key(next_seed() & 0xFFFFFFFF)


_threads = threading.local()


def _open() -> list[Scope]:
    if not hasattr(_threads, "scopes"):
        _threads.scopes = []
    return _threads.scopes


def tensor_of(value: Any) -> Tensor:
    """Return what a variable or array holds as a host array."""
    return as_tensor(value.value if isinstance(value, Variable) else value)
