"""How much memory this process may have."""

import os
import resource
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup/memory.max")  # what a container may have, where that is told


def allowed_bytes() -> int:
    """Return the bytes of the machine, or of what limits this process, if that is less."""
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    if addresses != resource.RLIM_INFINITY:
        limits.append(addresses)
    told = CGROUP.read_text().strip() if CGROUP.is_file() else "max"
    return min(*limits, int(told)) if told.isdecimal() else min(limits)
