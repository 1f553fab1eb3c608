"""Words for the things that flow through the code."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray, PyTree, Shaped, UInt32

if TYPE_CHECKING:
    AnyArray: TypeAlias = Any  # JAX takes either, and gives its own
else:
    AnyArray: TypeAlias = Array | np.ndarray  # on the device, or on the host

Key: TypeAlias = PRNGKeyArray  # a typed key, as `jax.random.key` makes it
Seed: TypeAlias = UInt32[AnyArray, "2"]  # a key's bits, as a training state holds them
Shape: TypeAlias = tuple[int, ...]  # without the batch axis
Params: TypeAlias = Mapping[str, Any]  # what gradients change: {"kernel": ..., "bias": ...}
State: TypeAlias = Mapping[str, Any]  # what a forward pass changes: {"moving_mean": ...}
Tree: TypeAlias = PyTree[Shaped[AnyArray, "..."]]
Activation: TypeAlias = Callable[[Float[Array, "*shape"]], Float[Array, "*shape"]]
