"""Recurrent cells, which know one step, and the layer that walks along a sequence with them."""

from __future__ import annotations

import dataclasses
import inspect
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.kinds import LAYERS
from pellucid.keras.engine.base.variable import Scope, current_scope
from pellucid.keras.engine.layers.hosted import base_config
from pellucid.keras.engine.layers.layer import Layer
from pellucid.keras.engine.layers.parts import Part
from pellucid.keras.engine.layers.spelling import signatures
from pellucid.keras.engine.layers.translated import Translated
from pellucid.layers.recurrent import GRU, LSTM, SimpleRNN


class Cell(Translated):
    """One step of a recurrent layer of the core: `cell(x, states)` gives (output, states).

    Shapes:
        x       (batch, features)
        states  a list of (batch, units)
        output  (batch, units)
    """

    core: Any  # a Recurrent

    @property
    def parts(self) -> Part:
        return Part(self.name, list(self._params.values()), {})

    def build(self, input_shape: Any = None) -> None:
        """Create the weights for steps of `input_shape`, the batch axis included."""
        if not self.built:
            super().build((None, None, input_shape[-1]))

    def call(self, inputs: Any, states: Any, training: Any = None) -> Any:
        """Return the output, and the states after the step."""
        del training
        held = tuple(states) if isinstance(states, list | tuple) else (states,)
        output, after = self.walk(inputs[:, None], held, None, return_sequences=False)
        return output, after if isinstance(states, list | tuple) else after[0]

    def walk(self, x: Any, states: Any, mask: Any, **settings: Any) -> tuple[Any, list[Any]]:
        """Return what the core's layer makes of a whole sequence, and the states at its end."""
        scope = current_scope()
        assert scope is not None
        core = dataclasses.replace(self.core, return_state=True, **settings)
        params = jax.tree.map(lambda v: v.value, self._params)
        (output, *after), _ = core.apply(
            params, {}, (x, *states), key=scope.next_key(), training=scope.training, mask=mask
        )
        return output, after

    @property
    def state_size(self) -> Any:
        """The width of what is carried; of each part, if there are several."""
        parts = [self.core.units] * len(self.core.carried)
        return parts if len(parts) > 1 else parts[0]

    @property
    def output_size(self) -> int:
        """The width of the output."""
        return self.core.units

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Return states to start from: zeros."""
        return _zeros(_listed(self.state_size), batch_size)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return config


class SimpleRNNCell(Cell):
    """h <- activation(x W + h U + b)."""

    core_class: ClassVar[Any] = SimpleRNN
    __signature__ = signatures()["SimpleRNNCell"]


class LSTMCell(Cell):
    """c <- f c + i g and h <- o activation(c): a memory c that gates write, keep and read."""

    core_class: ClassVar[Any] = LSTM
    __signature__ = signatures()["LSTMCell"]


class GRUCell(Cell):
    """h <- u h + (1 - u) g: a gate u says how much of h stays, g is what comes in its place."""

    core_class: ClassVar[Any] = GRU
    __signature__ = signatures()["GRUCell"]


class StackedRNNCells(Layer):
    """Cells on top of each other: each reads what the one below gives, step by step."""

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for cell in cells:
            _check_cell(cell)
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """What each cell carries."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> int:
        """The width of the output."""
        return _output_size(self.cells[-1])

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Return states to start from, a part for each cell."""
        return [_start(cell, batch_size) for cell in self.cells]

    def build(self, input_shape: Any = None) -> None:
        """Create each cell's weights."""
        for cell in self.cells:
            _build(cell, input_shape)
            input_shape = (None, _output_size(cell))

    def call(self, inputs: Any, states: Any, training: Any = None) -> Any:
        """Return the output of the last cell, and the states of all."""
        after = []
        for cell, held in zip(self.cells, states, strict=True):
            inputs, new = _step(cell, inputs, held, training)
            after.append(new)
        return inputs, after

    def get_config(self) -> dict[str, Any]:
        return {**base_config(self), "cells": [LAYERS.serialize(cell) for cell in self.cells]}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        rest = dict(config)
        cells = [LAYERS.deserialize(c, custom_objects) for c in rest.pop("cells")]
        return cls(cells, **rest)


