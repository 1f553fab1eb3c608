"""Training on ten times the memory there may be, beside training from memory.

    python benchmarks/streaming.py [--limit 2] [--times 10] [--folder FOLDER]

Writes a .npy file of `times` times `limit` GiB (784 float32 a row) into the folder, and trains
784-512-512-10 and 784-128-10, batch 128, through it once in a process that may address `limit`
GiB (RLIMIT_AS); before and after that, on a tenth of the limit that is held in memory, in a
process of its own. Prints rows a second, and how much memory the stream held when a tenth, half
and all was done.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import pellucid as pc
from pellucid.training.callbacks import Control
from pellucid.training.record import StepsRecord
from pellucid.training.trainer import FREELY, Pace

FEATURES, CLASSES, BATCH, GIB = 784, 10, 128, 2**30
ROW_BYTES = 4 * FEATURES
NETWORKS = {"784-512-512-10": (512, 512), "784-128-10": (128,)}


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=float, default=2, help="GiB that a process may address")
    parser.add_argument("--times", type=float, default=10, help="the data, by the limit")
    parser.add_argument("--folder", type=Path, help="where the data are written")
    parser.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)  # its kind, and the network
    given = parser.parse_args()
    if given.worker:
        kind, name = given.worker
        print(json.dumps(WORKERS[kind](network(name), given.folder, int(given.limit * GIB))))
        return
    with TemporaryDirectory(dir=given.folder) as folder:
        rows = int(given.limit * given.times * GIB / ROW_BYTES)
        write(Path(folder), rows)
        os.sync()  # else the disk is still writing while the stream is read
        print(f"{rows:,} rows, {given.limit * given.times:g} GiB, {given.limit:g} GiB allowed")
        for name in NETWORKS:
            kinds = ("memory", "stream", "memory")
            show(name, [measured(kind, name, folder, given.limit) for kind in kinds])


def show(name: str, found: list[dict]) -> None:
    """Print what was measured of a network."""
    before, streamed, after = found
    share = 2 * streamed["rate"] / (before["rate"] + after["rate"])
    print(f"{name} from memory {before['rate']:,.0f} and {after['rate']:,.0f} rows a second")
    print(f"streamed    {streamed['rate']:,.0f} rows a second: {share:.0%}")
    held = ", ".join(f"{part:.0%} {size / 2**20:.0f} MB" for part, size in streamed["held"])
    print(f"resident memory of the stream: {held}", flush=True)


def write(folder: Path, rows: int) -> None:
    """Write x.npy and y.npy, a part at a time."""
    random = np.random.default_rng(0)
    part = random.normal(size=(2**15, FEATURES)).astype(np.float32)
    labels = part[:, :CLASSES].argmax(1).astype(np.uint8)
    for name, columns in (("x", part), ("y", labels)):
        with (folder / f"{name}.npy").open("wb") as file:
            described = np.lib.format.header_data_from_array_1_0(columns)
            described["shape"] = (rows, *columns.shape[1:])
            np.lib.format.write_array_header_1_0(file, described)
            for first in range(0, rows, len(part)):
                file.write(columns[: rows - first].tobytes())


def measured(kind: str, name: str, folder: str, limit: float) -> dict:
    """Return what a worker says in a process of its own."""
    how = ["--worker", kind, name, "--folder", folder, f"--limit={limit}"]
    command = [sys.executable, __file__, *how]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(answer.splitlines()[-1])


def network(name: str) -> pc.Sequential:
    """Return the model to train."""
    hidden = [pc.layers.Dense(units, "relu") for units in NETWORKS[name]]
    model = pc.Sequential([pc.Input((FEATURES,)), *hidden, pc.layers.Dense(CLASSES, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def from_memory(model: pc.Sequential, folder: Path, limit: int) -> dict:
    """Train on rows that fit, for some epochs; the first, which compiles, does not count."""
    rows = limit // 10 // ROW_BYTES
    x = np.load(folder / "x.npy", mmap_mode="r")[:rows].copy()
    y = np.load(folder / "y.npy")[:rows]
    history = model.fit(x, y, batch_size=BATCH, epochs=6, verbose=0)
    return {"rate": 5 * rows / sum(record.seconds for record in history.records[1:])}


def streamed(model: pc.Sequential, folder: Path, limit: int) -> dict:
    """Train on all rows once, with no more addresses than the limit."""
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    memory = Memory()
    stream = pc.open_stream(folder / "x.npy", folder / "y.npy")
    model.fit(stream, batch_size=BATCH, verbose=0, callbacks=[memory])
    (began, first), (ended, last) = memory.at[0], memory.at[-1]
    marks = [next((p, size) for p, size in memory.held if p >= at) for at in (0.1, 0.5, 0.99)]
    return {"rate": (last - first) * BATCH / (ended - began), "held": marks}


class Memory(pc.Callback):
    """Notes when blocks end, and how much memory the process then holds."""

    def __init__(self) -> None:
        self.held: list[tuple[float, int]] = []  # by the share of the steps taken
        self.at: list[tuple[float, int]] = []  # seconds and steps

    def pace(self) -> Pace:
        """Let blocks be as long as they would be without."""
        return FREELY

    def on_steps_end(self, record: StepsRecord, control: Control) -> None:
        """Note where a block has ended."""
        self.at.append((time.perf_counter(), record.step))
        self.held.append((record.step / record.steps, resident()))


def resident() -> int:
    """Return the bytes of this process that are in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


WORKERS = {"memory": from_memory, "stream": streamed}

if __name__ == "__main__":
    main()
