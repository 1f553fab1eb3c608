"""TensorFlow's way of making a variable; what it makes is Keras's."""

from typing import Any

from pellucid.keras.engine.base.variable import Variable as KerasVariable
from pellucid.keras.tensorflow.arrays import constant


class Variable(KerasVariable):
    """An array with identity, by TensorFlow's arguments: a start, or a function that gives it.

    Example:
        >>> Variable(initial_value=[1, 2], trainable=False).dtype
        'int32'
    """

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Any = None,
        **named: Any,
    ) -> None:
        del validate_shape, caching_device, variable_def, import_scope, named
        start = initial_value() if callable(initial_value) else initial_value
        value = constant(start, dtype)
        trainable = True if trainable is None else trainable
        super().__init__(value, dtype=str(value.dtype), trainable=trainable, name=name)
        self.constraint = constraint