class RNN(Layer):
    """A cell's steps along a sequence.

    A cell of one's own has `state_size`, `call(inputs, states) -> (output, states)` and,
    where its output has another width than its first state, `output_size`.

    Shapes:
        x  (batch, steps, features ...)
        z  (batch, output_size), or (batch, steps, output_size) with return_sequences
    """

    supports_masking = True

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        cell = StackedRNNCells(cell) if isinstance(cell, list | tuple) else cell
        _check_cell(cell)
        if stateful:
            what = "RNN(cell, stateful=True) is not served."
            tip = "return_state=True, and initial_state= at the next call"
            raise ConfigError(explain(what, got=True, expected="stateful=False", hint=tip))
        self.cell, self.stateful = cell, stateful
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards, self.unroll = go_backwards, unroll
        self.zero_output_for_mask = zero_output_for_mask

    @property
    def state_size(self) -> list[Any]:
        """What is carried."""
        return _listed(self.cell.state_size)

    def build(  # pyright: ignore[reportIncompatibleMethodOverride] (the names of what `call` takes)
        self, sequences_shape: Any = None, initial_state_shape: Any = None
    ) -> None:
        """Create the cell's weights."""
        del initial_state_shape
        _build(self.cell, (sequences_shape[0], *sequences_shape[2:]))

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Return states to start from."""
        return _start(self.cell, batch_size)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None
    ) -> Any:
        """Return the output, and the states at the end if they are wanted."""
        if isinstance(sequences, list | tuple):
            sequences, *given = sequences
            initial_state = initial_state or given or None
        mask = mask[0] if isinstance(mask, list | tuple) else mask
        if initial_state is None:
            states = self.get_initial_state(batch_size=len(sequences))
        else:
            states = _listed(initial_state)
        states = jax.tree.map(jnp.asarray, states)
        cells = self.cell.cells if isinstance(self.cell, StackedRNNCells) else [self.cell]
        if all(isinstance(cell, Cell) for cell in cells):
            output, states = self._by_core(cells, sequences, states, mask)
        else:
            output, states = _Walk(self, mask, training).along(sequences, states)
        return [output, *states] if self.return_state else output

    def _by_core(self, cells: list[Cell], x: Any, states: list[Any], mask: Any) -> Any:
        """Return output and states of Keras's own cells: each walks the whole sequence."""
        parts = states if isinstance(self.cell, StackedRNNCells) else [states]
        after = []
        for place, (cell, held) in enumerate(zip(cells, parts, strict=True)):
            last = place == len(cells) - 1
            x, new = cell.walk(
                x,
                _listed(held),
                mask,
                return_sequences=self.return_sequences or not last,
                go_backwards=self.go_backwards and place == 0,
                unroll=self.unroll,
                zero_output_for_mask=self.zero_output_for_mask and last,
            )
            after.append(new if isinstance(held, list | tuple) else new[0])
            if self.go_backwards and mask is not None and place == 0:
                mask = mask[:, ::-1]
        return x, after if isinstance(self.cell, StackedRNNCells) else after[0]

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the mask of the output: that of the steps, if there are steps."""
        del inputs
        first = previous_mask[0] if isinstance(previous_mask, list | tuple) else previous_mask
        return first if self.return_sequences else None

    def get_config(self) -> dict[str, Any]:
        names = ("return_sequences", "return_state", "go_backwards", "stateful", "unroll")
        own = {name: getattr(self, name) for name in (*names, "zero_output_for_mask")}
        return {**base_config(self), **own, "cell": LAYERS.serialize(self.cell)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        rest = dict(config)
        return cls(LAYERS.deserialize(rest.pop("cell"), custom_objects), **rest)


class _Walk:
    """One walk with a user's own cell: a loop in the program, or steps written out.

    They are written out where a step leaves something behind besides its states, such as the
    moving mean of a normalization, which a loop of the program would not let out.
    """

    def __init__(self, layer: RNN, mask: Any, training: Any) -> None:
        scope = current_scope()
        assert scope is not None
        self.layer, self.mask, self.training = layer, mask, training
        self.scope: Scope = scope
        self.key = scope.next_key()

    def along(self, x: Any, states: Any) -> Any:
        """Return the output (the last, or of all steps) and the states at the end."""
        x = jnp.swapaxes(x, 0, 1)
        mask = None if self.mask is None else self.mask.astype(bool).T
        if self.layer.go_backwards:
            x, mask = x[::-1], None if mask is None else mask[::-1]
        first, leaves_something = self._tried(x[0], states)
        blank = jnp.zeros(first.shape, first.dtype)
        if not (self.layer.unroll or leaves_something):
            return self._loop(x, mask, states, blank)
        shown, outputs = blank, []
        for t in range(len(x)):
            shown, states = self._step(t, x[t], None if mask is None else mask[t], states, shown)
            outputs.append(shown)
        whole = self.layer.return_sequences
        return (jnp.stack(outputs, axis=1) if whole else outputs[-1]), states

    def _tried(self, x: Any, states: Any) -> tuple[Any, bool]:
        """Return the form of an output, and whether a step writes to variables or adds losses."""
        values, losses = dict(self.scope.values), list(self.scope.losses)
        first = jax.eval_shape(lambda: self._step(0, x, None, states, None)[0])
        now = self.scope.values
        written = any(now.get(v) is not a for v, a in values.items()) or len(now) > len(values)
        added = len(self.scope.losses) > len(losses)
        self.scope.values, self.scope.losses[:] = values, losses
        return first, written or added

    def _loop(self, x: Any, mask: Any, states: Any, blank: Any) -> Any:
        def body(carried: Any, here: Any) -> Any:
            states, shown = carried
            t, x, counts = here
            shown, states = self._step(t, x, counts, states, shown)
            return (states, shown), shown if self.layer.return_sequences else None

        steps = jnp.arange(len(x))
        (states, last), path = jax.lax.scan(body, (states, blank), (steps, x, mask))
        return (last if path is None else jnp.swapaxes(path, 0, 1)), states

    def _step(self, t: Any, x: Any, counts: Any, states: Any, shown: Any) -> Any:
        """Return what is shown after a step, and the states; a masked step changes nothing."""
        outer, self.scope.key = self.scope.key, jax.random.fold_in(self.key, t)
        output, after = _step(self.layer.cell, x, states, self.training)
        self.scope.key = outer
        after = _listed(after)
        if counts is None:
            return output, after

        def kept(new: Any, old: Any) -> Any:
            return jnp.where(counts.reshape(-1, *(1,) * (new.ndim - 1)), new, old)

        before = jnp.zeros_like(output) if self.layer.zero_output_for_mask else shown
        return kept(output, before), jax.tree.map(kept, after, states)


def _step(cell: Any, x: Any, states: Any, training: Any) -> Any:
    if isinstance(cell, Layer):
        return cell(x, states)
    named = {"training": training} if "training" in inspect.signature(cell.call).parameters else {}
    return cell.call(x, states, **named)


def _build(cell: Any, shape: Any) -> None:
    if isinstance(cell, Layer) and not cell.built:
        cell.build(shape)
        cell.built = True
    elif not isinstance(cell, Layer) and hasattr(cell, "build"):
        cell.build(shape)


def _start(cell: Any, batch_size: Any) -> list[Any]:
    own = getattr(cell, "get_initial_state", None)
    if own is None:
        return _zeros(_listed(cell.state_size), batch_size)
    given = {"batch_size": batch_size, "inputs": None, "dtype": "float32"}
    known = inspect.signature(own).parameters
    return _listed(own(**{name: value for name, value in given.items() if name in known}))


def _zeros(sizes: list[Any], batch_size: Any) -> list[Any]:
    sides = [(size,) if isinstance(size, int) else tuple(size) for size in sizes]
    return [jnp.zeros((batch_size, *side), "float32") for side in sides]


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _output_size(cell: Any) -> int:
    size = getattr(cell, "output_size", None)
    return _listed(cell.state_size)[0] if size is None else size


def _check_cell(cell: Any) -> None:
    missing = [name for name in ("call", "state_size") if not hasattr(cell, name)]
    if missing:
        what = "RNN takes a cell: a layer that knows one step."
        expected = f"an object with {' and '.join(missing)}"
        tip = "LSTM(units) walks by itself; RNN(LSTMCell(units)) is the same"
        raise ConfigError(explain(what, got=type(cell).__name__, expected=expected, hint=tip))
