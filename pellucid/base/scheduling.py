"""How threads share cores."""

import os
import sys
from contextlib import suppress


def give_way() -> None:
    """Let this thread, and those it starts, push no other aside when they wake up.

    Threads of Linux's batch policy, sched(7), wait for the end of the other's slice. Otherwise
    gloo's thread for sockets, which a message wakes, polls for as long as the thread that sends
    holds the connection: where it took that one's core, both waited for the end of the slice,
    3 ms, in each all-reduce (benchmarks/parallel.py). A thread that reads rows from disk wakes
    for each piece, and a step would wait for the one of its threads that was pushed aside.
    """
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox may refuse: it is slower so, and no worse
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
