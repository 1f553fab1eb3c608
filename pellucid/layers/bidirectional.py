"""A sequence read in both directions."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from pellucid.base.config import config, option
from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import Key, Params, State
from pellucid.layers.layer import LAYERS, Layer, has_parts
from pellucid.layers.recurrence import Recurrent
from pellucid.layers.wrapping import TOLL, Wrapper

MERGES = {
    "concat": lambda ahead, back: jnp.concatenate([ahead, back], axis=-1),
    "sum": lambda ahead, back: ahead + back,
    "mul": lambda ahead, back: ahead * back,
    "ave": lambda ahead, back: (ahead + back) / 2,
}
NAMES = ("forward_layer", "backward_layer")


@LAYERS.register()
@config
class Bidirectional(Wrapper):
    """z = merge(forward(x), backward(x)): one layer reads x as it is, one from its end.

    Both begin with parameters of their own. With return_sequences, what the second one
    gives is turned round, so that both say something about the same step, and masked steps
    give 0. With merge_mode None both are outputs. States to start from are given as all
    those of the forward layer, then all of the backward layer; so are those returned.

    Raises:
        ConfigError: the layers inside are not recurrent, or do not go together.
    """

    layer: Any = option(
        choices=LAYERS, convert=LAYERS.resolve, about="a recurrent layer, which reads forward"
    )
    merge_mode: str | None = option(
        default="concat", choices=tuple(MERGES), about="how two outputs become one"
    )
    backward_layer: Any | None = option(
        default=None,
        choices=LAYERS,
        convert=LAYERS.resolve,
        about="one that reads backward",
        kw_only=True,
    )

    merges = True
    uses_mask = True

    def __post_init__(self) -> None:
        super().__post_init__()
        for layer in (self.layer, self.backward_layer):
            if layer is not None and not isinstance(layer, Recurrent):
                what = "Bidirectional reads a sequence with recurrent layers."
                raise ConfigError(explain(what, got=layer, expected="an LSTM, GRU or SimpleRNN"))
        ahead, back = self.both
        for name in ("stateful", "return_sequences", "return_state"):
            if getattr(ahead, name) != getattr(back, name):
                what = f"The two layers of Bidirectional differ in {name}."
                got = f"{getattr(ahead, name)} and {getattr(back, name)}"
                raise ConfigError(explain(what, got=got, expected="the same in both"))
        if ahead.go_backwards == back.go_backwards:
            what = "The two layers of Bidirectional read in the same direction."
            expected = "one with go_backwards=True, one without"
            raise ConfigError(explain(what, got=f"{ahead}, {back}", expected=expected))

    @functools.cached_property
    def both(self) -> tuple[Recurrent, Recurrent]:
        """The layer that reads forward, and the one that reads backward."""
        ahead: Any = self.layer
        back: Any = self.backward_layer or dataclasses.replace(ahead, go_backwards=True)
        zeros = {"zero_output_for_mask": ahead.return_sequences}
        return dataclasses.replace(ahead, **zeros), dataclasses.replace(back, **zeros)

    @property
    def inside(self) -> Mapping[str, Layer]:
        return dict(zip(NAMES, self.both, strict=True))

    def output_shape(self, input_shape: Any) -> Any:
        shapes = [
            layer.output_shape(part)
            for layer, part in zip(self.both, _halves(input_shape), strict=True)
        ]
        (ahead, *states), (back, *more) = (s if has_parts(s) else (s,) for s in shapes)
        if self.merge_mode is None:
            return (ahead, back, *states, *more)
        merged = (*ahead[:-1], ahead[-1] + back[-1]) if self.merge_mode == "concat" else ahead
        return (merged, *states, *more) if states else merged

    def mask_of(self, x: Any, mask: Any) -> Any:
        passed = self.both[0].mask_of(x, mask)
        (first, *states) = passed if isinstance(passed, tuple) else (passed,)
        if first is not None and self.merge_mode is None:
            return (first, first, *states, *states)
        return (first, *states, *states) if states else first

    def init(self, key: Key, input_shape: Any) -> tuple[Params, State]:
        started = {
            name: layer.init(own, part)
            for (name, layer), own, part in zip(
                self.inside.items(), jax.random.split(key), _halves(input_shape), strict=True
            )
        }
        state = {name: state for name, (_, state) in started.items()}
        toll = {TOLL: jnp.zeros((), "float32")} if self.has_toll else {}
        return {name: params for name, (params, _) in started.items()}, {**state, **toll}

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
        outputs, after, total = [], {}, jnp.zeros(())
        each = zip(NAMES, self.both, jax.random.split(key), _halves(x), strict=True)
        for name, layer, own, part in each:
            output, after[name] = layer.apply(
                params[name], state[name], part, key=own, training=training, mask=mask
            )
            total += layer.toll(output, after[name])
            outputs.append(output if isinstance(output, tuple) else (output,))
        (ahead, *states), (back, *more) = outputs
        if TOLL in state:
            after[TOLL] = total.astype(jnp.float32)
        return self._joined(ahead, back, (*states, *more)), after

    def _joined(self, ahead: Array, back: Array, states: tuple[Array, ...]) -> Any:
        back = back[:, ::-1] if self.both[1].return_sequences else back
        if self.merge_mode is None:
            return (ahead, back, *states)
        merged = MERGES[self.merge_mode](ahead, back)
        return (merged, *states) if states else merged


def _halves(x: Any) -> tuple[Any, Any]:
    """Return what each direction is given: the sequence, and its half of the states."""
    if not isinstance(x, tuple) or not x or isinstance(x[0], int):
        return x, x  # one array, or one shape
    sequence, *states = x
    middle = len(states) // 2
    return (sequence, *states[:middle]), (sequence, *states[middle:])
