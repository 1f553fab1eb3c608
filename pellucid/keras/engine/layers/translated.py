"""Keras's own layers: one class for each layer of the core, made from Keras's signature."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

import jax
import jax.numpy as jnp

from pellucid.base.errors import ConfigError, explain
from pellucid.functions.draws import blank_key
from pellucid.keras.engine.base.materials import Draw, StartOfLayer
from pellucid.keras.engine.base.revision import revise
from pellucid.keras.engine.base.seeds import next_seed
from pellucid.keras.engine.base.tensor import KerasTensor, symbols_in
from pellucid.keras.engine.base.variable import Variable, current_scope
from pellucid.keras.engine.layers.layer import Layer
from pellucid.keras.engine.layers.parts import Part, parts_of
from pellucid.keras.engine.layers.settings_of_layers import core_settings, serialized, shown
from pellucid.keras.engine.layers.settled_forms import settled, writes_activity_regularizer, written
from pellucid.keras.engine.layers.spelling import bind, signatures
from pellucid.keras.engine.objects.serialization import deserialize
from pellucid.layers.delegation import InMode
from pellucid.layers.layer import Layer as CoreLayer
from pellucid.layers.layer import has_parts, one_or_all

TAKES_IDS = ("Embedding", "CategoryEncoding")
HIDDEN = ("toll", "h", "c")  # state that Keras does not show among the weights
INNER = ("layer", "forward_layer", "backward_layer")  # settings that are layers themselves
UNKNOWN = 48  # a size to try where a shape says None; weights do not depend on it


class Translated(Layer):
    """A layer of Keras whose arithmetic is a layer of the core."""

    core_class: ClassVar[type[CoreLayer]]
    charges_activity = False  # the core layer does

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        settings, shared = bind(self.keras_name(), args, kwargs)
        super().__init__(**shared)
        object.__setattr__(self, "_settings", settled(self.keras_name(), settings))
        self._core: CoreLayer | None = None
        self._params: Any = {}
        self._state: Any = {}

    @classmethod
    def keras_name(cls) -> str:
        """Return the name of Keras's class that this is, or that a user's class varies."""
        return next(c.__name__ for c in cls.__mro__ if c.__name__ in signatures())

    @property
    def core(self) -> CoreLayer:
        """The layer of the core with these settings."""
        if self._core is None:
            given = core_settings(self.core_class, self._settings, self.activity_regularizer)
            self._core = given
        return self._core

    @property
    def first_dtype(self) -> str:
        return "int32" if self.core_class.__name__ in TAKES_IDS else "float32"

    @property
    def is_plain(self) -> bool:
        """Whether it computes as Keras's layer does: nobody has overridden `call`."""
        return type(self).call is Translated.call

    def build_on(self, args: Any, kwargs: Any) -> None:
        """Create the weights for such a call."""
        if not self.is_plain:
            super().build_on(args, kwargs)
            return
        kwargs = {n: v for n, v in kwargs.items() if n not in ("training", "mask")}
        shapes = [(None, *tuple(x.shape)[1:]) for x in self.inputs_of(args, kwargs)]
        self.build(shapes if len(shapes) > 1 else shapes[0])

    @property
    def supports_masking(self) -> bool:
        """Whether a mask goes along through this layer."""
        return self.core.passes_mask or self.core.uses_mask

    def build(self, input_shape: Any = None) -> None:
        if self.built:
            return
        shape = _sides(input_shape)
        params, state = _forms(self.core, shape)
        self._params = self._variables_like(params, trainable=True)
        self._state = self._variables_like(state, trainable=False)
        start = StartOfLayer(self.core, shape)
        Draw(start, next_seed(), (self._params, self._state)).leave()
        self._give_to_inner()
        self.build_shapes = {"input_shape": input_shape}
        self.built = True
        weights = self._settings.get("weights")
        if weights is not None:
            self.set_weights(weights if isinstance(weights, list) else [weights])

    def _variables_like(self, forms: Any, *, trainable: bool, path: str = "") -> Any:
        if isinstance(forms, dict):
            return {
                name: self._variables_like(form, trainable=trainable, path=f"{path}/{name}")
                for name, form in forms.items()
            }
        variable = Variable(lambda *_, **__: None, forms.shape, str(forms.dtype), trainable)
        variable.name = path.rsplit("/", 1)[-1]
        variable.path = f"{self.name}{path}"
        variable.hidden = variable.name in HIDDEN
        if trainable:
            variable.regularizer = self._room_of(f"{variable.name}_regularizer")
            variable.constraint = self._room_of(f"{variable.name}_constraint")
        return variable

    def _room_of(self, setting: str) -> Any:
        value = self._settings.get(setting)
        return None if value is None else shown(setting, value)

    def _give_to_inner(self) -> None:
        """Let the layers this one wraps have their own weights."""
        for name in INNER:
            inner = self._settings.get(name)
            if isinstance(inner, Translated):
                inner._params = self._params.get(name, self._params)
                inner._state = self._state.get(name, {})
                inner.built = True

    @property
    def parts(self) -> Part:
        """How Keras divides its variables."""
        if not self._params and not self._state:
            return Part(self.name, [], {})
        return parts_of(self.core, self._params, self._state, self.name)

    @property
    def own_variables_in_files(self) -> list[Variable]:
        return [*self.parts.own_variables_in_files, *self._own]

    def call(self, *args: Any, training: Any = None, mask: Any = None, **kwargs: Any) -> Any:
        """Return what the core layer makes of its inputs, inside a program."""
        scope = current_scope()
        assert scope is not None
        core, inputs = self.own_core_call(args, kwargs)
        held = [jnp.asarray(x) for x in inputs]
        wanted = jnp.integer if self.core_class.__name__ in TAKES_IDS else jnp.floating
        held = [x if jnp.issubdtype(x.dtype, wanted) else x.astype(self.first_dtype) for x in held]
        params, state = jax.tree.map(lambda v: v.value, (self._params, self._state))
        named = {"mask": _tuple(mask)} if core.uses_mask else {}
        asked = scope.training if training is None else bool(training)
        training = asked and (self.trainable or not params)
        z, after = core.apply(
            params, state, one_or_all(held), key=scope.next_key(), training=training, **named
        )
        a = z if isinstance(z, tuple) else core.nonlinearity(z)
        jax.tree.map(scope.write, self._state, after)
        if core.activity_regularizer is not None:
            scope.losses.append(core.toll(a, after))
        return list(a) if isinstance(a, tuple) else a

    def mask_after(self, inputs: Any, mask: Any) -> Any:
        """Return the mask of the output."""
        if not self.is_plain:
            return super().mask_after(inputs, mask)
        return self.core.mask_of(_tuple(inputs), _tuple(mask))

    def core_call(self, args: Any, kwargs: Any) -> tuple[CoreLayer, list[Any]]:
        if not self.is_plain:
            return super().core_call(args, kwargs)
        return self.own_core_call(args, kwargs)

    def own_core_call(self, args: Any, kwargs: Any) -> tuple[CoreLayer, list[Any]]:
        """Return what Keras's own `call` runs, whether or not a subclass has another."""
        kwargs = dict(kwargs)
        training, _ = kwargs.pop("training", None), kwargs.pop("mask", None)
        inputs = self.inputs_of(args, kwargs)
        core = self.core_for_call(kwargs)
        if training is not None and current_scope() is None:
            core = InMode(core, training=bool(training))
        return core, inputs

    def inputs_of(self, args: Any, kwargs: Any) -> list[Any]:
        """Return the arrays or symbols among the arguments of a call, in the core's order."""
        return [leaf for leaf in jax.tree.leaves((args, kwargs)) if hasattr(leaf, "shape")]

    def core_for_call(self, kwargs: dict[str, Any]) -> CoreLayer:
        """Return the core layer for a call with such arguments, which it may take out."""
        for name in [n for n, value in kwargs.items() if not _has_shape(value)]:
            if kwargs.pop(name) not in (None, False):
                what = f"{type(self).__name__} cannot be called with {name}=."
                raise ConfigError(explain(what, got=name, expected="no such argument"))
        return self.core

    def symbolic_outputs(self, args: Any, kwargs: Any) -> Any:
        if not self.is_plain:
            return super().symbolic_outputs(args, kwargs)
        core, inputs = self.core_call(args, kwargs)
        shapes = [tuple(symbol.shape[1:]) for symbol in inputs]
        found = _symbols(core, shapes, self.dtype if "16" not in self.dtype else "float32")
        for symbol in symbols_in(found):
            symbol.shape = (inputs[0].shape[0], *symbol.shape[1:])
        return found

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        shapes = args[0] if args else next(iter(kwargs.values()))
        several = isinstance(shapes[0], list | tuple)
        given = [tuple(s[1:]) for s in (shapes if several else [shapes])]
        outputs = _symbols(self.core, given, "float32")
        return jax.tree.map(lambda symbol: symbol.shape, outputs)

    def get_config(self) -> dict[str, Any]:
        name = self.keras_name()
        base = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        settings = {key: serialized(key, value) for key, value in self._settings.items()}
        if self.activity_regularizer is not None or writes_activity_regularizer(name):
            key = "activity_regularizer"
            base[key] = serialized(key, self.activity_regularizer)
        return written(name, base | settings)

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**{name: _inner(name, value) for name, value in config.items()})

    def __getattr__(self, name: str) -> Any:
        settings = self.__dict__.get("_settings", {})
        if name in settings:
            return shown(name, settings[name])
        for tree in (self.__dict__.get("_params", {}), self.__dict__.get("_state", {})):
            if name in tree and isinstance(tree[name], Variable):
                return tree[name]
        raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.__dict__.get("_settings", {}):
            self._settings[name] = value
        else:
            object.__setattr__(self, name, value)
        if name in self.__dict__.get("_settings", {}) or name == "activity_regularizer":
            object.__setattr__(self, "_core", None)
            revise()


