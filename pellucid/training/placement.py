"""Where examples live while a network trains on them."""

import jax

from pellucid.training.devices import spread
from pellucid.training.state import Examples


def place(examples: Examples, devices: int = 1) -> Examples:
    """Return the examples on the device, or on each of several, put there for the whole fit."""
    return jax.device_put(examples) if devices == 1 else spread(examples, devices)
