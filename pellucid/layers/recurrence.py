"""Walking along a sequence: what recurrent layers share."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from pellucid.base.config import config, option
from pellucid.base.errors import ShapeError, explain
from pellucid.base.types import Activation, Key, Params, Shape, State
from pellucid.functions.activations import ACTIVATIONS
from pellucid.functions.constraints import CONSTRAINTS, Constraint
from pellucid.functions.initializers import INITIALIZERS, Initializer
from pellucid.functions.regularizers import REGULARIZERS, Regularizer
from pellucid.layers.layer import Layer, Mask, has_parts
from pellucid.layers.noise import drop
from pellucid.layers.shapes import check_axes, title

Carried = tuple[Float[Array, "batch units"], ...]  # h first


@config
class Recurrent(Layer, ABC):
    """h[t] = advance(x[t], h[t - 1]), along the steps of x; z is h, already activated.

    x may come with the h (and, for an LSTM, the c) to start from, in place of zeros. A
    masked step leaves them as they are. All steps of x are projected at once before the
    walk, so that a step has only its own state left to multiply.

    Dropout disturbs x, recurrent_dropout what h adds to a step; each draws one mask for
    all steps of a sequence. With recurrent_dropout every gate has masks of its own.

    A stateful layer starts each batch where the one before ended, row by row, and so is
    for batches of `batch_size` rows. What it remembers is its state; zeros forget it.

    Shapes:
        x                 (batch, steps, features)
        kernel            (features, gates * units)
        recurrent_kernel  (units, gates * units)
        z                 (batch, units), or (batch, steps, units) with return_sequences
    """

    units: int = option(above=0, about="how many neurons")
    activation: Activation | str | None = option(default="tanh", choices=ACTIVATIONS)
    kernel_initializer: Initializer | str = option(
        default="glorot_uniform", choices=INITIALIZERS, kw_only=True
    )
    recurrent_initializer: Initializer | str = option(
        default="orthogonal", choices=INITIALIZERS, kw_only=True
    )
    bias_initializer: Initializer | str = option(
        default="zeros", choices=INITIALIZERS, kw_only=True
    )
    kernel_regularizer: Regularizer | str | None = option(
        default=None, choices=REGULARIZERS, kw_only=True
    )
    recurrent_regularizer: Regularizer | str | None = option(
        default=None, choices=REGULARIZERS, kw_only=True
    )
    bias_regularizer: Regularizer | str | None = option(
        default=None, choices=REGULARIZERS, kw_only=True
    )
    kernel_constraint: Constraint | str | None = option(
        default=None, choices=CONSTRAINTS, kw_only=True
    )
    recurrent_constraint: Constraint | str | None = option(
        default=None, choices=CONSTRAINTS, kw_only=True
    )
    bias_constraint: Constraint | str | None = option(
        default=None, choices=CONSTRAINTS, kw_only=True
    )
    dropout: float = option(
        default=0.0, at_least=0, below=1, about="share of x that is dropped", kw_only=True
    )
    recurrent_dropout: float = option(
        default=0.0, at_least=0, below=1, about="share of h that is dropped", kw_only=True
    )
    return_sequences: bool = option(default=False, about="z of every step", kw_only=True)
    return_state: bool = option(default=False, about="what is carried, as outputs", kw_only=True)
    go_backwards: bool = option(default=False, about="from the last step on", kw_only=True)
    stateful: bool = option(default=False, about="start where the last batch ended", kw_only=True)
    unroll: bool = option(default=False, about="write the loop out when compiling", kw_only=True)
    zero_output_for_mask: bool = option(
        default=False, about="masked steps give 0, not the last h", kw_only=True
    )
    batch_size: int | None = option(
        default=None, above=0, about="rows of a batch, for a stateful layer", kw_only=True
    )

    merges = True
    uses_mask = True
    gates: ClassVar[int]  # blocks of the kernels
    carried: ClassVar[tuple[str, ...]] = ("h",)  # what goes from one step to the next

    @abstractmethod
    def start_bias(self, key: Key) -> Float[Array, "..."] | None:
        """Return a fresh bias, or None where there is none."""

    @abstractmethod
    def advance(
        self, params: Params, from_x: Float[Array, "batch gates_units"], now: Carried, hold: Any
    ) -> Carried:
        """Return what is carried after a step; `hold` goes to `pulled`."""

    @property
    def recurrent_kernel_regularizer(self) -> Regularizer | str | None:
        """What `penalty` looks for."""
        return self.recurrent_regularizer

    @property
    def recurrent_kernel_constraint(self) -> Constraint | str | None:
        """What `constrained` looks for."""
        return self.recurrent_constraint

    def output_shape(self, input_shape: Any) -> Any:
        steps, _ = _sequence(self, input_shape)
        output = (steps, self.units) if self.return_sequences else (self.units,)
        return (output, *[(self.units,)] * len(self.carried)) if self.return_state else output

    def mask_of(self, x: Any, mask: Any) -> Any:
        passed = _first(mask) if self.return_sequences else None
        if passed is None or not self.return_state:
            return passed
        return (passed, *[None] * len(self.carried))

    def init(self, key: Key, input_shape: Any) -> tuple[Params, State]:
        kernel_key, recurrent_key, bias_key = jax.random.split(key, 3)
        start_kernel = INITIALIZERS.resolve(self.kernel_initializer)
        start_recurrent = INITIALIZERS.resolve(self.recurrent_initializer)
        _, features = _sequence(self, input_shape)
        width = self.gates * self.units
        params = {
            "kernel": start_kernel(kernel_key, (features, width)),
            "recurrent_kernel": start_recurrent(recurrent_key, (self.units, width)),
        }
        bias = self.start_bias(bias_key)
        return params if bias is None else {**params, "bias": bias}, self._blank()

    def apply(
        self,
        params: Params,
        state: State,
        x: Any,
        *,
        key: Key,
        training: bool,
        mask: Any = None,
    ) -> tuple[Any, State]:
        x, *given = x if isinstance(x, tuple) else (x,)
        on_x, on_h = self._masks(key, x) if training else (None, None)
        from_x = self.projected(params, jnp.swapaxes(x, 0, 1), on_x)
        start = self._start(state, given, x)
        last, output = self._walk(params, from_x, start, on_h, _first(mask))
        if self.stateful:
            kept = zip(self.carried, last, strict=True)
            state = {name: array.astype(jnp.float32) for name, array in kept}
        return (output, *last) if self.return_state else output, state

    def projected(
        self, params: Params, x: Float[Array, "steps batch features"], on_x: Array | None
    ) -> Float[Array, "steps batch gates_units"]:
        """Return what x adds to every step, dropout and bias included."""
        kernel = params["kernel"]
        if on_x is not None and len(on_x) > 1:
            blocks = kernel.reshape(len(kernel), self.gates, self.units)
            z = jnp.einsum("tbf,gbf,fgu->tbgu", x, on_x, blocks).reshape(*x.shape[:2], -1)
        else:
            z = (x if on_x is None else x * on_x) @ kernel
        return z + params["bias"] if "bias" in params else z

    def pulled(
        self, h: Float[Array, "batch units"], kernel: Float[Array, "units width"], hold: Any
    ) -> Float[Array, "batch width"]:
        """Return what h adds to a step through some gates, of which `hold` drops parts of h."""
        if hold is None:
            return h @ kernel
        blocks = kernel.reshape(self.units, -1, self.units)
        return jnp.einsum("bu,gbu,ugv->bgv", h, hold, blocks).reshape(len(h), -1)

    def _walk(
        self, params: Params, from_x: Array, start: Carried, hold: Any, mask: Mask
    ) -> tuple[Carried, Float[Array, "batch ..."]]:
        valid = None if mask is None else mask.astype(bool).T[..., None]

        def step(now: Carried, here: Any) -> tuple[Carried, Array | None]:
            arriving, counts = here
            after = self.advance(params, arriving, now, hold)
            if counts is not None:
                pairs = zip(after, now, strict=True)
                after = tuple(jnp.where(counts, new, old) for new, old in pairs)
            return after, after[0] if self.return_sequences else None

        last, path = jax.lax.scan(
            step, start, (from_x, valid), reverse=self.go_backwards, unroll=self.unroll or 1
        )
        if path is None:
            return last, last[0]
        if valid is not None and self.zero_output_for_mask:
            path = jnp.where(valid, path, 0)
        return last, jnp.swapaxes(path[::-1] if self.go_backwards else path, 0, 1)

    def _start(self, state: State, given: list[Array], x: Array) -> Carried:
        if self.stateful and len(x) != self.batch_size:
            what = f"{title(self)} is stateful, and so takes batches of one size."
            got, expected = f"{len(x)} rows", f"{self.batch_size} rows"
            raise ShapeError(explain(what, got=got, expected=expected))
        if given:
            return tuple(array.astype(x.dtype) for array in given)
        if self.stateful:
            return tuple(state[name].astype(x.dtype) for name in self.carried)
        return (jnp.zeros((len(x), self.units), x.dtype),) * len(self.carried)

    def _blank(self) -> State:
        if not self.stateful:
            return {}
        if self.batch_size is None:
            what = f"{title(self)} is stateful, and does not know how many rows a batch has."
            hint = f"{type(self).__name__}(..., stateful=True, batch_size=32)"
            raise ShapeError(explain(what, got=None, expected="batch_size", hint=hint))
        return {name: jnp.zeros((self.batch_size, self.units), "float32") for name in self.carried}

    def _masks(self, key: Key, x: Array) -> tuple[Array | None, Array | None]:
        """Return what x and h are multiplied by: for each gate, or for all of them."""
        x_key, h_key = jax.random.split(key)
        count = self.gates if self.recurrent_dropout else 1
        on_x = jnp.ones((count, len(x), x.shape[-1]), x.dtype)
        on_h = jnp.ones((self.gates, len(x), self.units), x.dtype)
        dropped_x = drop(on_x, self.dropout, on_x.shape, x_key)
        dropped_h = drop(on_h, self.recurrent_dropout, on_h.shape, h_key)
        return dropped_x if self.dropout else None, dropped_h if self.recurrent_dropout else None


def _first(mask: Any) -> Bool[Array, "batch steps"] | None:
    return mask[0] if isinstance(mask, tuple) else mask


def _sequence(layer: Recurrent, input_shape: Any) -> Shape:
    """Return the shape of the sequence, after a look at what it is to start from."""
    sequence, *given = input_shape if has_parts(input_shape) else (input_shape,)
    check_axes(layer, sequence, "steps features")
    wanted = [(layer.units,)] * len(layer.carried)
    if given and given != wanted:
        what = f"{title(layer)} cannot start from what it was given."
        expected = f"{', '.join(layer.carried)} of shape ({layer.units},)"
        raise ShapeError(explain(what, got=", ".join(map(str, given)), expected=expected))
    return sequence
