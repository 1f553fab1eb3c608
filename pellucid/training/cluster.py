"""Joining the processes that train together, by JAX's own distributed runtime."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import jax
import numpy as np

from pellucid.base.scheduling import give_way
from pellucid.training.devices import agreed, told
from pellucid.training.place import BY_SCHEDULER, LEFT_ALONE, place_of
from pellucid.training.shared_memory import created, offered, opened, share

HEARTBEAT = 8  # seconds without a sign of life, after which a process counts as lost


@contextmanager
def joined() -> Iterator[int]:
    """Join the processes that train together, if this is one of them, and give its rank.

    Nothing may have touched a device before. The coordinator, at rank 0, listens on the address
    that all were given and on no other. JAX ends a process that some other does not join in
    time. One that loses another ends itself, after the runtime had time to say which.
    """
    place = place_of(os.environ)
    if place is None:
        yield 0
        return
    give_way()  # gloo's thread for sockets, to the one that sends
    start = partial(
        jax.distributed.initialize,
        initialization_timeout=place.wait,
        heartbeat_timeout_seconds=HEARTBEAT,
    )
    if place.coordinator == BY_SCHEDULER:
        start()
    else:
        at = place.coordinator
        start(at, place.ranks, place.rank, coordinator_bind_address=at)
    with _unheard():
        agreed(False, jax.process_count())
    _share_memory(jax.process_index(), jax.process_count())
    try:
        yield jax.process_index()
    except jax.errors.JaxRuntimeError as error:
        sys.stderr.write(f"{str(error).splitlines()[0][:200]}\n")
        time.sleep(HEARTBEAT + 2)
        os._exit(LEFT_ALONE)  # the runtime would wait for the others at the end


def _share_memory(rank: int, ranks: int) -> None:
    """Let the processes average through memory, if all can and are on one machine."""
    if agreed(not offered(), ranks):
        return
    place = told(created() if rank == 0 else np.zeros(3, np.int32), ranks)
    file = opened(place)
    if not agreed(file is None, ranks) and file is not None:
        share(file, rank, ranks)


@contextmanager
def _unheard() -> Iterator[None]:
    """Keep what gloo prints when processes first meet from the output."""
    sys.stdout.flush()
    before, nothing = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    try:
        yield
    finally:
        os.dup2(before, 1)
        os.close(before)
        os.close(nothing)
