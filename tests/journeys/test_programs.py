"""What was compiled in one process starts at once in the next."""

import os
import subprocess
import sys

SCRIPT = """
import logging, jax
import numpy as np
import pellucid as pc
from pellucid.layers import Dense

class Count(logging.Handler):
    seen = []
    def emit(self, record):
        self.seen.append(record.getMessage())

logging.getLogger("jax._src.compiler").addHandler(Count())
logging.getLogger("jax._src.compiler").setLevel(logging.DEBUG)
model = pc.Sequential([pc.Input((3,)), Dense(5, "relu"), Dense(2, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(np.eye(3), [0, 1, 0], epochs=3, verbose=0)
print(sum("Persistent compilation cache hit for 'jit_block'" in line for line in Count.seen))
print(model.predict(np.eye(3)).tobytes().hex())
"""


def in_a_new_process(folder):
    environment = {**os.environ, "PELLUCID_PROGRAMS": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_programs_are_kept(tmp_path):
    hits, bits = in_a_new_process(tmp_path / "programs")
    assert hits == "0"
    assert any(path.name.startswith("jit_block") for path in (tmp_path / "programs").iterdir())
    hits, again = in_a_new_process(tmp_path / "programs")
    assert hits == "1"
    assert again == bits


def test_they_can_be_kept_nowhere(tmp_path):
    (tmp_path / "file").write_text("")
    hits, _ = in_a_new_process(tmp_path / "file" / "no folder")
    assert hits == "0"
