"""The devices a script may ask TensorFlow about: one CPU, whatever JAX runs on.

Scripts ask in order to set up TensorFlow's memory and placement, which JAX does by itself.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple


class PhysicalDevice(NamedTuple):
    """A device as TensorFlow names it."""

    name: str
    device_type: str


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """Return the one CPU; no others, so that nothing is set up for them."""
    processor = PhysicalDevice("/physical_device:CPU:0", "CPU")
    return [processor] if device_type in (None, "CPU") else []


def is_gpu_available(*given: Any, **named: Any) -> bool:
    """Return False: there is no TensorFlow that could use one."""
    del given, named
    return False


def gpu_device_name() -> str:
    """Return the empty name, TensorFlow's for no GPU."""
    return ""


def device(name: Any) -> AbstractContextManager[None]:
    """Return a context that changes nothing: JAX places what it computes."""
    del name
    return nullcontext()


class OneDevice:
    """A strategy of distribution that has one replica."""

    num_replicas_in_sync = 1

    def __init__(self, devices: Any = None, **named: Any) -> None:
        del devices, named

    def scope(self) -> AbstractContextManager[None]:
        """Return a context that changes nothing."""
        return nullcontext()


def no_tpu(*given: Any, **named: Any) -> Any:
    """Raise ValueError, as TensorFlow does where there is no TPU: scripts try."""
    del given, named
    raise ValueError("There is no TPU that could be asked for: JAX places by itself.")
