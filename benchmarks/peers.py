"""The same work by Pellucid and its peers: fits, predictions, starts and memory.

    python benchmarks/peers.py --tensorflow-python PATH    writes benchmarks/results.json
    python benchmarks/peers.py --quick                     iris, once each; writes nothing
    python benchmarks/peers.py --only digits,wide          some tasks; writes nothing
    python benchmarks/peers.py --gpu                       all on the first GPU; writes nothing

Every contender has a process of its own for each task, which lives through all repetitions;
they work in turns, so that a busy moment hits all, and figures are medians. Contenders whose
package is not installed are left out. PATH is an interpreter with Keras and TensorFlow. Run it
on a quiet machine. Pellucid trains as its users train: with the doctor on.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import jax
import machine
from contenders import CONTENDERS
from starting import starting
from tasks import TASKS

HERE = Path(__file__).parent
OURS, ALONE, UNWATCHED = "pellucid", "pellucid without oneDNN", "pellucid without the doctor"
BARE = "plain JAX"  # code for one network, no framework
NO_PEERS = frozenset({OURS, ALONE, UNWATCHED, BARE})
NO_PICTURES = frozenset({"scikit-learn"})
NO_FRAMEWORK = frozenset({BARE, ALONE, UNWATCHED, "scikit-learn"})
BUSY = 0.5  # processes waiting for a core before the first measurement
QUICK = ("iris",)
TIMES_BEST = {  # how many times our seconds the best peer takes
    "iris": 10.0,
    "digits": 2.0,
    "wide": 1.3,
    "pictures": 1.5,
    "deep": 1.5,
    "table": 2.0,
}


class Worker:
    """A process in which one contender does one task."""

    def __init__(self, contender: str, task: str, python: str) -> None:
        # Everybody may keep bytecode: that is how packages are installed.
        around = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        paths = (str(HERE), str(HERE.parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep))
        around |= {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [python, str(HERE / "worker.py"), contender, task],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=around,
        )
        self.missing = self._answer().get("missing", "something")
        self.first = self.cold = 0.0

    def train_once(self) -> None:
        """Train for the first time: what that took, and how long after the process's start."""
        self.first = self.ask("train")["seconds"]
        self.cold = time.perf_counter() - self.began

    def ask(self, request: str) -> dict[str, Any]:
        """Return what the contender needed for a request."""
        assert self.process.stdin is not None
        print(request, file=self.process.stdin, flush=True)
        return self._answer()

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return json.loads(self.process.stdout.readline() or '{"failed": true}')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions and tasks")
    parser.add_argument("--only", default="", help="names of tasks, with commas between")
    parser.add_argument("--tensorflow-python", default=sys.executable, metavar="PATH")
    parser.add_argument("--gpu", action="store_true", help="train on a GPU, which must be there")
    given = parser.parse_args()
    choose_device(parser, gpu=given.gpu)
    pythons = dict.fromkeys(CONTENDERS, sys.executable)
    pythons["Keras on TensorFlow"] = given.tensorflow_python
    chosen = given.only.split(",") if given.only else QUICK if given.quick else TASKS
    repetitions = 1 if given.quick else 5
    before, rate = machine.describe(), machine.matrix_rate()
    before["busy with other work"] = before["load of the last minute"] > BUSY
    peers: dict[str, Any] = {"machine": before, "start": starting(repetitions)}
    peers["tasks"] = {name: compare(name, pythons, repetitions) for name in chosen}
    if "iris" in chosen:
        peers["cold"] = cold("iris", pythons, peers["tasks"]["iris"]["fit"], repetitions - 1)
    before["matrix product, GFLOP/s"] = [round(rate), round(machine.matrix_rate())]
    peers["claims"] = [list(claim) for claim in claims(peers)]
    show(peers)
    if not (given.quick or given.only or given.gpu):
        machine.write({"peers": peers})


