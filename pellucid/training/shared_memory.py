"""Means over the processes of one machine, through memory that they share.

The package `pellucid-kernels` brings the kernel
(docs/decisions/0025-memory-shared-by-processes.md).
Processes meet in a file that has no name and lies in memory: it is gone when they are.
"""

import ctypes
import functools
import importlib.util
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import jax
import numpy as np
from jaxtyping import Array, Int

PACKAGE, SWITCH = "pellucid_shared", "PELLUCID_SHARED_MEMORY"  # "off" does without
NAME = "pellucid-{:x}"


def offered() -> bool:
    """Return whether this process could share memory with others."""
    return os.environ.get(SWITCH) != "off" and _library() is not None


def created() -> Int[np.ndarray, "3"]:
    """Return a new file in memory: its process, its number there, and a number in its name."""
    mark = secrets.randbits(31)
    return np.array([os.getpid(), os.memfd_create(NAME.format(mark)), mark], np.int32)


def opened(told: Int[np.ndarray, "3"]) -> int | None:
    """Return the file that a process of this machine has created; None if it is not to be had."""
    process, number, mark = told.tolist()
    link = f"/proc/{process}/fd/{number}"
    try:
        file = os.open(link, os.O_RDWR)
    except OSError:
        return None
    if str(Path(f"/proc/self/fd/{file}").readlink()).startswith(f"/memfd:{NAME.format(mark)} "):
        return file
    os.close(file)  # of another machine's process the same number means another
    return None


def share(file: int, rank: int, ranks: int) -> None:
    """Average through the file from now on, as all other ranks do.

    Raises:
        OSError: the system has no room for it.
    """
    library = _library()
    assert library is not None
    if error := library.pellucid_share(file, rank, ranks):
        raise OSError(error, os.strerror(error))


def ranks_that_share() -> int:
    """Return how many processes share memory; 1 if they do not."""
    library = _library()
    return 1 if library is None else library.pellucid_sharing()


def means(arrays: Sequence[Array]) -> Sequence[Array]:
    """Return the means of float32 arrays over the ranks that share memory."""
    forms = [jax.ShapeDtypeStruct(array.shape, array.dtype) for array in arrays]
    in_place = {k: k for k in range(len(arrays))}
    return jax.ffi.ffi_call(
        "pellucid_all_reduce", forms, has_side_effect=True, input_output_aliases=in_place
    )(*arrays)


@functools.cache
def _library() -> ctypes.CDLL | None:
    """Return the kernels, made known to XLA; None where there are none, or no CPU trains."""
    if importlib.util.find_spec(PACKAGE) is None or jax.default_backend() != "cpu":
        return None
    kernels = importlib.import_module(PACKAGE)
    for name, call in kernels.CALLS.items():
        jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(call), platform="cpu")
    return kernels.LIBRARY
