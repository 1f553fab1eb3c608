"""Operations with windows: convolution and pooling, on one, two or three axes."""

from typing import Any

import jax
import jax.numpy as jnp

from pellucid.keras.engine.base.settings import standardize_data_format
from pellucid.keras.engine.operations.table import operation

AXES = "DHW"


def _each(value: Any, axes: int) -> tuple[int, ...]:
    return (value,) * axes if isinstance(value, int) else tuple(value)


def _convolved(
    inputs: Any,
    kernel: Any,
    strides: Any,
    padding: str,
    data_format: Any,
    dilation_rate: Any,
    depthwise: bool = False,
) -> Any:
    axes = inputs.ndim - 2
    letters = AXES[-axes:]
    last = standardize_data_format(data_format) == "channels_last"
    form = f"N{letters}C" if last else f"NC{letters}"
    channels = inputs.shape[-1 if last else 1]
    if depthwise:
        kernel = kernel.reshape(*kernel.shape[:-2], 1, -1)
    return jax.lax.conv_general_dilated(
        inputs,
        kernel,
        _each(strides, axes),
        padding.upper(),
        rhs_dilation=_each(dilation_rate, axes),
        dimension_numbers=(form, f"{letters}IO", form),
        feature_group_count=channels if depthwise else channels // kernel.shape[-2],
    )


def _depthwise(inputs: Any, kernel: Any, **settings: Any) -> Any:
    return _convolved(inputs, kernel, **settings, depthwise=True)


def _separable(inputs: Any, depthwise_kernel: Any, pointwise_kernel: Any, **settings: Any) -> Any:
    between = _depthwise(inputs, depthwise_kernel, **settings)
    plain = {**settings, "strides": 1, "dilation_rate": 1, "padding": "valid"}
    return _convolved(between, pointwise_kernel, **plain)


def _windows(x: Any, pool_size: Any, strides: Any, data_format: Any) -> tuple[Any, Any]:
    axes = x.ndim - 2
    sides = _each(pool_size, axes)
    steps = sides if strides is None else _each(strides, axes)
    last = standardize_data_format(data_format) == "channels_last"
    return ((1, *sides, 1), (1, *steps, 1)) if last else ((1, 1, *sides), (1, 1, *steps))


def _largest(inputs: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    window, steps = _windows(inputs, pool_size, strides, data_format)
    return jax.lax.reduce_window(
        inputs, -jnp.inf, jax.lax.max, window, steps, padding.upper()
    ).astype(inputs.dtype)


def _average(inputs: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    window, steps = _windows(inputs, pool_size, strides, data_format)

    def total(x: Any) -> Any:
        return jax.lax.reduce_window(x, 0.0, jax.lax.add, window, steps, padding.upper())

    return total(inputs) / total(jnp.ones_like(inputs))


_REST = "strides=1, padding='valid', data_format=None, dilation_rate=1"
_POOL = "pool_size, strides=None, padding='valid', data_format=None"
operation(f"conv(inputs, kernel, {_REST})", _convolved)
operation(f"depthwise_conv(inputs, kernel, {_REST})", _depthwise)
operation(f"separable_conv(inputs, depthwise_kernel, pointwise_kernel, {_REST})", _separable)
operation(f"max_pool(inputs, {_POOL})", _largest)
operation(f"average_pool(inputs, {_POOL})", _average)
