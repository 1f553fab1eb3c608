"""Operations of neural networks and of linear algebra."""

from typing import Any

import jax
import jax.numpy as jnp

from pellucid.functions import activations
from pellucid.keras.engine.base.settings import epsilon
from pellucid.keras.engine.operations.table import operation, same_names

ACTIVATIONS = """
relu(x) relu6(x) sigmoid(x) softplus(x) softsign(x) silu(x) swish(x) log_sigmoid(x)
leaky_relu(x,negative_slope=0.2) hard_sigmoid(x) hard_silu(x) hard_swish(x) elu(x,alpha=1.0)
selu(x) celu(x,alpha=1.0) gelu(x,approximate=True) softmax(x,axis=-1) log_softmax(x,axis=-1)
hard_tanh(x) hard_shrink(x,threshold=0.5) soft_shrink(x,threshold=0.5) tanh_shrink(x) glu(x,axis=-1)
sparse_plus(x) sparse_sigmoid(x) sparsemax(x,axis=-1) squareplus(x,b=4)
threshold(x,threshold,default_value) mish(x)
"""
LINEAR = """
cholesky(x,upper=False) det(x) eig(x) eigh(x) inv(x) matrix_rank(x,tol=None)
norm(x,ord=None,axis=None,keepdims=False) pinv(x,rcond=None) qr(x,mode='reduced')
slogdet(x) svd(x,full_matrices=True,compute_uv=True)
"""
same_names(ACTIVATIONS, activations, {"swish": "silu", "hard_swish": "hard_silu"})
same_names(LINEAR, jnp.linalg, {})
operation(
    "solve(a, b)",
    lambda a, b: (
        jnp.linalg.solve(a, b[..., None])[..., 0] if b.ndim < a.ndim else jnp.linalg.solve(a, b)
    ),
)
operation("lstsq(a, b, rcond=None)", lambda a, b, rcond: jnp.linalg.lstsq(a, b, rcond)[0])
operation(
    "solve_triangular(a, b, lower=False)",
    lambda a, b, lower: jax.scipy.linalg.solve_triangular(a, b, lower=lower),
)
operation("logdet(x)", lambda x: jnp.linalg.slogdet(x)[1])
operation("lu_factor(x)", jax.scipy.linalg.lu_factor)
operation("erf(x)", jax.lax.erf)
operation("erfc(x)", jax.lax.erfc)
operation("erfinv(x)", jax.lax.erf_inv)
operation("rsqrt(x)", jax.lax.rsqrt)
operation(
    "logsumexp(x, axis=None, keepdims=False)",
    lambda x, axis, keepdims: jax.nn.logsumexp(x, axis=axis, keepdims=keepdims),
)


def _one_hot(x: Any, num_classes: Any, axis: int, dtype: Any, sparse: bool) -> Any:
    del sparse
    return jax.nn.one_hot(x.astype("int32"), num_classes, dtype=dtype or "float32", axis=axis)


def _multi_hot(
    inputs: Any, num_classes: Any, axis: int, dtype: Any, sparse: bool, **more: Any
) -> Any:
    classes = more.get("num_tokens", num_classes)
    rows = _one_hot(inputs, classes, axis, dtype, sparse)
    return jnp.max(rows, axis=1 if inputs.ndim > 1 else 0)


def _top_k(x: Any, k: int, sorted: bool) -> Any:
    del sorted
    return jax.lax.top_k(x, k)


def _in_top_k(targets: Any, predictions: Any, k: int) -> Any:
    at_label = jnp.take_along_axis(predictions, targets[..., None], axis=-1)
    return jnp.sum(predictions > at_label, axis=-1) < k


def _binary(target: Any, output: Any, from_logits: bool) -> Any:
    y = target.astype(output.dtype)
    if from_logits:
        return y * jax.nn.softplus(-output) + (1 - y) * jax.nn.softplus(output)
    a = jnp.clip(output, epsilon(), 1 - epsilon())
    return -(y * jnp.log(a) + (1 - y) * jnp.log(1 - a))


def _categorical(target: Any, output: Any, from_logits: bool, axis: int) -> Any:
    return -jnp.sum(target.astype(output.dtype) * _log(output, from_logits, axis), axis=axis)


def _sparse(target: Any, output: Any, from_logits: bool, axis: int) -> Any:
    if target.ndim == output.ndim and target.shape[axis] == 1:
        target = target.squeeze(axis)
    classes = output.shape[axis]
    rows = jax.nn.one_hot(target.astype("int32"), classes, dtype=output.dtype, axis=axis)
    return -jnp.sum(rows * _log(output, from_logits, axis), axis=axis)


def _log(output: Any, from_logits: bool, axis: int) -> Any:
    if from_logits:
        return jax.nn.log_softmax(output, axis=axis)
    a = output / jnp.sum(output, axis=axis, keepdims=True)
    return jnp.log(jnp.clip(a, epsilon(), 1 - epsilon()))


def _normalized(x: Any, axis: Any, order: int, epsilon: float | None) -> Any:
    length = jnp.linalg.norm(x, ord=order, axis=axis, keepdims=True)
    return x / jnp.maximum(length, 1e-7 if epsilon is None else epsilon)


def _moments(x: Any, axes: Any, keepdims: bool, synchronized: bool) -> Any:
    del synchronized
    axes = tuple(axes) if isinstance(axes, list) else axes
    return jnp.mean(x, axes, keepdims=keepdims), jnp.var(x, axes, keepdims=keepdims)


def _batch_normal(
    x: Any, mean: Any, variance: Any, axis: int, offset: Any, scale: Any, epsilon: float
) -> Any:
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]
    factor = jax.lax.rsqrt(variance.reshape(shape) + epsilon)
    factor = factor if scale is None else factor * scale.reshape(shape)
    moved = (x - mean.reshape(shape)) * factor
    return moved if offset is None else moved + offset.reshape(shape)


def _layer_normal(
    x: Any, gamma: Any, beta: Any, axis: Any, epsilon: float | None, **more: Any
) -> Any:
    del more
    mean, spread = jnp.mean(x, axis, keepdims=True), jnp.var(x, axis, keepdims=True)
    z = (x - mean) * jax.lax.rsqrt(spread + (1e-3 if epsilon is None else epsilon))
    z = z if gamma is None else z * gamma
    return z if beta is None else z + beta


def _attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    **more: Any,
) -> Any:
    del more
    given = {"bias": bias, "mask": mask, "scale": scale, "is_causal": is_causal}
    return jax.nn.dot_product_attention(query, key, value, **given)


operation("one_hot(x, num_classes, axis=-1, dtype=None, sparse=False)", _one_hot)
operation(
    "multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False, **kwargs)", _multi_hot
)
operation("top_k(x, k, sorted=True)", _top_k)
operation("in_top_k(targets, predictions, k)", _in_top_k)
operation("binary_crossentropy(target, output, from_logits=False)", _binary)
operation("categorical_crossentropy(target, output, from_logits=False, axis=-1)", _categorical)
operation("sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1)", _sparse)
operation("normalize(x, axis=-1, order=2, epsilon=None)", _normalized)
operation("moments(x, axes, keepdims=False, synchronized=False)", _moments)
operation(
    "batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=0.001)",
    _batch_normal,
)
operation(
    "layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None, **kwargs)", _layer_normal
)
operation(
    "dot_product_attention(query, key, value, bias=None, mask=None, scale=None, is_causal=False, "
    "flash_attention=None, attn_logits_soft_cap=None)",
    _attention,
)
