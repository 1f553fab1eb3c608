"""What a fit, a step and a start cost, beside the same work done by others.

    python benchmarks/step.py            all of it; writes benchmarks/results.json
    python benchmarks/step.py --quick    fewer repetitions, to see that it works; writes nothing

Every contender trains in this process, in turns, on the same rows; figures are medians.
Contenders whose package is not installed are left out. Run it on a quiet machine.
"""

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import contenders
import machine
import tasks
from by_hand import plain_jax

HERE = Path(__file__).parent
PEERS: dict[str, Callable[[tasks.Task], Callable[[], float]]] = {
    "pellucid": contenders.pellucid,
    "plain JAX": plain_jax,
    "scikit-learn": contenders.scikit_learn,
    "PyTorch": contenders.pytorch,
    "Keras on JAX": contenders.keras_on_jax,
}
IMPORTS = """
import time
start = time.perf_counter(); import jax
then = time.perf_counter(); import pellucid
after = time.perf_counter(); pellucid.Sequential
print(then - start, after - then, time.perf_counter() - then)
"""
BUSY = 0.5  # processes waiting for a core before the first measurement
CLAIMS = {
    "iris, second fit": (0.030, "s"),
    "step over plain JAX": (1.2, "times"),
    "import pellucid over jax": (0.060, "s"),
    "pellucid --help": (0.15, "s"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--first-fit", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.first_fit:
        print(json.dumps(two_fits()))
        return
    repetitions = 2 if given.quick else 7
    before, rate_before = machine.describe(), machine.matrix_rate()
    results: dict[str, Any] = {"quick": given.quick, "machine": before}
    results["start"] = starting(repetitions)
    results["iris, fresh process"] = fresh_fits(repetitions)
    results["iris"] = compare(tasks.iris(epochs=200), PEERS, repetitions)
    results["digits"] = compare(tasks.digits(epochs=1 if given.quick else 4), PEERS, repetitions)
    results["pictures"] = compare(
        tasks.pictures(rows=640 if given.quick else 2560),
        {name: PEERS[name] for name in ("pellucid", "Keras on JAX")},
        1 if given.quick else 5,
    )
    before["matrix product, GFLOP/s"] = [round(rate_before), round(machine.matrix_rate())]
    before["busy with other work"] = before["load of the last minute"] > BUSY
    results["claims"] = claims(results)
    show(results)
    if not given.quick:
        machine.write(results)


def compare(task: tasks.Task, who: dict[str, Any], repetitions: int) -> dict[str, Any]:
    """Return what each contender needs for `task`, and a step of it in microseconds."""
    ready = {}
    for name, contender in who.items():
        try:
            ready[name] = contender(task)
        except ModuleNotFoundError as missing:
            if name == "pellucid":
                raise
            print(f"{name} is left out: {missing}", file=sys.stderr)
    found = machine.alternate(ready, repetitions)
    for entry in found.values():
        entry["step, us"] = entry["median"] / task.steps * 1e6
        entry["times pellucid"] = entry["median"] / found["pellucid"]["median"]
    return found


def two_fits() -> list[float]:
    """Return the seconds of the first and the second fit of iris in this process."""
    train = contenders.pellucid(tasks.iris(epochs=200))
    return [machine.timed(train)[0] for _ in range(2)]


def fresh_fits(repetitions: int) -> dict[str, float]:
    """Return the medians of `two_fits`, each time in a new process."""
    command = [sys.executable, str(HERE / "step.py"), "--first-fit"]
    pairs = [json.loads(_output(command)) for _ in range(min(repetitions, 5))]
    first, second = (statistics.median(times) for times in zip(*pairs, strict=True))
    return {"first fit, s": first, "second fit, s": second}


def starting(repetitions: int) -> dict[str, float]:
    """Return what imports and the command's help cost in a new process, in seconds."""
    names = ("import jax", "import pellucid over jax", "pellucid.Sequential over jax")
    runs = [_output([sys.executable, "-c", IMPORTS]).split() for _ in range(max(repetitions, 5))]
    medians = [statistics.median(map(float, times)) for times in zip(*runs, strict=True)]
    return {
        **dict(zip(names, medians, strict=True)),
        "python alone": _lasting([sys.executable, "-c", "pass"]),
        "pellucid --help": _lasting([str(Path(sys.executable).with_name("pellucid")), "--help"]),
    }


def claims(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return each promise with what was measured."""
    measured = {
        "iris, second fit": results["iris, fresh process"]["second fit, s"],
        "step over plain JAX": 1 / results["digits"]["plain JAX"]["times pellucid"],
        "import pellucid over jax": results["start"]["import pellucid over jax"],
        "pellucid --help": results["start"]["pellucid --help"],
    }
    return {
        name: {"measured": measured[name], "promised": limit, "unit": unit}
        for name, (limit, unit) in CLAIMS.items()
    }


def show(results: dict[str, Any]) -> None:
    """Print the results as a plain table."""
    for name, value in results["machine"].items():
        print(f"{name:28}{value}")
    for task in ("iris", "digits", "pictures"):
        print(f"\n{task:20}{'median s':>10}{'step us':>10}{'ratio':>8}{'first s':>10}{'loss':>9}")
        for name, entry in results[task].items():
            figures = f"{entry['median']:10.4f}{entry['step, us']:10.1f}"
            rest = f"{entry['times pellucid']:8.2f}{entry['first']:10.3f}{entry['loss']:9.4f}"
            print(f"{name:20}{figures}{rest}")
    if results["machine"]["busy with other work"]:
        print("\nThe machine was busy: run this again before quoting a figure.")
    print()
    for part in ("start", "iris, fresh process"):
        for name, seconds in results[part].items():
            print(f"{name:28}{seconds:8.4f}")
    print()
    for name, claim in results["claims"].items():
        kept = "kept" if claim["measured"] <= claim["promised"] else "NOT KEPT"
        print(f"{name:28}{claim['measured']:8.4f} of {claim['promised']} {claim['unit']}: {kept}")


def _output(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _lasting(command: list[str]) -> float:
    return statistics.median(machine.timed(lambda: _output(command))[0] for _ in range(5))


if __name__ == "__main__":
    main()
