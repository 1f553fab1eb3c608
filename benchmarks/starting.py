"""What starting costs: imports, the command's help, and a first fit in a new process."""

import statistics
import subprocess
import sys
from pathlib import Path

import machine

IMPORTS = """
import time
start = time.perf_counter(); import jax
then = time.perf_counter(); import pellucid
after = time.perf_counter(); pellucid.Sequential
print(then - start, after - then, time.perf_counter() - then)
"""
NAMES = ("import jax", "import pellucid over jax", "pellucid.Sequential over jax")


def starting(repetitions: int) -> dict[str, float]:
    """Return what imports and the command's help cost in a new process: medians of seconds."""
    runs = [_output([sys.executable, "-c", IMPORTS]).split() for _ in range(repetitions)]
    medians = [statistics.median(map(float, times)) for times in zip(*runs, strict=True)]
    return {
        **dict(zip(NAMES, medians, strict=True)),
        "python alone": _lasting([sys.executable, "-c", "pass"], repetitions),
        "pellucid --help": _lasting(
            [str(Path(sys.executable).with_name("pellucid")), "--help"], repetitions
        ),
    }


def _lasting(command: list[str], repetitions: int) -> float:
    return statistics.median(machine.timed(lambda: _output(command))[0] for _ in range(repetitions))


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
