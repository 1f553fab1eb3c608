"""A user's own function as a layer: `Lambda`."""

import inspect
from typing import Any

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.base.registered import get_registered_name
from pellucid.keras.engine.layers.layer import Layer
from pellucid.keras.engine.objects.serialization import deserialize


class Lambda(Layer):
    """A function of the inputs, with `arguments` of its own."""

    def __init__(
        self,
        function: Any,
        output_shape: Any = None,
        mask: Any = None,
        arguments: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            what, tip = "A Lambda layer has no function.", "code in files is never run"
            raise ConfigError(explain(what, got=function, expected="a function", hint=tip))
        self.function, self.arguments, self.mask = function, dict(arguments or {}), mask
        self._output_shape = output_shape

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        """Return what the function makes of the inputs."""
        given = {"mask": mask, "training": training}
        takes = inspect.signature(self.function).parameters
        return self.function(
            inputs, **{n: v for n, v in given.items() if n in takes}, **self.arguments
        )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def mask_after(self, inputs: Any, mask: Any) -> Any:
        return self.compute_mask(inputs, mask)

    def get_config(self) -> dict[str, Any]:
        name = getattr(self.function, "__name__", "")
        if name in ("", "<lambda>"):
            what = (
                f"The layer {self.name!r} holds a function without a name, which no file can hold."
            )
            tip = "define it with def and @keras.saving.register_keras_serializable()"
            raise ConfigError(
                explain(what, got=self.function, expected="a named function", hint=tip)
            )
        function = {"class_name": "function", "config": get_registered_name(self.function)}
        described = {"module": "builtins", **function, "registered_name": "function"}
        return {**super().get_config(), "function": described, "arguments": self.arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**{**config, "function": deserialize(config["function"])})
