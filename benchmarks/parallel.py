"""Two processes with a core each beside one process with one core, and where sharing stops paying.

    python benchmarks/parallel.py [--repetitions 5]

Trains 784-512-512-10, batch 128, alternately in one process and in two that share each batch,
each process kept to one core of its own, beside two that take half a batch each and share nothing:
what the machine's cores give at most. The two send messages, and, where the kernels are installed,
share memory. Measures an all-reduce of several sizes between them; and prints what the estimate of
docs/devices.md gives for more processes, with a simulation in which the time of a step varies from
process to process.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from typing import Any

import jax
import numpy as np

import pellucid as pc
from pellucid.base.types import Params, Tree
from pellucid.training.cluster import joined
from pellucid.training.compilation import compiled
from pellucid.training.devices import averaged, on_several
from pellucid.training.place import Place
from pellucid.training.shared_memory import SWITCH, offered

ROWS, BATCH, EPOCHS, CLASSES = 9_984, 128, 3, 10
NETWORKS = {
    "784-128-10": ((128,), "relu"),
    "784-512-512-10": ((512, 512), "relu"),
    "784-512-512-10 with elu": ((512, 512), "elu"),
}
NUDGE = 1 + 2**-20  # of the first kernel: what rounding alone makes of losses
SIZES = (1_000, 10_000, 100_000, 1_000_000)  # numbers of four bytes
TURNS = 50  # all-reduces in one program
JITTER, DRAWS = 0.05, 2_000  # deviation of a step's time, and how many steps are simulated
LINKS = {"10 Gbit/s, 50 us": (50e-6, 1.25e9), "100 Gbit/s, 10 us": (10e-6, 12.5e9)}


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--worker", nargs=5, help=argparse.SUPPRESS)  # as `worker` takes them
    given = parser.parse_args()
    if given.worker:
        network, *numbers = given.worker
        worker(network, *map(int, numbers))
        return
    for network in NETWORKS:
        show(network, [measure(network) for _ in range(given.repetitions)])


def measure(network: str) -> dict[str, dict]:
    """Return what one process measures, two that share nothing, and two that share each batch."""
    ways = {"by messages": "off", **({"in memory": "on"} if offered() else {})}
    return {
        "alone": started(network, 1, BATCH),
        "half": started(network, 2, BATCH // 2),
        **{way: started(network, 2, BATCH, switch) for way, switch in ways.items()},
    }


def show(network: str, runs: list[dict[str, dict]]) -> None:
    """Print what was measured, and the estimate that follows."""
    steps = {way: statistics.median(run[way]["step"] for run in runs) for way in runs[0]}
    alone, half = steps.pop("alone"), steps.pop("half")
    nudged = apart(runs, "alone", "nudged")
    print(f"\n{network}, batch {BATCH}: medians of {len(runs)}")
    print(f"one process, one core          {alone * 1e3:7.2f} ms a step")
    print(f"two, half a batch, not joined  {half * 1e3:7.2f} ms: {alone / half:.2f} x at most")
    links = {}
    for way, step in steps.items():
        same = all(run[way]["losses"] == runs[0][way]["losses"] for run in runs)
        columns = zip(*(run[way]["reduces"] for run in runs), strict=True)
        latency, bandwidth = line([statistics.median(column) for column in columns])
        links[f"here, {way}"] = latency, bandwidth
        print(f"two that share, {way:14} {step * 1e3:7.2f} ms a step: {alone / step:.2f} x")
        print(f"  an all-reduce: {latency * 1e6:.0f} us and {bandwidth / 1e9:.2f} GB/s")
        print(f"  losses differ by at most {apart(runs, way, 'losses'):.1e}; same bits: {same}")
    print(f"those of one process, first kernel 1e-6 larger: by at most {nudged:.1e}")
    numbers = runs[0]["alone"]["numbers"]
    fixed = statistics.median(run["alone"]["fixed"] for run in runs)
    predict(alone, fixed, 4 * numbers, {**links, **LINKS})


def apart(runs: list[dict[str, dict]], way: str, what: str) -> float:
    """Return how far losses are from those of one process, at most."""
    return max(np.abs(np.subtract(run["alone"]["losses"], run[way][what])).max() for run in runs)


def started(network: str, processes: int, batch: int, switch: str = "") -> dict:
    """Return what the first of so many processes measures; those of a `switch` are joined."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1] if switch else 0
    command = [sys.executable, __file__, "--worker", network, str(batch), str(port)]
    running = [
        subprocess.Popen(
            [*command, str(rank), str(processes)],
            env={**os.environ, "NPROC": "1", SWITCH: switch},
            stdout=subprocess.PIPE if rank == 0 else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for rank in range(processes)
    ]
    answers = [process.communicate()[0] for process in running]
    return json.loads(str(answers[0]).splitlines()[-1])


def worker(network: str, batch: int, port: int, rank: int, processes: int) -> None:
    """Keep to a core, join the others if there is a port, and print what is measured."""
    os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[rank]})  # before any thread of JAX
    if port:
        os.environ.update(Place(f"127.0.0.1:{port}", rank, processes, wait=60).variables())
    with joined():
        print(json.dumps(measured(network, batch, processes if port else 1)), flush=True)


