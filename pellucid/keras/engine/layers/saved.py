"""What files need to know of a layer besides its settings: what it was built for, its arrays."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, MutableMapping
from typing import Any

import numpy as np

from pellucid.base.errors import ShapeError, explain
from pellucid.keras.engine.base.materials import materialize


class Saved:
    """A layer as files see it. A layer that keeps unusual things overrides these methods."""

    build_shapes: dict[str, Any] | None = None  # what `build` was called with
    built: bool
    name: str
    own_variables_in_files: Any

    def get_build_config(self) -> dict[str, Any] | None:
        """Return the shapes the weights were made for; None where there is nothing to build."""
        if not self.built or not self.build_shapes:
            return None
        if len(self.build_shapes) == 1:
            return {"input_shape": next(iter(self.build_shapes.values()))}
        return {"shapes_dict": dict(self.build_shapes)}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Make the weights for such shapes."""
        build: Any = getattr(self, "build", None)
        if config.get("input_shape") is not None:
            build(_shape(config["input_shape"]))
        elif config.get("shapes_dict"):
            shapes = {name: _shape(shape) for name, shape in config["shapes_dict"].items()}
            by_name = inspect.signature(build).parameters.keys() >= shapes.keys()
            build(**shapes) if by_name else build(list(shapes.values()))

    def save_own_variables(self, store: MutableMapping[str, Any]) -> None:
        """Put the arrays that are the layer's own, not its layers', into `store`."""
        variables = self.own_variables_in_files
        materialize(variables)
        for index, variable in enumerate(variables):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store: Mapping[str, Any]) -> None:
        """Take them from there.

        Raises:
            ShapeError: there are more, fewer, or ones of other shapes.
        """
        variables = self.own_variables_in_files
        found = [tuple(np.shape(store[name])) for name in sorted(store.keys(), key=_number)]
        expected = [tuple(variable.shape) for variable in variables]
        if found != expected:
            what = f"The file has other arrays for {self.name!r} than the model."
            tip = "make the model as it was when it was saved" if variables else "build it first"
            raise ShapeError(explain(what, got=found, expected=expected, hint=tip))
        for index, variable in enumerate(variables):
            variable.assign(np.asarray(store[str(index)]))


def _number(name: str) -> tuple[int, str]:
    return (int(name), "") if name.isdecimal() else (-1, name)


def _shape(shape: Any) -> Any:
    """Return shapes as tuples: JSON knows only lists."""
    if isinstance(shape, dict):
        return {name: _shape(part) for name, part in shape.items()}
    if isinstance(shape, list | tuple):
        several = any(isinstance(part, list | tuple) for part in shape)
        return [_shape(part) for part in shape] if several else tuple(shape)
    return shape
