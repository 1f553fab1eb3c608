"""Operations that NumPy has, too."""

from typing import Any

import jax
import jax.numpy as jnp

from pellucid.keras.engine.base.settings import floatx
from pellucid.keras.engine.base.tensor import as_tensor
from pellucid.keras.engine.base.variable import current_scope
from pellucid.keras.engine.operations.table import operation, plain_function, same_names

EACH = """
abs(x) absolute(x) angle(x) arccos(x) arccosh(x) arcsin(x) arcsinh(x) arctan(x) arctanh(x)
bitwise_invert(x) bitwise_not(x) cbrt(x) ceil(x) conj(x) conjugate(x) copy(x) corrcoef(x) cos(x)
cosh(x) deg2rad(x) exp(x) exp2(x) expm1(x) fabs(x) fliplr(x) flipud(x) floor(x) i0(x) imag(x)
isfinite(x) isinf(x) isnan(x) isneginf(x) isposinf(x) isreal(x) log(x) log10(x) log1p(x) log2(x)
logical_not(x) negative(x) rad2deg(x) ravel(x) real(x) reciprocal(x) sign(x) signbit(x) sin(x)
sinc(x) sinh(x) sqrt(x) square(x) tan(x) tanh(x) trunc(x) bartlett(x) blackman(x) hamming(x)
hanning(x) kaiser(x,beta)
"""
PAIRS = """
add(x1,x2) arctan2(x1,x2) bitwise_and(x,y) bitwise_left_shift(x,y) bitwise_or(x,y)
bitwise_right_shift(x,y) bitwise_xor(x,y) divide(x1,x2) dot(x1,x2) equal(x1,x2)
floor_divide(x1,x2) fmax(x1,x2) fmin(x1,x2) fmod(x1,x2) gcd(x1,x2) greater(x1,x2)
greater_equal(x1,x2) heaviside(x1,x2) hypot(x1,x2) inner(x1,x2) kron(x1,x2) lcm(x1,x2)
ldexp(x1,x2) left_shift(x,y) less(x1,x2) less_equal(x1,x2) logaddexp(x1,x2) logaddexp2(x1,x2)
logical_and(x1,x2) logical_or(x1,x2) logical_xor(x1,x2) matmul(x1,x2) maximum(x1,x2)
minimum(x1,x2) mod(x1,x2) multiply(x1,x2) nextafter(x1,x2) not_equal(x1,x2) outer(x1,x2)
power(x1,x2) right_shift(x,y) subtract(x1,x2) true_divide(x1,x2) vdot(x1,x2)
allclose(x1,x2,rtol=1e-05,atol=1e-08,equal_nan=False)
isclose(x1,x2,rtol=1e-05,atol=1e-08,equal_nan=False) append(x1,x2,axis=None)
correlate(x1,x2,mode='valid') isin(x1,x2,assume_unique=False,invert=False)
cross(x1,x2,axisa=-1,axisb=-1,axisc=-1,axis=None) tensordot(x1,x2,axes=2)
"""
ALONG = """
all(x,axis=None,keepdims=False) amax(x,axis=None,keepdims=False)
amin(x,axis=None,keepdims=False) any(x,axis=None,keepdims=False)
argmax(x,axis=None,keepdims=False) argmin(x,axis=None,keepdims=False) argpartition(x,kth,axis=-1)
argsort(x,axis=-1) average(x,axis=None,weights=None) count_nonzero(x,axis=None)
cumprod(x,axis=None,dtype=None) cumsum(x,axis=None,dtype=None) diff(a,n=1,axis=-1)
flip(x,axis=None) max(x,axis=None,keepdims=False,initial=None) mean(x,axis=None,keepdims=False)
median(x,axis=None,keepdims=False) min(x,axis=None,keepdims=False,initial=None)
nanargmax(x,axis=None,keepdims=False) nanargmin(x,axis=None,keepdims=False)
nancumprod(x,axis=None,dtype=None) nancumsum(x,axis=None,dtype=None)
nanmax(x,axis=None,keepdims=False) nanmean(x,axis=None,keepdims=False)
nanmedian(x,axis=None,keepdims=False) nanmin(x,axis=None,keepdims=False)
nanpercentile(x,q,axis=None,method='linear',keepdims=False) nanprod(x,axis=None,keepdims=False)
nanquantile(x,q,axis=None,method='linear',keepdims=False) nanstd(x,axis=None,keepdims=False)
nansum(x,axis=None,keepdims=False) nanvar(x,axis=None,keepdims=False)
percentile(x,q,axis=None,method='linear',keepdims=False)
prod(x,axis=None,keepdims=False,dtype=None) ptp(x,axis=None,keepdims=False)
quantile(x,q,axis=None,method='linear',keepdims=False) sort(x,axis=-1)
std(x,axis=None,keepdims=False) sum(x,axis=None,keepdims=False)
trapezoid(y,x=None,dx=1.0,axis=-1) var(x,axis=None,keepdims=False)
"""
FORM = """
array_split(x,indices_or_sections,axis=0) broadcast_to(x,shape) clip(x,x_min,x_max)
concatenate(xs,axis=0) diag(x,k=0) diagflat(x,k=0) diagonal(x,offset=0,axis1=0,axis2=1)
digitize(x,bins) dsplit(x,indices_or_sections) dstack(xs) expand_dims(x,axis)
hsplit(x,indices_or_sections) hstack(xs) moveaxis(x,source,destination)
nan_to_num(x,nan=0.0,posinf=None,neginf=None) ones_like(x,dtype=None)
repeat(x,repeats,axis=None) reshape(x,newshape) roll(x,shift,axis=None)
rot90(array,k=1,axes=(0,1)) round(x,decimals=0) split(x,indices_or_sections,axis=0)
squeeze(x,axis=None) stack(x,axis=0) swapaxes(x,axis1,axis2) take(x,indices,axis=None)
take_along_axis(x,indices,axis=None) tile(x,repeats) trace(x,offset=0,axis1=0,axis2=1)
transpose(x,axes=None) tril(x,k=0) triu(x,k=0) unravel_index(indices,shape)
vander(x,N=None,increasing=False) vsplit(x,indices_or_sections) vstack(xs)
where(condition,x1=None,x2=None) zeros_like(x,dtype=None) full_like(x,fill_value,dtype=None)
empty_like(x,dtype=None) select(condlist,choicelist,default=0) nonzero(x)
histogram(x,bins=10,range=None)
"""
OTHERS = {"bitwise_left_shift": "left_shift", "bitwise_right_shift": "right_shift"}
for _lines in (EACH, PAIRS, ALONG, FORM):
    same_names(_lines, jnp, OTHERS)


