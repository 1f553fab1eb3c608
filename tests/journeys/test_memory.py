"""A process that trains again and again holds no more than one that trained a little."""

import subprocess
import sys

import pytest

WORK = """
import gc
import sys

import jax
import numpy as np
import pellucid as pc

WARM, FITS, new = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "new"
x = np.random.default_rng(0).normal(size=(4000, 20)).astype("float32")
y = (x[:, 0] > 0).astype("float32")


def resident():
    gc.collect()
    with open("/proc/self/status") as status:
        (line,) = (line for line in status if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1000


def fit(units):
    layers = [pc.Input((20,)), pc.layers.Dense(units, "relu"), pc.layers.Dense(1, "sigmoid")]
    model = pc.Sequential(layers)
    model.compile("adam", "binary_crossentropy")
    model.fit(x, y, batch_size=400, epochs=2, verbose=0)


for turn in range(FITS):
    if turn == WARM:
        before = resident()
    fit(8 + turn * new)
print((resident() - before) / (FITS - WARM), len(jax.live_arrays()))
"""


def held(warm: int, fits: int, which: str) -> tuple[float, int]:
    """Return by how many MB the process grows with each fit, and how many arrays are left."""
    command = [sys.executable, "-c", WORK, str(warm), str(fits), which]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    megabytes, arrays = done.stdout.split()
    return float(megabytes), int(arrays)


def test_a_hundred_fits_of_one_network_are_flat():
    megabytes, arrays = held(30, 130, "same")
    assert megabytes < 0.1  # its rows alone are 0.3 MB
    assert arrays == 0


@pytest.mark.slow
def test_a_hundred_networks_leave_next_to_nothing():
    megabytes, arrays = held(20, 120, "new")
    assert megabytes < 2  # programs of one take about 25 MB
    assert arrays == 0
