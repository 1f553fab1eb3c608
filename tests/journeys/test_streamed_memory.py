"""D11: a process trains on ten times what it may address, and holds little of it at a time."""

import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import resource, sys
import jax
import pellucid as pc
from pellucid.training.trainer import FREELY

def held(what):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(what))

class Memory(pc.Callback):
    held = []

    def pace(self):
        return FREELY

    def on_steps_end(self, record, control):
        self.held.append(held("VmRSS:"))

jax.devices()
baseline = held("VmRSS:")
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
features, epochs, *files = sys.argv[1:]
layers = [pc.layers.Dense(128, "relu"), pc.layers.Dense(10, "softmax")]
model = pc.Sequential([pc.Input((int(features),)), *layers])
model.compile("adam", "sparse_categorical_crossentropy")
memory = Memory()
stream = pc.open_stream(*files)
model.fit(stream, batch_size=128, epochs=int(epochs), verbose=0, callbacks=[memory])
third = len(memory.held) // 3
print(baseline, held("VmHWM:"), max(memory.held[-third:]) - max(memory.held[:third]))
"""


def measured(features, epochs, *files):
    """Return MB: after imports, at most, and by how much the last third of a fit held more."""
    command = [sys.executable, "-c", SCRIPT, *map(str, (features, epochs, *files))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [float(number) for number in done.stdout.split()[-3:]]


@pytest.mark.slow
def test_D11_twenty_gigabytes_of_an_array_are_trained_on_in_half_a_gigabyte(tmp_path):
    rows = 20 * 2**30 // (4 * 784)
    for name, form in (("x", (rows, 784)), ("y", (rows,))):  # files with holes: nothing is written
        np.lib.format.open_memmap(tmp_path / f"{name}.npy", "w+", np.float32, form)
    _, most, growth = measured(784, 1, tmp_path / "x.npy", tmp_path / "y.npy")
    assert most < 500
    assert growth < 16


@pytest.mark.slow
def test_D11_a_table_is_trained_on_in_half_a_gigabyte(tmp_path):
    numbers = np.random.default_rng(0).normal(size=(4096, 20)).astype("f")
    lines = [",".join([*map(str, row), str(n % 10)]) for n, row in enumerate(numbers)]
    text = "\n".join(lines) + "\n"
    with (tmp_path / "table.csv").open("w") as file:
        file.write(",".join([*(f"c{n}" for n in range(20)), "class"]) + "\n")
        file.writelines(text for _ in range(200))
    _, most, growth = measured(20, 4, tmp_path / "table.csv")
    assert most < 500
    assert growth < 64