def measured(network: str, batch: int, ranks: int) -> dict:
    """Return the times and losses of a fit, and the times of all-reduces."""
    fitted(network, batch)  # compiles
    model, records = fitted(network, batch)
    return {
        "step": statistics.median(r.seconds for r in records) / (ROWS // batch),
        "losses": losses_of(records),
        "nudged": losses_of(fitted(network, batch, NUDGE)[1]) if ranks == 1 else None,
        "numbers": sum(array.size for array in model.weights.values()),
        "fixed": update_seconds(model) if ranks == 1 else None,
        "reduces": [reduce_seconds(size, ranks) for size in SIZES] if ranks > 1 else None,
    }


def fitted(network: str, batch: int, nudge: float = 1) -> tuple[pc.Sequential, Any]:
    """Return a network that has learnt, its first kernel times `nudge` before, and its records."""
    digits: Any = pc.open_data("mnist")
    x, y = digits.x[:ROWS].reshape(ROWS, 784).astype(np.float32) / 255, digits.labels[:ROWS]
    widths, activation = NETWORKS[network]
    hidden = [pc.layers.Dense(units, activation) for units in widths]
    model = pc.Sequential([pc.Input((784,)), *hidden, pc.layers.Dense(CLASSES, "softmax")])
    kernel, *others = model.get_weights()
    model.set_weights([kernel * np.float32(nudge), *others])
    model.compile("adam", "sparse_categorical_crossentropy")
    way = {"batch_size": batch, "verbose": 0, "doctor": "off"}
    return model, model.fit(x, y, epochs=EPOCHS, **way).records


def losses_of(records: Any) -> list[float]:
    """Return the loss of each step."""
    return np.concatenate([record.step_losses for record in records]).tolist()


def update_seconds(model: pc.Sequential) -> float:
    """Return the seconds of what each process does alike, however many there are: the update."""
    train, optimizer = model.trainer.train, model.recipe.optimizer

    def update(params: Params, memory: Tree, rate: Any) -> tuple[Params, Tree]:
        change, memory = optimizer.update(params, memory, params, rate)
        return jax.tree.map(lambda p, u: p + u, params, change), memory

    program = compiled(update, donate=(0, 1))
    state, seconds = (train.params, train.memory), []
    for _ in range(30):
        began = time.perf_counter()
        state = jax.block_until_ready(program(state[0], state[1], train.learning_rate))
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def reduce_seconds(size: int, ranks: int) -> float:
    """Return the seconds of one all-reduce of so many numbers."""
    turns = on_several(lambda x: jax.lax.fori_loop(0, TURNS, lambda _, v: averaged(v), x), ranks)
    seconds = []
    for _ in range(6):
        began = time.perf_counter()
        jax.block_until_ready(turns(np.zeros(size, np.float32)))
        seconds.append((time.perf_counter() - began) / TURNS)
    return statistics.median(seconds[1:])


def line(seconds: list[float]) -> tuple[float, float]:
    """Return latency and bandwidth, of two processes: seconds = 2 latency + bytes / bandwidth."""
    sizes = 4.0 * np.array(SIZES)
    slope = (seconds[-1] - seconds[0]) / (sizes[-1] - sizes[0])
    return max(seconds[0] / 2, 1e-7), 1 / max(slope, 1e-15)


def reduce_time(processes: int, size: float, latency: float, bandwidth: float) -> float:
    """Return the seconds of a ring: 2 (p - 1) messages of size / p, one after the other."""
    messages = 2 * (processes - 1)
    return messages * latency + messages / processes * size / bandwidth


def predict(step: float, fixed: float, size: float, links: dict[str, tuple[float, float]]) -> None:
    """Print how many times as fast so many processes are, on paper and simulated."""
    random = np.random.default_rng(0)
    counts = (2, 4, 8, 16, 32)
    print(f"the update, which every process does: {fixed * 1e3:.2f} ms; {size / 1e6:.2f} MB a step")
    print(f"{'processes':24}" + "".join(f"{count:>14}" for count in counts))
    for name, link in links.items():
        cells = []
        for count in counts:
            work, reduce = (step - fixed) / count + fixed, reduce_time(count, size, *link)
            drawn = work * np.exp(random.normal(0, JITTER, (DRAWS, count)))
            simulated = step / (drawn.max(axis=1).mean() + reduce)
            cells.append(f"{step / (work + reduce):6.2f} ({simulated:4.2f})")
        print(f"{name:24}" + "".join(f"{cell:>14}" for cell in cells))


if __name__ == "__main__":
    main()
