"""A layer around another one, to be made more of by a user's own class."""

from typing import Any

from pellucid.keras.engine.base.kinds import LAYERS
from pellucid.keras.engine.layers.hosted import base_config
from pellucid.keras.engine.layers.layer import Layer


class Wrapper(Layer):
    """Holds `layer` and builds it; a class of one's own says in `call` what to do with it."""

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Create the weights of the layer inside."""
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True

    def get_config(self) -> dict[str, Any]:
        return {**base_config(self), "layer": LAYERS.serialize(self.layer)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        rest = dict(config)
        return cls(LAYERS.deserialize(rest.pop("layer"), custom_objects), **rest)
