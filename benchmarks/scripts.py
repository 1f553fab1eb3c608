"""What whole Keras scripts take, from start to end, beside Keras on JAX and on TensorFlow.

    python benchmarks/scripts.py --tensorflow-python PATH     writes benchmarks/results.json
    python benchmarks/scripts.py --quick                      one repetition; writes nothing

Everybody runs the same files, in processes of their own, in turns; figures are medians of
wall time. PATH is an interpreter with Keras and TensorFlow; the others run in this one.
Without TensorFlow, or without Keras, that contender is left out. Run it on a quiet machine,
and with the same packages for all: scikit-learn imports pandas where it is installed.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import machine

HERE = Path(__file__).parent
OURS, COLD = "`pellucid run`", "`pellucid run`, the first time"
SCRIPTS = {"iris": "iris_script.py", "folds": "folds_script.py"}
CLAIMS = {"Keras on TensorFlow": 10.0, "Keras on JAX": 1.0}  # iris, times ours
LOSS = re.compile(r"test loss ([\d.]+)")
VERSION = """
from importlib.metadata import packages_distributions, version
print(version(packages_distributions()["tensorflow"][0]))
"""


class Contender(NamedTuple):
    """Who runs a script: the command before its path, and the environment."""

    command: tuple[str, ...]
    environment: Mapping[str, str] = {}
    needs: str = "pellucid"  # a module that its interpreter must have
    afresh: bool = False  # whether each run finds an empty folder of programs

    @property
    def there(self) -> bool:
        """Whether this one can run here."""
        look = f"import importlib.util as u; assert u.find_spec({self.needs!r}) is not None"
        return not subprocess.run([self.command[0], "-c", look], capture_output=True).returncode

    def runs(self, script: Path) -> Callable[[], float]:
        """Return the work: run `script` once, and return the loss it prints."""

        def work() -> float:
            with tempfile.TemporaryDirectory() as empty:
                programs = {"PELLUCID_PROGRAMS": empty} if self.afresh else {}
                # Everybody may keep bytecode: that is how packages are installed.
                around = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
                printed = subprocess.run(
                    [*self.command, str(script)],
                    check=True,
                    capture_output=True,
                    text=True,
                    env={**around, **self.environment, **programs},
                ).stdout
            return float(LOSS.findall(printed)[-1])

        return work


def contenders(tensorflow: str | None) -> Iterator[tuple[str, Contender]]:
    """Go through everybody who can run a script here."""
    ours = (sys.executable, "-m", "pellucid", "run", "--no-summary")
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    everybody = {
        OURS: Contender(ours),
        COLD: Contender(ours, afresh=True),
        "Keras on JAX": Contender((sys.executable,), {"KERAS_BACKEND": "jax"}, "keras"),
        "Keras on TensorFlow": Contender(
            (tensorflow or sys.executable,),
            {"KERAS_BACKEND": "tensorflow", **quiet},
            "tensorflow",
        ),
    }
    for name, contender in everybody.items():
        if contender.there:
            yield name, contender
        else:
            print(f"{name} is left out: it has no {contender.needs}", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one repetition")
    parser.add_argument("--tensorflow-python", metavar="PATH", help="who has TensorFlow")
    given = parser.parse_args()
    everybody = dict(contenders(given.tensorflow_python))
    results: dict[str, Any] = {"machine": machine.describe()}
    if "Keras on TensorFlow" in everybody:
        asked = [everybody["Keras on TensorFlow"].command[0], "-c", VERSION]
        results["machine"]["tensorflow"] = subprocess.check_output(asked, text=True).strip()
    for name, file in SCRIPTS.items():
        works = {who: contender.runs(HERE / file) for who, contender in everybody.items()}
        found = machine.alternate(works, 1 if given.quick else 5)
        for entry in found.values():
            entry["times pellucid"] = entry["median"] / found[OURS]["median"]
        results[name] = found
    show(results)
    if not given.quick:
        machine.write({"scripts": results})


def show(results: Mapping[str, Any]) -> None:
    """Print the results as a plain table, and which promises they keep."""
    for task in SCRIPTS:
        print(f"\n{task:32}{'median s':>10}{'ratio':>8}{'first s':>10}{'loss':>9}")
        for name, entry in results[task].items():
            figures = f"{entry['median']:10.2f}{entry['times pellucid']:8.1f}"
            print(f"{name:32}{figures}{entry['first']:10.2f}{entry['loss']:9.3f}")
    print()
    for name, least in CLAIMS.items():
        if name in results["iris"]:
            times = results["iris"][name]["times pellucid"]
            kept = "kept" if times >= least else "NOT KEPT"
            print(f"iris, {name:26}{times:8.1f} times ours, of {least:g}: {kept}")


if __name__ == "__main__":
    main()
