"""What is left of TensorFlow's graphs: decorators and sessions that only set things up."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

import jax
import numpy as np
from jax.core import Tracer

from pellucid.base.errors import StateError, explain
from pellucid.keras.engine.base.tensor import as_tensor
from pellucid.keras.engine.data.structure import as_element


def function(body: Callable[..., Any] | None = None, **named: Any) -> Callable[..., Any]:
    """Return the function itself: what a model calls is compiled with the model."""
    del named
    return body if body is not None else function


def py_function(func: Callable[..., Any], inp: Any, *given: Any, **named: Any) -> Any:
    """Return what a function of host arrays gives: now; in a program, one number."""
    del given, named

    def on_host(*arrays: Any) -> Any:
        return func(*(as_tensor(array) for array in arrays))

    if not any(isinstance(array, Tracer) for array in inp):
        return as_element(on_host(*inp))
    form = jax.ShapeDtypeStruct((), "float32")
    return jax.pure_callback(lambda *arrays: np.float32(on_host(*arrays)), form, *inp)


def name_scope(name: Any = None, *given: Any, **named: Any) -> AbstractContextManager[None]:
    """Return a context that changes nothing."""
    del name, given, named
    return nullcontext()


class GPUOptions(SimpleNamespace):
    """Settings of TensorFlow 1 for memory, which are kept and not read."""


class ConfigProto(SimpleNamespace):
    """Settings of TensorFlow 1 for a session, which are kept and not read."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**{"gpu_options": GPUOptions(), **named})


class Session:
    """A session of TensorFlow 1: scripts make one to set up memory, which is not needed."""

    def __init__(self, target: str = "", graph: Any = None, config: Any = None) -> None:
        del target, graph, config

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *error: object) -> None: ...

    def close(self) -> None:
        """Do nothing: there is nothing to close."""

    def run(self, *given: Any, **named: Any) -> Any:
        """Refuse: there is no graph.

        Raises:
            StateError: always.
        """
        del given, named
        raise StateError(
            explain(
                "tf.Session().run is not served: there are no graphs of TensorFlow 1 here.",
                got="a call of run",
                expected="a Keras model",
                hint="use model.predict, model.evaluate or keras.ops",
            )
        )
