"""Where examples live while a network trains on them: one device."""

import jax

from pellucid.training.state import Examples


def place(examples: Examples) -> Examples:
    """Return the examples on the device, put there once for the whole fit."""
    return jax.device_put(examples)