def choose_device(parser: argparse.ArgumentParser, *, gpu: bool) -> None:
    """Let all workers train on the same kind of device, which each library finds by itself."""
    if not gpu:
        os.environ |= {"JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""}
    elif jax.devices()[0].platform != "gpu":
        parser.error("there is no GPU that JAX can use: pip install 'jax[cuda13]'")


@contextmanager
def workers(task: str, pythons: Mapping[str, str]) -> Iterator[dict[str, Worker]]:
    """Give a worker for each contender that can do a task, each when it has trained once."""
    with ExitStack() as open_ones:
        there = {}
        for name, python in pythons.items():
            if name in (NO_PICTURES if TASKS[task]().has_pictures else {ALONE}):
                continue
            worker = Worker(name, task, python)
            open_ones.callback(worker.close)
            if worker.missing is None:
                worker.train_once()
                there[name] = worker
            else:
                print(f"{name} is left out: it has no {worker.missing}", file=sys.stderr)
        yield there


def compare(name: str, pythons: Mapping[str, str], repetitions: int) -> dict[str, Any]:
    """Return what each contender needs for a task, by turns."""
    task = TASKS[name]()
    with workers(name, pythons) as there:
        found = turns(there, "train", repetitions)
        for contender, entry in found.items():
            entry |= {"first": there[contender].first, "cold": there[contender].cold}
            entry["step, us"] = entry["median"] / task.steps * 1e6
            entry["rate, GFLOP/s"] = task.products / entry["median"] / 1e9
        result: dict[str, Any] = {"words": task.words, "fit": found}
        if name == "digits":
            for rows in (1, 10_000):
                result[f"predict {rows}"] = turns(there, f"predict {rows}", repetitions)
    return result


def turns(there: Mapping[str, Worker], request: str, repetitions: int) -> dict[str, dict[str, Any]]:
    """Return the seconds of each worker, one after the other."""
    found: dict[str, dict[str, Any]] = {name: {"seconds": []} for name in there}
    for _ in range(repetitions):
        for name, worker in there.items():
            answer = worker.ask(request)
            found[name]["seconds"].append(answer["seconds"])
            found[name] |= {"loss": answer["loss"], "memory": answer["memory"]}
    return compared(found)


def cold(
    name: str, pythons: Mapping[str, str], fit: Mapping[str, Mapping[str, Any]], more: int
) -> dict[str, dict[str, Any]]:
    """Return the seconds from the start of a process to the end of its first fit.

    The workers of the fits have begun so themselves; `more` processes of each are added.
    """
    found = {contender: {"seconds": [entry["cold"]]} for contender, entry in fit.items()}
    for _ in range(more):
        for contender, entry in found.items():
            worker = Worker(contender, name, pythons[contender])
            worker.train_once()
            worker.close()
            entry["seconds"].append(worker.cold)
    return compared(found)


def compared(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Add medians of seconds, and what they are beside ours."""
    for entry in found.values():
        entry["median"] = statistics.median(entry["seconds"])
    for entry in found.values():
        entry["times pellucid"] = entry["median"] / found[OURS]["median"]
    return found


def best(found: Mapping[str, Mapping[str, Any]], key: str = "median") -> tuple[str, float]:
    """Return the peer with the least of a figure; plain JAX is no peer."""
    return min(((n, e[key]) for n, e in found.items() if n not in NO_PEERS), key=lambda p: p[1])


def claims(peers: Mapping[str, Any]) -> Iterator[tuple[str, float, float, bool]]:
    """Go through what is aimed at: in words, as measured, the aim, and whether it is reached."""
    rate = max(peers["machine"]["matrix product, GFLOP/s"])
    for name, result in peers["tasks"].items():
        fit = result["fit"]
        ours = fit[OURS]
        ratio = best(fit)[1] / ours["median"]
        yield f"{name}: best peer over ours", ratio, TIMES_BEST[name], ratio >= TIMES_BEST[name]
        if BARE in fit:
            bare = fit[BARE]["times pellucid"]
            yield f"{name}: plain JAX over ours", bare, 0.9, bare >= 0.9
        memory = {n: e for n, e in fit.items() if n not in NO_FRAMEWORK}
        least = best(memory, "memory")[1] / ours["memory"]
        yield f"{name}: least memory of a peer over ours", least, 1.0, least >= 1
    if "wide" in peers["tasks"]:
        share = peers["tasks"]["wide"]["fit"][OURS]["rate, GFLOP/s"] / rate
        yield "wide: share of the matrix rate", share, 0.7, share >= 0.7
    if "digits" in peers["tasks"]:
        one = peers["tasks"]["digits"]["predict 1"][OURS]["median"] * 1000
        yield "one row predicted, ms", one, 0.2, one <= 0.2
        for rows, words in ((1, "one row"), (10_000, "10,000 rows")):
            bare = peers["tasks"]["digits"][f"predict {rows}"][BARE]["times pellucid"]
            yield f"{words} predicted: plain JAX over ours", bare, 0.9, bare >= 0.9
    if "cold" in peers:
        found = peers["cold"]
        deep = {n: e for n, e in found.items() if n not in NO_FRAMEWORK}
        ratio = best(deep)[1] / found[OURS]["median"]
        yield "iris, cold: best deep-learning peer over ours", ratio, 1.0, ratio >= 1
        if "scikit-learn" in found:
            ratio = 1 / found["scikit-learn"]["times pellucid"]
            yield "iris, cold: ours over scikit-learn", ratio, 1.5, ratio <= 1.5


def show(peers: Mapping[str, Any]) -> None:
    """Print the results as plain tables."""
    for name, value in peers["machine"].items():
        print(f"{name:28}{value}")
    rate = max(peers["machine"]["matrix product, GFLOP/s"])
    for result in peers["tasks"].values():
        head = f"{'median s':>10}{'step us':>10}{'ratio':>7}{'of rate':>9}{'first s':>9}"
        print(f"\n{result['words']}\n{'':28}{head}{'MB':>7}{'loss':>9}")
        for name, entry in result["fit"].items():
            figures = f"{entry['median']:10.4f}{entry['step, us']:10.1f}"
            ratio = f"{entry['times pellucid']:7.2f}{entry['rate, GFLOP/s'] / rate:9.1%}"
            rest = f"{entry['first']:9.3f}{entry['memory'] / 1e6:7.0f}{entry['loss']:9.4f}"
            print(f"{name:28}{figures}{ratio}{rest}")
        for key in (key for key in result if key.startswith("predict")):
            print(f"{key} rows, ms:", in_words(result[key], 1000))
    if "cold" in peers:
        print("\niris from the start of a process, s:", in_words(peers["cold"]))
    for name, seconds in peers["start"].items():
        print(f"{name:32}{seconds:8.4f}")
    print()
    for words, measured, promised, kept in peers["claims"]:
        print(f"{words:48}{measured:8.3f} of {promised}: {'reached' if kept else 'NOT REACHED'}")
    if peers["machine"]["busy with other work"]:
        print("\nThe machine was busy: run this again before quoting a figure.")


def in_words(found: Mapping[str, Mapping[str, Any]], times: float = 1) -> str:
    """Return medians in a line."""
    parts: Iterable[str] = (f"{name} {e['median'] * times:.3g}" for name, e in found.items())
    return ", ".join(parts)


if __name__ == "__main__":
    main()