def _searched(sorted_sequence: Any, values: Any, side: str = "left") -> Any:
    return jnp.searchsorted(sorted_sequence, values, side=side)


def _padded(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Any:
    more = {} if constant_values is None else {"constant_values": constant_values}
    return jnp.pad(x, pad_width, mode, **more)


def _counted(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Any:
    del sparse
    if x.ndim == 1:
        return jnp.bincount(x, weights=weights, minlength=minlength)
    length = max(minlength, int(jnp.max(x)) + 1)
    rows = [
        jnp.bincount(row, None if weights is None else weights[i], minlength=length)
        for i, row in enumerate(x)
    ]
    return jnp.stack(rows)


operation("searchsorted(sorted_sequence, values, side='left')", _searched)
operation("pad(x, pad_width, mode='constant', constant_values=None)", _padded)
operation("bincount(x, weights=None, minlength=0, sparse=False)", _counted)


def _made(name: str, value: Any) -> Any:
    del name
    return value if current_scope() is not None else as_tensor(value)


def _type(dtype: Any, default: str | None = None) -> Any:
    narrow = {"int64": "int32", "float64": "float32", "int": "int32", "float": "float32"}
    name = str(getattr(dtype, "name", None) or getattr(dtype, "__name__", dtype))
    return (default or floatx()) if dtype is None else narrow.get(name, name)


@plain_function
def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Any:
    """Return the numbers from start up to, and not, stop."""
    kind = None if dtype is None else _type(dtype)
    return _made("arange", jnp.arange(start, stop, step, dtype=kind))


@plain_function
def zeros(shape: Any, dtype: Any = None) -> Any:
    """Return zeros."""
    return _made("zeros", jnp.zeros(shape, _type(dtype)))


@plain_function
def ones(shape: Any, dtype: Any = None) -> Any:
    """Return ones."""
    return _made("ones", jnp.ones(shape, _type(dtype)))


@plain_function
def empty(shape: Any, dtype: Any = None) -> Any:
    """Return an array of any numbers: zeros."""
    return zeros(shape, dtype)


@plain_function
def full(shape: Any, fill_value: Any, dtype: Any = None) -> Any:
    """Return an array of one number."""
    return _made("full", jnp.full(shape, fill_value, None if dtype is None else _type(dtype)))


@plain_function
def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:  # noqa: N803
    """Return ones on a diagonal and zeros elsewhere."""
    return _made("eye", jnp.eye(N, M, k, dtype=_type(dtype)))


@plain_function
def identity(n: int, dtype: Any = None) -> Any:
    """Return the identity matrix."""
    return eye(n, dtype=dtype)


@plain_function
def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Any:  # noqa: N803
    """Return ones on and below a diagonal, and zeros above."""
    return _made("tri", jnp.tri(N, M, k, dtype=_type(dtype)))


@plain_function
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Return evenly spaced numbers."""
    found = jnp.linspace(start, stop, num, endpoint, retstep, dtype and _type(dtype), axis)
    return jax.tree.map(lambda x: _made("linspace", x), found)


@plain_function
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Return numbers evenly spaced on a scale of powers of `base`."""
    kind = dtype and _type(dtype)
    return _made("logspace", jnp.logspace(start, stop, num, endpoint, base, kind, axis))


@plain_function
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """Return numbers each the same factor from the last."""
    kind = dtype and _type(dtype)
    return _made("geomspace", jnp.geomspace(start, stop, num, endpoint, kind, axis))


@plain_function
def meshgrid(*x: Any, indexing: str = "xy") -> Any:
    """Return coordinates of a grid from those along its axes."""
    found = jnp.meshgrid(*map(jnp.asarray, x), indexing=indexing)
    return [_made("meshgrid", part) for part in found]
