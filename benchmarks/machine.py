"""The machine under the figures: what it is, how busy it was, how fast it multiplies."""

import importlib.metadata
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

RESULTS = Path(__file__).with_name("results.json")
PACKAGES = ("jax", "numpy", "optax", "pellucid-kernels", "scikit-learn", "torch", "keras")
SIDE = 1024  # of the matrices multiplied


def describe() -> dict[str, Any]:
    """Return processor, cores, load and versions."""
    versions = {name: _version(name) for name in PACKAGES}
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "load of the last minute": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        **{name: version for name, version in versions.items() if version},
    }


def matrix_rate() -> float:
    """Return the rate of a float32 matrix product in NumPy, in GFLOP/s (median of 9)."""
    a = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)
    a @ a
    seconds = statistics.median(timed(lambda: a @ a)[0] for _ in range(9))
    return 2 * SIDE**3 / seconds / 1e9


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long `work` took, in seconds, and what it gave."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def alternate(
    works: Mapping[str, Callable[[], float]], repetitions: int
) -> dict[str, dict[str, Any]]:
    """Return the seconds of each work, taken in turns so that a busy moment hits all.

    The first turn compiles and warms caches; it stands under "first".
    """
    found: dict[str, dict[str, Any]] = {}
    for name, work in works.items():
        found[name] = {"first": timed(work)[0], "seconds": []}
    for _ in range(repetitions):
        for name, work in works.items():
            seconds, found[name]["loss"] = timed(work)
            found[name]["seconds"].append(seconds)
    for entry in found.values():
        entry["median"] = statistics.median(entry["seconds"])
    return found


def write(results: Mapping[str, Any]) -> None:
    """Put results into the file of all figures; those of other benchmarks stay."""
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    text = json.dumps({**before, **results}, indent=1) + "\n"
    RESULTS.write_text(text, encoding="utf-8")


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
