"""Keras's layers that need more than a translation of their settings."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.materials import materialize
from pellucid.keras.engine.base.variable import current_scope
from pellucid.keras.engine.layers.translated import Translated
from pellucid.keras.engine.training.feeding import is_stream
from pellucid.layers.layer import Layer as CoreLayer


class Attending(Translated):
    """Attention: what to attend to, and which masks hold, is said with each call."""

    def inputs_of(self, args: Any, kwargs: Any) -> list[Any]:
        named = dict(zip(("query", "value", "key"), _flat(args), strict=False)) | kwargs
        order = ("query", "value", "key", "attention_mask")
        given = [named.get(name) for name in order]
        if given[1] is None:
            given[1] = given[0]
        return [jnp.asarray(x) if isinstance(x, list) else x for x in given if x is not None]

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        shapes = [*args, *kwargs.values()]
        several = isinstance(shapes[0][0], list | tuple)
        return super().compute_output_shape(shapes[0] if several else shapes)

    def core_for_call(self, kwargs: dict[str, Any]) -> CoreLayer:
        asked = {
            name: True
            for name in ("use_causal_mask", "return_attention_scores")
            if kwargs.pop(name, False)
        }
        if kwargs.pop("attention_mask", None) is not None:
            asked["masked"] = True
        for name in ("query", "value", "key"):
            kwargs.pop(name, None)
        core = super().core_for_call(kwargs)
        return dataclasses.replace(core, **asked) if asked else core

    def get_build_config(self) -> Any:
        """Return the shapes the weights were made for, by name where Keras names them."""
        shapes = super().get_build_config()
        if shapes is None or type(self).__name__ != "MultiHeadAttention":
            return shapes
        names = ("query_shape", "value_shape", "key_shape")
        return {"shapes_dict": dict(zip(names, shapes["input_shape"], strict=False))}


class Scaling(Translated):
    """Normalization: its mean and variance are given, or learnt from rows by `adapt`."""

    def build(self, input_shape: Any = None) -> None:
        super().build(input_shape)
        given = self._settings["mean"] is not None
        for variable in self._state.values():
            variable.hidden = given

    @property
    def mean(self) -> Any:
        """The mean taken away, given or learnt, one number for each place."""
        return self._moment("mean")

    @property
    def variance(self) -> Any:
        """The variance divided by the root of, given or learnt."""
        return self._moment("variance")

    def _moment(self, name: str) -> Any:
        if self._settings[name] is not None or name not in self._state:
            return self._settings[name]
        value = self._state[name].value
        return value.reshape(1, *value.shape)  # for the batch, as Keras has it

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn mean and variance from all rows of `data`, or `steps` batches of them."""
        if is_stream(data):
            pages = [page[0] if isinstance(page, tuple) else page for page in data]
            data = np.concatenate([np.asarray(page) for page in pages[:steps]])
        rows = np.asarray(getattr(data, "value", data), np.float64)
        rows = rows[:, None] if rows.ndim == 1 else rows
        if not self.built:
            self.build((None, *rows.shape[1:]))
            self.built = True
        learnt = self.core.learn(rows)
        materialize(self._state.values())
        for name, variable in self._state.items():
            variable.assign(learnt[name])

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Return the inputs with mean 0 and variance 1."""
        scope = current_scope()
        if scope is not None and not scope.forms_only:
            self.before_use()
        return super().call(*args, **kwargs)

    @property
    def is_plain(self) -> bool:
        return type(self).call is Scaling.call

    def save_own_variables(self, store: Any) -> None:
        """Put mean, variance and count into `store`, as Keras has them."""
        super().save_own_variables(store)
        if "2" in store:
            store["2"] = np.asarray(store["2"], np.int32)

    def load_own_variables(self, store: Any) -> None:
        """Take them from there; Keras may know mean and variance, and count no rows."""
        super().load_own_variables(store)
        if "2" in store:
            seen = float(store["2"])
            learnt = np.any(np.asarray(store["0"]) != 0) or np.any(np.asarray(store["1"]) != 1)
            self._state["seen"].assign(np.float32(max(seen, 1.0 if learnt else 0.0)))

    def before_use(self) -> None:
        """Hint at `adapt`, if nothing is known of the data that numbers are now to pass from."""
        seen = self._state.get("seen")
        learnt = seen is not None and seen.drawn and float(seen.home) > 0
        if self._settings["mean"] is None and not learnt:
            hint(f"adapt {self.name}", f"{self.name} lets everything pass until adapt(data)")


class Sides(Translated):
    """A wrapper whose inner layer is a user's own is run by that layer's own code."""

    @property
    def is_plain(self) -> bool:
        inner = self._settings["layer"]
        return type(self).call is Sides.call and isinstance(inner, Translated) and inner.is_plain

    def call(self, inputs: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Return what the inner layer makes of each step."""
        if self.is_plain:
            return Translated.call(self, inputs, training=training, mask=mask, **kwargs)
        steps = [self._settings["layer"](inputs[:, t]) for t in range(inputs.shape[1])]
        return jax.tree.map(lambda *parts: jnp.stack(parts, axis=1), *steps)

    def build(self, input_shape: Any = None) -> None:
        if self.is_plain:
            super().build(input_shape)


class Directions(Translated):
    """Bidirectional: its layers must be recurrent ones of Keras's own."""

    def build(self, input_shape: Any = None) -> None:
        inner = self._settings["layer"]
        if not (isinstance(inner, Translated) and inner.is_plain):
            what = "Bidirectional wraps a recurrent layer of Keras's own."
            expected = "SimpleRNN, LSTM or GRU"
            raise ConfigError(explain(what, got=type(inner).__name__, expected=expected))
        super().build(input_shape)


class Recurring(Translated):
    """A recurrent layer; a stateful one remembers each row of batches of one size."""

    _rows: int | None = None

    @property
    def core(self) -> CoreLayer:
        core = Translated.core.fget(self)  # pyright: ignore[reportOptionalCall]
        stateful = self._settings["stateful"] and self._rows is not None
        return dataclasses.replace(core, batch_size=self._rows) if stateful else core

    @property
    def state_size(self) -> Any:
        """The width of what is carried; of each part, if there are several."""
        core: Any = self.core
        sizes = [core.units] * len(core.carried)
        return sizes if len(sizes) > 1 else sizes[0]

    @property
    def states(self) -> list[Any]:
        """What a stateful layer has kept of the last batch."""
        return list(self._state.values())

    def build_on(self, args: Any, kwargs: Any) -> None:
        self._rows = self.inputs_of(args, kwargs)[0].shape[0]
        super().build_on(args, kwargs)


VARIANTS: dict[str, type[Translated]] = {
    "AdditiveAttention": Attending,
    "Attention": Attending,
    "Bidirectional": Directions,
    "MultiHeadAttention": Attending,
    "Normalization": Scaling,
    "TimeDistributed": Sides,
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU"), Recurring),
}


def _flat(args: Any) -> list[Any]:
    if len(args) == 1 and isinstance(args[0], list | tuple):
        return list(args[0])
    return list(args)
