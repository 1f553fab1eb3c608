"""What one could ask a layer of Keras 1 and 2."""

from typing import Any

import jax
import numpy as np

from pellucid.base.errors import StateError, explain
from pellucid.keras.engine.base.hints import hint


class OldQuestions:
    """Questions about the calls of a layer, by their place; and what has no effect any more."""

    _inbound_nodes: list[Any]
    name: str

    def get_input_at(self, node_index: int) -> Any:
        """Return the symbols of one call's inputs."""
        inputs = self._call_at(node_index).inputs
        return inputs[0] if len(inputs) == 1 else inputs

    def get_output_at(self, node_index: int) -> Any:
        """Return the symbols that one call gave."""
        return self._call_at(node_index).outputs

    def get_input_shape_at(self, node_index: int) -> Any:
        """Return the shapes of one call's inputs."""
        return jax.tree.map(lambda symbol: symbol.shape, self.get_input_at(node_index))

    def get_output_shape_at(self, node_index: int) -> Any:
        """Return the shapes of what one call gave."""
        return jax.tree.map(lambda symbol: symbol.shape, self.get_output_at(node_index))

    def add_metric(self, value: Any = None, name: str | None = None, **kwargs: Any) -> None:
        """Do nothing: metrics of values inside a model are gone since Keras 3."""
        del value, kwargs
        hint("add_metric", f"add_metric(name={name!r}) has no effect: compile(metrics=[...])")

    def add_update(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: `variable.assign` in `call` is enough."""
        del args, kwargs
        hint("add_update", "add_update() has no effect: assign to the variable in call()")

    def reset_state(self) -> None:
        """Let stateful recurrent layers, this one or those inside, begin anew."""
        for layer in self.flat_layers():  # pyright: ignore[reportAttributeAccessIssue]
            if is_stateful(layer):
                for variable in jax.tree.leaves(layer._state):
                    variable.assign(np.zeros(variable.shape, variable.dtype))

    def reset_states(self) -> None:
        """Let stateful recurrent layers begin anew."""
        self.reset_state()

    def _call_at(self, index: int) -> Any:
        if not -len(self._inbound_nodes) <= index < len(self._inbound_nodes):
            what = f"The layer {self.name!r} has no call number {index}."
            got, expected = index, f"below {len(self._inbound_nodes)}"
            raise StateError(explain(what, got=got, expected=expected))
        return self._inbound_nodes[index]


def is_stateful(layer: Any) -> bool:
    """Tell whether a layer starts each batch where the one before ended."""
    return bool(layer.__dict__.get("_settings", {}).get("stateful"))
