"""A layer as Keras has it: with a name, flags, weights one can set, and a place in models.

Below it stands a layer of the core, a value without identity: `core_call` gives the one a
call runs. The variables here go into the core layer's params and state by `placewise`.
"""

from __future__ import annotations

import inspect
from typing import Any

import jax
import numpy as np

from pellucid.base.errors import ShapeError, StateError, explain
from pellucid.keras import constraints, dtype_policies, regularizers
from pellucid.keras.engine.base.materials import materialize
from pellucid.keras.engine.base.naming import auto_name, snake_case
from pellucid.keras.engine.base.tensor import KerasTensor, symbols_in
from pellucid.keras.engine.base.variable import Variable, current_scope
from pellucid.keras.engine.layers.calling import build_by_shapes, eager_call, run, symbolic_call
from pellucid.keras.engine.layers.creation import draw_array, first_shape, identified, name_first
from pellucid.keras.engine.layers.custom import Custom
from pellucid.keras.engine.layers.node import Node
from pellucid.keras.engine.layers.old_questions import OldQuestions
from pellucid.keras.engine.layers.saved import Saved
from pellucid.keras.engine.layers.tracking import Tracked


class Layer(OldQuestions, Saved, Tracked):
    """What models are made of. Override `build`, `call` and, to save it, `get_config`.

    In `call`, compute with `keras.ops`, with other layers, or with any function of JAX.
    """

    supports_masking = False
    charges_activity = True  # by its regularizer, after each call
    needs_build = True  # before it can be called

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.is_named = name is not None  # rather than by counting
        self.name = name or auto_name(snake_case(type(self).__name__))
        self.autocast = autocast
        self.dtype_policy = dtype_policies.get(dtype) if isinstance(dtype, dict) else dtype
        self._trainable = bool(trainable)
        self.activity_regularizer = _regularizer(activity_regularizer)
        self._first_shape = first_shape(kwargs, type(self).__name__)
        if kwargs:
            what = f"{type(self).__name__} has no such arguments."
            expected = ", ".join(inspect.signature(type(self)).parameters)
            raise TypeError(explain(what, got=", ".join(kwargs), expected=expected))

    # What a user's own layer overrides

    def build(self, input_shape: Any = None) -> None:
        """Create the weights for inputs of `input_shape`, the batch axis included."""
        del input_shape

    def build_on(self, args: Any, kwargs: Any) -> None:
        """Create the weights for a call with these arguments."""
        build_by_shapes(self, args, kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Return the output for the given input."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes: call()")

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the shape of the output, the batch axis included."""
        several = isinstance(input_shape, list) and isinstance(input_shape[0], list | tuple)
        shapes = input_shape if several else [input_shape]
        given = [KerasTensor(shape, self.compute_dtype) for shape in shapes]
        outputs = self.symbolic_outputs((given if several else given[0],), {})
        return _shapes(outputs)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Return the mask of the output."""
        del inputs
        return previous_mask

    def mask_after(self, inputs: Any, mask: Any) -> Any:
        """Return the mask that goes along with the output."""
        overridden = type(self).compute_mask is not Layer.compute_mask
        if not overridden and (mask is None or not self.supports_masking):
            return None
        return self.compute_mask(inputs, mask)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal layer, as JSON values where they are ours."""
        base = {"name": self.name, "trainable": self.trainable, "dtype": self.dtype}
        return {**base, **identified(self)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return the layer that `get_config` described."""
        return cls(**config)

    # Calling it

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if symbols_in((args, kwargs)):
            return symbolic_call(self, args, kwargs)
        if current_scope() is not None:
            return run(self, args, kwargs)
        return eager_call(self, args, kwargs)

    def symbolic_outputs(self, args: Any, kwargs: Any) -> Any:
        """Return symbols for what a call on symbols will give."""
        return Custom.of(self, args, kwargs).symbols(args, kwargs)

    def core_call(self, args: Any, kwargs: Any) -> tuple[Any, list[Any]]:
        """Return the core layer that makes such a call, and the inputs it takes."""
        custom = Custom.of(self, args, kwargs)
        return custom, symbols_in((args, kwargs))

    # Its weights

    @name_first
    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: Any = None,
    ) -> Variable:
        """Create a weight of this layer and return it."""
        del autocast, aggregation, overwrite_with_gradient
        if initializer is None:
            initializer = "glorot_uniform" if str(dtype or "float32").startswith("f") else "zeros"
        variable = draw_array(initializer, tuple(shape or ()), str(dtype or "float32"))
        variable.name = name or "variable"
        variable.path = f"{self.name}/{variable.name}"
        variable.trainable = trainable
        variable.regularizer, variable.constraint = (
            _regularizer(regularizer),
            _constraint(constraint),
        )
        self.track_variable(variable)
        return variable

    def add_variable(self, *args: Any, **kwargs: Any) -> Variable:
        """Create a weight, as `add_weight` does."""
        return self.add_weight(*args, **kwargs)

    def before_use(self) -> None:
        """Say what is to be said before numbers pass through; a subclass may have something."""

    def add_loss(self, loss: Any, inputs: Any = None) -> None:
        """Let `loss` count in the loss of the batch being computed; `inputs` is Keras 2's."""
        del inputs
        scope = current_scope()
        if scope is None:
            self._eager_losses.append(loss)
        else:
            scope.losses.extend(loss if isinstance(loss, list | tuple) else [loss])

    @property
    def losses(self) -> list[Any]:
        """What regularizers, and `add_loss` in the last eager call, add to the loss."""
        found = [v.regularizer(v.value) for v in self.trainable_variables if v.regularizer]
        own = [loss for layer in self.flat_layers() for loss in layer._eager_losses]
        return found + own

    @property
    def trainable(self) -> bool:
        """Whether training changes this layer's weights."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = bool(value)
        for layer in self._layers:
            layer.trainable = value

    @property
    def weights(self) -> list[Variable]:
        """The layer's own variables, those training changes first, then its layers'."""
        return [v for v in self.all_variables if not v.hidden]

    @property
    def all_variables(self) -> list[Variable]:
        """The weights, and what the layer keeps besides them."""
        own = [v for v in self._variables if v.trainable]
        own += [v for v in self._variables if not v.trainable]
        return _once([*own, *(v for layer in self._layers for v in layer.all_variables)])

    @property
    def variables(self) -> list[Variable]:
        """The same as `weights`: the state of random generators is counted, not kept."""
        return self.weights

    @property
    def trainable_variables(self) -> list[Variable]:
        """The weights that training changes."""
        if not self.trainable:
            return []
        own = [v for v in self._variables if v.trainable]
        return _once([*own, *(v for layer in self._layers for v in layer.trainable_variables)])

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return self.trainable_variables

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The weights that training does not change by gradients."""
        moving = {id(v) for v in self.trainable_variables}
        return [v for v in self.weights if id(v) not in moving]

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training does not change by gradients."""
        return self.non_trainable_variables

    @property
    def own_variables_in_files(self) -> list[Variable]:
        """The variables that are its own, not its layers', in the order of files."""
        own = sorted(self._variables, key=lambda variable: not variable.trainable)
        return [variable for variable in own if not variable.hidden]

    def count_params(self) -> int:
        """Return how many numbers the weights are."""
        return sum(int(np.prod(v.shape)) for v in self.weights)

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of the weights."""
        materialize(self.weights)
        return [v.numpy() for v in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Put arrays in place of the weights, all or none.

        Raises:
            ShapeError: their number or a shape differs.
        """
        here, given = self.weights, list(weights)
        shapes = [tuple(np.shape(array)) for array in given]
        if shapes != [v.shape for v in here]:
            what = f"set_weights of {self.name!r} was given arrays that do not fit."
            expected = [v.shape for v in here]
            hint_text = "build the layer first" if not here else ""
            raise ShapeError(explain(what, got=shapes, expected=expected, hint=hint_text))
        for variable, array in zip(here, given, strict=True):
            variable.assign(np.asarray(array))

    # Where it stands

    @property
    def dtype(self) -> str:
        """The type of its weights."""
        return str(getattr(self.dtype_policy, "name", None) or self.dtype_policy or "float32")

    @property
    def variable_dtype(self) -> str:
        """The type of its weights."""
        return "float32" if "16" in self.dtype else self.dtype

    @property
    def compute_dtype(self) -> str:
        """The type it computes with."""
        return self.dtype.removeprefix("mixed_")

    @property
    def first_dtype(self) -> str:
        """The type of the numbers it takes, where it stands first in a model."""
        return "float32"

    @property
    def input(self) -> Any:
        """The symbols it was called on; the first time, if it was called several times."""
        return _one_or_all(self._node("input").inputs)

    @property
    def output(self) -> Any:
        """The symbols that call gave."""
        return self._node("output").outputs

    @property
    def input_shape(self) -> Any:
        """The shape of `input`."""
        return _shapes(self.input)

    @property
    def output_shape(self) -> Any:
        """The shape of `output`."""
        return _shapes(self.output)

    def _node(self, what: str) -> Node:
        if not self._inbound_nodes:
            text = f"The layer {self.name!r} has never been called, so it has no {what}."
            hint_text = "build the model first: put an Input in front, or call it on data"
            raise StateError(explain(text, got="no call", expected="one call", hint=hint_text))
        return self._inbound_nodes[0]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _regularizer(wanted: Any) -> Any:
    return None if wanted is None else regularizers.get(wanted)


def _constraint(wanted: Any) -> Any:
    return None if wanted is None else constraints.get(wanted)


def _once(variables: list[Variable]) -> list[Variable]:
    return list({id(v): v for v in variables}.values())


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _shapes(structure: Any) -> Any:
    return jax.tree.map(lambda symbol: symbol.shape, structure)
