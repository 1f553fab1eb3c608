"""How much memory this process may have, and how much of it is left."""

import os
import resource
from collections.abc import Iterable
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")  # what a container may have, where that is told
PROCESS, MACHINE = Path("/proc/self/statm"), Path("/proc/meminfo")


def allowed_bytes() -> int:
    """Return the bytes of the machine, or of what limits this process, if that is less."""
    page = os.sysconf("SC_PAGE_SIZE")
    return min(os.sysconf("SC_PHYS_PAGES") * page, *_limits())


def free_bytes() -> int:
    """Return how many bytes more this process can have before it is ended or refused.

    Where the system does not tell what is taken, it is all that may be had.
    """
    left = [allowed_bytes()]
    addresses, container = _limits()
    if PROCESS.is_file():
        left.append(addresses - int(PROCESS.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE"))
    if MACHINE.is_file():
        left.append(_number_of("MemAvailable:", MACHINE.read_text().splitlines()) * 1024)
    if (CGROUP / "memory.current").is_file():  # what is kept of files is given up for others
        told = (CGROUP / "memory.stat").read_text().splitlines()
        files = sum(_number_of(f"{kind}_file ", told) for kind in ("active", "inactive"))
        left.append(container - int((CGROUP / "memory.current").read_text()) + files)
    return max(min(left), 0)


def _limits() -> tuple[int, int]:
    """Return how many bytes may be addressed, and how many the container may have."""
    addresses, _ = resource.getrlimit(resource.RLIMIT_AS)
    most = CGROUP / "memory.max"
    told = most.read_text().strip() if most.is_file() else "max"
    endless = 2**63
    return (
        endless if addresses == resource.RLIM_INFINITY else addresses,
        int(told) if told.isdecimal() else endless,
    )


def _number_of(name: str, lines: Iterable[str]) -> int:
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