def translate(
    core_class: type[CoreLayer], name: str, base: type[Translated] = Translated
) -> type[Translated]:
    """Return Keras's class `name`, computed by `core_class`."""
    members = {
        "core_class": core_class,
        "__doc__": core_class.__doc__,
        "__module__": "pellucid.keras.layers",
        "__signature__": signatures()[name],
    }
    return type(name, (base,), members)


def _symbols(core: CoreLayer, shapes: list[Any], dtype: str) -> Any:
    """Return symbols for the outputs of `core`, sizes unknown where they depend on unknown ones."""
    found = core.output_shape(one_or_all([_filled(s, UNKNOWN) for s in shapes]))
    if any(None in shape for shape in shapes):
        other = core.output_shape(one_or_all([_filled(s, UNKNOWN + 24) for s in shapes]))
        found = jax.tree.map(lambda a, b: a if a == b else -1, found, other)
    parts = [found] if not has_parts(found) else list(found)
    symbols = [KerasTensor((None, *(None if s == -1 else s for s in p)), dtype) for p in parts]
    return symbols if has_parts(found) else symbols[0]


def _filled(shape: Any, size: int) -> tuple[int, ...]:
    return tuple(size if side is None else int(side) for side in shape)


def _sides(shape: Any) -> Any:
    """Return the shape of one example as the core wants it; several as a tuple."""
    if shape is None:
        return ()
    if shape and isinstance(shape[0], list | tuple):
        return one_or_all([_filled(part[1:], UNKNOWN) for part in shape])
    return _filled(tuple(shape)[1:], UNKNOWN)


@lru_cache(maxsize=2048)
def _forms(core: CoreLayer, shape: Any) -> tuple[Any, Any]:
    """Return shapes and dtypes of a layer's params and state, in the order it makes them."""
    held: list[Any] = []

    def start() -> Any:
        held.extend(core.init(blank_key(), shape))
        return 0

    jax.eval_shape(start)
    return _form(held[0]), _form(held[1])


def _form(arrays: Any) -> Any:
    if isinstance(arrays, dict):
        return {name: _form(array) for name, array in arrays.items()}
    return jax.ShapeDtypeStruct(arrays.shape, arrays.dtype)


def _inner(name: str, value: Any) -> Any:
    """Return what a config describes: a wrapper's layer, or an object of one's own, found now."""
    if not isinstance(value, dict):
        return value
    return deserialize(value) if name in INNER else shown(name, value)


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _has_shape(value: Any) -> bool:
    return any(hasattr(leaf, "shape") for leaf in jax.tree.leaves(value))
