"""A user's own layer, as a layer of the core: its code is traced with its variables on loan."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from pellucid.base.config import config
from pellucid.base.types import Key, Params, State
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.tensor import KerasTensor, symbols_in
from pellucid.keras.engine.base.variable import Scope, Variable
from pellucid.keras.engine.layers.calling import run
from pellucid.keras.engine.layers.tracking import fingerprint
from pellucid.layers.layer import Layer as CoreLayer

BATCHES, UNKNOWNS = (2, 3), (24, 36)  # sizes to try where a shape says None


class Form:
    """What a layer is called with: a structure in which symbols stand as gaps."""

    def __init__(self, args: Any, kwargs: Any) -> None:
        leaves, self.tree = jax.tree.flatten((args, kwargs))
        self.rest = [None if isinstance(leaf, KerasTensor) else leaf for leaf in leaves]
        self.gaps = [i for i, leaf in enumerate(leaves) if isinstance(leaf, KerasTensor)]

    def filled(self, values: Any) -> tuple[Any, Any]:
        """Return the arguments, with `values` in the gaps."""
        leaves = list(self.rest)
        for place, value in zip(self.gaps, values, strict=True):
            leaves[place] = value
        return jax.tree.unflatten(self.tree, leaves)


@config
class Custom(CoreLayer):
    """One call of a user's layer. Equal to itself only, and while its settings stay."""

    layer: Any
    form: Any
    settings: Any = ()

    merges = True
    uses_mask = True

    def __repr__(self) -> str:
        return repr(self.layer)  # what a user wrote; the rest is ours

    @staticmethod
    def of(layer: Any, args: Any, kwargs: Any) -> Custom:
        """Return the core layer for calling `layer` so."""
        return Custom(layer, Form(args, kwargs), fingerprint(layer))

    def symbols(self, args: Any, kwargs: Any) -> Any:
        """Return symbols for the outputs, found by tracing the call on shapes."""
        given = symbols_in((args, kwargs))
        first = self._outputs(given, BATCHES[0], UNKNOWNS[0])
        if not any(None in symbol.shape[1:] for symbol in given):
            return jax.tree.map(lambda o: KerasTensor((None, *o.shape[1:]), o.dtype), first)
        second = self._outputs(given, BATCHES[1], UNKNOWNS[1])

        def symbol(one: Any, other: Any) -> KerasTensor:
            sides = zip(one.shape, other.shape, strict=True)
            shape = tuple(a if a == b else None for a, b in sides)
            return KerasTensor((None, *shape[1:]), one.dtype)

        return jax.tree.map(symbol, first, second)

    def _outputs(self, given: list[KerasTensor], batch: int, unknown: int) -> Any:
        forms = [
            jax.ShapeDtypeStruct(
                (batch, *(unknown if side is None else side for side in symbol.shape[1:])),
                symbol.dtype if symbol.dtype != "string" else "float32",
            )
            for symbol in given
        ]
        return jax.eval_shape(self._forms_of, forms)

    def _forms_of(self, arrays: Any) -> Any:
        with Scope({}, key=jax.random.key(0), forms_only=True):
            args, kwargs = self.form.filled(arrays)
            return jax.tree.map(jnp.asarray, run(self.layer, args, kwargs))

    def output_shape(self, input_shape: Any) -> Any:
        shapes = [input_shape] if len(self.form.gaps) == 1 else list(input_shape)
        symbols = [KerasTensor((None, *shape)) for shape in shapes]
        given = self._outputs(symbols, BATCHES[0], UNKNOWNS[0])
        found = tuple(tuple(leaf.shape[1:]) for leaf in jax.tree.leaves(given))
        return found[0] if len(found) == 1 else found

    def init(self, key: Key, input_shape: Any) -> tuple[Params, State]:
        del key, input_shape
        moving, still = variables_of(self.layer)
        return jax.tree.map(jnp.asarray, (moving, {"toll": 0.0, **still}))

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
        inputs = [x] if len(self.form.gaps) == 1 else list(x)
        masks = [mask] if len(self.form.gaps) == 1 else list(mask or [None] * len(inputs))
        moving, still = variables_of(self.layer)
        lent = {variable: params[name] for name, variable in moving.items()}
        lent |= {variable: state[name] for name, variable in still.items()}
        with Scope(lent, key=key, training=training) as scope:
            scope.masks |= {
                id(i): (i, m) for i, m in zip(inputs, masks, strict=True) if m is not None
            }
            args, kwargs = self.form.filled(inputs)
            outputs = run(self.layer, args, kwargs)
        if scope.values.keys() - lent.keys():
            name = self.layer.name
            hint(f"kept {name}", f"a metric in call() of {name!r} is not recorded: use compile()")
        after = {n: scope.values[v].astype(state[n].dtype) for n, v in still.items()}
        toll = sum((jnp.sum(loss) for loss in scope.losses), start=jnp.zeros(()))
        leaves = tuple(jnp.asarray(leaf) for leaf in jax.tree.leaves(outputs))
        after["toll"] = toll.astype("float32")
        return (leaves[0] if len(leaves) == 1 else leaves), after

    def mask_of(self, x: Any, mask: Any) -> Any:
        single = len(self.form.gaps) == 1
        return self.layer.mask_after(x, mask) if single and mask is not None else None

    def toll(self, a: Any, state: State) -> Any:
        del a
        return state["toll"]

    def penalty(self, params: Params) -> Any:
        total = jnp.zeros(())
        for name, variable in variables_of(self.layer)[0].items():
            if variable.regularizer is not None:
                total += _core_of(variable.regularizer)(params[name])
        return total

    def constrained(self, params: Params) -> Params:
        rules = {
            name: variable.constraint for name, variable in variables_of(self.layer)[0].items()
        }
        return {
            name: array if rules[name] is None else _core_of(rules[name])(array)
            for name, array in params.items()
        }


def variables_of(layer: Any) -> tuple[dict[str, Variable], dict[str, Variable]]:
    """Return the variables that training changes and the others, by their place in `layer`."""
    moving = {id(variable) for variable in layer.trainable_variables}
    every = {str(place): variable for place, variable in enumerate(layer.all_variables)}
    params = {name: v for name, v in every.items() if id(v) in moving}
    return params, {name: v for name, v in every.items() if id(v) not in moving}


def _core_of(thing: Any) -> Any:
    return getattr(thing, "core", thing)
