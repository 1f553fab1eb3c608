"""Models of many layers that all differ: how long they take to build and save, and to read.

    python benchmarks/drawing.py

Each in a process of its own, which keeps no programs from before, by the Keras face. Prints
seconds; beside them what JAX's own generator takes to compile one array, and ours.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

COUNTS = (30, 300)


def main() -> None:
    """Measure, and print what was found."""
    around = os.environ | {"PELLUCID_PROGRAMS": "off"}
    for count in COUNTS:
        command = [sys.executable, __file__, str(count)]
        print(subprocess.run(command, env=around, capture_output=True, text=True).stdout, end="")
    for impl in ("threefry2x32", "pellucid_threefry"):
        command = [sys.executable, __file__, impl]
        print(subprocess.run(command, env=around, capture_output=True, text=True).stdout, end="")


def many(count: int) -> None:
    """Build, save and read a model of so many Dense layers of different widths."""
    import pellucid.keras as keras

    keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])  # imports what it takes
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        began = time.perf_counter()
        widths = (keras.layers.Dense(width) for width in range(8, 8 + count))
        keras.Sequential([keras.Input((8,)), *widths]).save(path)
        saved = time.perf_counter()
        keras.models.load_model(path).get_weights()
        read = time.perf_counter()
    print(f"{count} layers: saved in {saved - began:.2f} s, read in {read - saved:.2f} s")


def one(impl: str) -> None:
    """Compile a program that draws one array."""
    import jax

    from pellucid.functions.threefry import THREEFRY

    key = jax.random.key(0, impl=THREEFRY if impl == "pellucid_threefry" else impl)
    lowered = jax.jit(lambda key: jax.random.normal(key, (300, 40))).lower(key)
    began, used = time.perf_counter(), time.process_time()
    lowered.compile()
    seconds, cores = time.perf_counter() - began, time.process_time() - used
    print(f"{impl}: compiled in {seconds:.2f} s, {cores:.2f} s of processor time")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        many(int(sys.argv[1])) if sys.argv[1].isdigit() else one(sys.argv[1])
