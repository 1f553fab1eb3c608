"""Training on several devices: each takes its share of every mini-batch.

Parameters, optimizer and examples are on all of them. After each backward pass one all-reduce
brings gradients, loss, sums and layer states together, as one flat vector; then every device
takes the same step. Devices may belong to several processes, of which each runs the same
program; whatever decides how far a block goes must therefore be the same in all of them.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Int

from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import Seed
from pellucid.functions.threefry import key_of
from pellucid.training.compilation import compiled
from pellucid.training.shared_memory import means, ranks_that_share

AXIS = "devices"
T = TypeVar("T")


def count_of(devices: int | str | None) -> int:
    """Return how many devices are meant: a number, "all", or None for one of each process.

    Raises:
        ConfigError: there are not so many, or the processes would have unequal parts.
    """
    here, processes = jax.local_device_count(), jax.process_count()
    wanted = {"all": here * processes, None: processes}.get(devices, devices)
    wanted = int(wanted) if isinstance(wanted, str) and wanted.isdecimal() else wanted
    if not isinstance(wanted, int) or not 0 < wanted <= here * processes or wanted % processes:
        what = "There are not so many devices to train on."
        expected = (
            f"1 to {here * processes}, or all"
            if processes == 1
            else (f"{processes} processes with up to {here} devices each")
        )
        hint = "to train on several processors, start a process for each: pellucid launch"
        raise ConfigError(explain(what, got=devices, expected=expected, hint=hint))
    return wanted


def on_several(
    function: Callable[..., T], devices: int, *, donate: tuple[int, ...] = ()
) -> Callable[..., T]:
    """Return `function` compiled to run on so many devices at once.

    It takes and gives arrays of this process; `AXIS` tells the devices apart inside.
    """
    mesh = _mesh(devices)
    everywhere = PartitionSpec()
    same: Any = jax.shard_map(
        function, mesh=mesh, in_specs=everywhere, out_specs=everywhere, check_vma=False
    )
    program = compiled(same, donate=donate)

    def run(*arguments: Any) -> Any:
        found = program(*spread(arguments, devices))
        return jax.tree.map(lambda array: array.addressable_data(0), found)

    return run


def spread(tree: T, devices: int) -> T:
    """Return arrays on each of the devices, as one array of all; those that are, as they are."""
    mesh = _mesh(devices)
    everywhere = NamedSharding(mesh, PartitionSpec())
    ours = [device for device in mesh.devices.flat if device.process_index == jax.process_index()]

    def put(array: Any) -> jax.Array:
        if isinstance(array, jax.Array) and array.sharding == everywhere:
            return array
        array = array if isinstance(array, jax.Array) else np.array(array)  # a program may keep it
        parts = [jax.device_put(array, device) for device in ours]
        return jax.make_array_from_single_device_arrays(array.shape, everywhere, parts)

    return jax.tree.map(put, tree)


def averaged(tree: T) -> T:
    """Return the mean over the devices of all floating-point arrays, by one all-reduce."""
    leaves, form = jax.tree.flatten(tree)
    places = [k for k, leaf in enumerate(leaves) if jnp.issubdtype(leaf.dtype, jnp.floating)]
    numbers = [leaves[k].astype("float32") for k in places]
    shared = ranks_that_share() == jax.lax.axis_size(AXIS)
    for k, mean in zip(places, (means if shared else _means)(numbers), strict=True):
        leaves[k] = mean.astype(leaves[k].dtype)
    return jax.tree.unflatten(form, leaves)


def _means(arrays: Sequence[Array]) -> list[Array]:
    flat = jax.lax.pmean(jnp.concatenate([array.ravel() for array in arrays]), AXIS)
    parts = jnp.split(flat, np.cumsum([array.size for array in arrays])[:-1])
    return [part.reshape(array.shape) for part, array in zip(parts, arrays, strict=True)]


def told(numbers: Int[np.ndarray, " numbers"], devices: int) -> Int[np.ndarray, " numbers"]:
    """Return the sums over all processes of whole numbers: what one tells, where the rest say 0."""
    return np.asarray(_total(devices)(numbers))


def own_seed(seed: Seed) -> Int[Array, "2"]:
    """Return a seed of this device's own, so that it leaves out other units than the rest."""
    key = key_of(seed)
    return jax.random.key_data(jax.random.fold_in(key, jax.lax.axis_index(AXIS)))


def agreed(asked: bool, devices: int) -> bool:
    """Return whether any process asks for something, the same in all of them."""
    if devices == 1:
        return asked
    return bool(_any(devices)(np.float32(asked)))


@functools.cache
def _any(devices: int) -> Callable[..., Any]:
    return on_several(lambda asked: jax.lax.pmax(asked, AXIS), devices)


@functools.cache
def _total(devices: int) -> Callable[..., Any]:
    return on_several(lambda numbers: jax.lax.psum(numbers, AXIS), devices)


@functools.cache
def _mesh(devices: int) -> Mesh:
    """Return the first devices, as many of each process."""
    each = devices // jax.process_count()
    chosen = [
        device
        for process in range(jax.process_count())
        for device in [d for d in jax.devices() if d.process_index == process][:each]
    ]
    return Mesh(np.array(chosen), (AXIS,))
