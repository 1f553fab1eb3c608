"""Joining the processes that train together, by JAX's own distributed runtime."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import jax
import numpy as np

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
    _not_pushed_aside()
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


def _not_pushed_aside() -> None:
    """Let no thread that wakes up push aside the one that runs, in threads started from now on.

    Gloo's thread for sockets wakes when a message has come, and polls for as long as the thread
    that sends holds the connection. Where it took that one's core, both waited for the end of
    the scheduler's slice, 3 ms, in each all-reduce (benchmarks/parallel.py). Processes of
    Linux's batch policy, sched(7), are changed at the end of their slice or when they wait.
    """
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


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
