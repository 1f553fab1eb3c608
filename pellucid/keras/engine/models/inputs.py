"""Where a model's data come in."""

from typing import Any

from pellucid.keras.engine.base.naming import auto_name
from pellucid.keras.engine.base.tensor import KerasTensor
from pellucid.keras.engine.layers.layer import Layer
from pellucid.keras.engine.layers.node import Node


class InputLayer(Layer):
    """A place in a model that its data fill."""

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: Any = None,
        ragged: Any = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        batch_shape = batch_shape or kwargs.pop("batch_input_shape", None)
        if shape is None and batch_shape is None:
            shape = kwargs.pop("input_shape", None)
        super().__init__(name=name or auto_name("input_layer"), dtype=dtype)
        self.is_named = name is not None
        if batch_shape is None:
            sides = (shape,) if isinstance(shape, int) else tuple(shape or ())
            batch_shape = (batch_size, *sides)
        self.batch_shape = tuple(None if s is None else int(s) for s in batch_shape)
        self.optional, self.built = optional, True
        del sparse, ragged, input_tensor
        symbol = KerasTensor(self.batch_shape, self.dtype, name=self.name)
        Node(self, (), {}, symbol)

    def call(self, inputs: Any = None) -> Any:
        """Return the inputs."""
        return inputs

    def get_config(self) -> dict[str, Any]:
        return {
            "batch_shape": list(self.batch_shape),
            "dtype": self.dtype,
            "sparse": False,
            "ragged": False,
            "name": self.name,
        }


def Input(  # noqa: N802 (Keras's name)
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: Any = None,
    ragged: Any = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
    **kwargs: Any,
) -> KerasTensor:
    """Return the symbol of an input; `shape` leaves out the batch axis."""
    if tensor is not None:
        return tensor
    layer = InputLayer(
        shape, batch_size, dtype, sparse, ragged, batch_shape, None, optional, name, **kwargs
    )
    return layer._inbound_nodes[0].outputs


class InputSpec:
    """What a layer of one's own says about its input: noted, not enforced."""

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: Any = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype, self.name, self.optional = dtype, name, optional
        self.shape = None if shape is None else tuple(shape)
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim, self.min_ndim = max_ndim, min_ndim
        self.axes = dict(axes or {})
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
