"""TensorFlow's tensors as this face has them: host arrays, and names of their types."""

from typing import Any

import ml_dtypes
import numpy as np

from pellucid.keras import ops
from pellucid.keras.engine.base.tensor import KerasTensor, as_tensor
from pellucid.keras.engine.base.tensor import Tensor as Tensor
from pellucid.keras.engine.base.variable import Variable


class DType(str):
    """The name of an array's type, as Keras takes it, with what TensorFlow's has besides."""

    __slots__ = ()

    @property
    def name(self) -> str:
        """The plain name."""
        return str(self)

    @property
    def as_numpy_dtype(self) -> Any:
        """NumPy's scalar type of that name."""
        return ml_dtypes.bfloat16 if self == "bfloat16" else np.dtype(str(self)).type

    @property
    def is_floating(self) -> bool:
        """Whether it counts in floating point."""
        return "float" in self

    @property
    def is_integer(self) -> bool:
        """Whether it counts in whole numbers."""
        return "int" in self


float16, bfloat16 = DType("float16"), DType("bfloat16")
float32, float64 = DType("float32"), DType("float64")
int8, int16, int32, int64 = DType("int8"), DType("int16"), DType("int32"), DType("int64")
uint8, uint16, uint32 = DType("uint8"), DType("uint16"), DType("uint32")
BOOL, STRING = DType("bool"), DType("string")


def as_dtype(dtype: Any) -> DType:
    """Return a type by its name or NumPy's."""
    return DType(dtype if isinstance(dtype, str) else np.dtype(dtype).name)


def constant(value: Any, dtype: Any = None, shape: Any = None, name: str = "Const") -> Any:
    """Return `value` as a tensor: float32 and int32 where TensorFlow would have them."""
    del name
    array = _array(value, dtype)
    if shape is not None:
        whole = array.reshape(shape) if array.size > 1 else np.broadcast_to(array, shape)
        array = np.array(whole)
    return as_tensor(array)


def convert_to_tensor(
    value: Any, dtype: Any = None, dtype_hint: Any = None, name: str | None = None
) -> Any:
    """Return `value` as a tensor; a symbol or a tensor being traced stays itself."""
    del dtype_hint, name
    if isinstance(value, np.ndarray | list | tuple | int | float | str | np.generic | Variable):
        return constant(value, dtype)
    return value if dtype is None else ops.cast(value, str(dtype))


def cast(x: Any, dtype: Any, name: str | None = None) -> Any:
    """Return `x` with another type of number."""
    del name
    if isinstance(x, list | tuple | int | float | np.generic):
        x = np.asarray(x)
    return ops.cast(x, str(as_dtype(dtype)))


def identity(input: Any, name: str | None = None) -> Any:
    """Return the tensor."""
    del name
    return input


def is_tensor(x: Any) -> bool:
    """Tell whether `x` is a tensor, a variable or a symbol; a plain array is not."""
    return isinstance(x, Tensor | Variable | KerasTensor)


def TensorShape(dims: Any) -> tuple[int | None, ...]:  # noqa: N802
    """Return a shape as a tuple, which is what shapes are here."""
    return tuple(dims)


def _array(value: Any, dtype: Any) -> np.ndarray:
    if dtype is not None:
        name = as_dtype(dtype)
        return np.asarray(value, dtype=None if name == "string" else name.as_numpy_dtype)
    array = np.asarray(value)
    if not isinstance(value, np.ndarray | np.generic):
        narrow = {"float64": "float32", "int64": "int32"}.get(array.dtype.name)
        array = array.astype(narrow) if narrow else array
    return array
