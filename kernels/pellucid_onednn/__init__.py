"""oneDNN's convolutions and batch normalisation, behind XLA's foreign-function interface."""

import ctypes
import os
from pathlib import Path


def _loaded() -> ctypes.CDLL:
    """Load the kernels with as many threads as XLA has, which give way when they wait.

    OpenMP reads the environment once, when it is loaded. Its threads would go on spinning after
    each call, on the cores that XLA needs next.
    """
    wanted = {"OMP_WAIT_POLICY": "passive", "OMP_NUM_THREADS": os.environ.get("NPROC", "")}
    ours = {name: value for name, value in wanted.items() if value and name not in os.environ}
    os.environ.update(ours)
    try:
        return ctypes.CDLL(str(Path(__file__).with_name("liblayers.so")))
    finally:
        for name in ours:
            del os.environ[name]


_LIBRARY = _loaded()
NAMES = (
    "pellucid_convolve",
    "pellucid_convolve_to_x",
    "pellucid_convolve_to_kernel",
    "pellucid_normalise",
    "pellucid_normalise_backward",
)
CALLS = {name: getattr(_LIBRARY, name) for name in NAMES}
