"""A process that may address little memory trains on ten times as much, and stays as it was."""

import subprocess
import sys

import numpy as np
import pytest

SCRIPT = """
import resource, sys
import numpy as np
import pellucid as pc
from pellucid.training.trainer import FREELY

class Memory(pc.Callback):
    held = []

    def pace(self):
        return FREELY

    def on_steps_end(self, record, control):
        with open("/proc/self/statm") as file:
            pages = [int(number) for number in file.read().split()]
        self.held.append([n * resource.getpagesize() / 2**20 for n in pages[:2]])

model = pc.Sequential([pc.Input((256,)), pc.layers.Dense(8, "relu"), pc.layers.Dense(2, "softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
stream = pc.open_stream(sys.argv[1], sys.argv[2], window=4096)
small = pc.open_stream(np.zeros((8192, 256), "f"), np.zeros(8192), window=4096)
model.fit(small, batch_size=256, verbose=0)
with open("/proc/self/statm") as file:
    now = int(file.read().split()[0]) * resource.getpagesize()
allowed = 64 * 2**20
resource.setrlimit(resource.RLIMIT_AS, (now + allowed, now + allowed))
assert len(stream) * 1024 > 10 * allowed
memory = Memory()
model.fit(stream, batch_size=256, verbose=0, callbacks=[memory])
resident = [row[1] for row in memory.held]
third = len(resident) // 3
print(max(resident[-third:]) - max(resident[:third]))
"""


@pytest.mark.slow
def test_D11_memory_is_flat_on_ten_times_what_is_allowed(tmp_path):
    rows = 700_000
    for name, form in (("x", (rows, 256)), ("y", (rows,))):  # files with holes: nothing is written
        np.lib.format.open_memmap(tmp_path / f"{name}.npy", "w+", np.float32, form)
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "x.npy"), str(tmp_path / "y.npy")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert float(done.stdout.split()[-1]) < 16  # MB from the first third to the last
