"""README's tables of times, from what `step.py` and `scripts.py` left in results.json.

python benchmarks/tables.py          writes the tables between the markers in README.md
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
README, RESULTS = HERE.parent / "README.md", HERE / "results.json"
START, END = "<!-- benchmarks: written by benchmarks/tables.py -->", "<!-- /benchmarks -->"
TASKS = {
    "iris": "iris, 4-10-3, batch 16, 200 epochs, validated after each",
    "digits": "digits, 784-128-10, batch 32, 4 epochs of 8,000",
    "pictures": "digits, two convolutions, batch 128, 2,560 rows",
}
SCRIPTS = {
    "iris": "[iris](benchmarks/iris_script.py), 4-10-3, batch 16, 200 epochs",
    "folds": "[iris in five folds](benchmarks/folds_script.py), 100 epochs each",
}
UNMEASURED = (
    "Not measured yet. `python benchmarks/step.py` trains the same networks with Pellucid, plain "
    "JAX, scikit-learn, PyTorch and Keras in turns, and `python benchmarks/tables.py` writes its "
    "figures here."
)


def main() -> None:
    """Write the table into README.md."""
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")


def with_table(readme: str) -> str:
    """Return README's text with the table of the results there are."""
    before, rest = readme.split(START)
    _, after = rest.split(END)
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else None
    written = "\n".join(table(results)) if results else UNMEASURED
    return f"{before}{START}\n{written}\n{END}{after}"


def table(results: Mapping[str, Any]) -> Iterator[str]:
    """Go through the lines of the table: seconds of a fit, and how many times Pellucid's."""
    names = list(dict.fromkeys(name for task in TASKS for name in results[task]))
    machine = results["machine"]
    yield "Seconds of a fit in a running process, and how many times Pellucid's (medians):"
    yield ""
    yield f"| | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for task, words in TASKS.items():
        yield f"| {words} | {' | '.join(_cell(results[task].get(name)) for name in names)} |"
    yield ""
    fresh, start = results["iris, fresh process"], results["start"]
    yield (
        f"The first fit of iris in a new process takes {fresh['first fit, s']:.2f} s where an "
        "earlier process has left its compiled programs, the second "
        f"{fresh['second fit, s'] * 1000:.0f} ms. `import pellucid` alone takes "
        f"{start['import pellucid over jax'] * 1000:.1f} ms more than `import jax`, because names "
        "are loaded when they are first used; with `pellucid.Sequential` it is "
        f"{start['pellucid.Sequential over jax'] * 1000:.0f} ms more. "
        f"`pellucid --help` answers in {start['pellucid --help'] * 1000:.0f} ms."
    )
    yield ""
    yield from scripts(results.get("scripts"))
    versions = ", ".join(f"{name} {machine[name]}" for name in _packages(machine))
    busy = " The machine was busy with other work." if machine["busy with other work"] else ""
    rates = " and ".join(str(rate) for rate in machine["matrix product, GFLOP/s"])
    yield (
        f"On {machine['processor']}, {machine['cores']} cores, with {versions}; NumPy's float32 "
        f"matrix product ran at {rates} GFLOP/s before and after.{busy}"
    )


def scripts(results: Mapping[str, Any] | None) -> Iterator[str]:
    """Go through the lines on whole scripts, where they have been measured."""
    if results is None:
        return
    names = list(results["iris"])
    yield "Seconds of an unchanged Keras script in a new process, imports and all:"
    yield ""
    yield f"| | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for task, words in SCRIPTS.items():
        yield f"| {words} | {' | '.join(_cell(results[task].get(name)) for name in names)} |"
    yield ""
    versions = ", ".join(
        f"{name} {results['machine'][name]}" for name in _packages(results["machine"])
    )
    yield f"Scripts ran with {versions}."
    yield ""


def _cell(entry: Mapping[str, float] | None) -> str:
    if entry is None:
        return ""
    return f"{entry['median']:.3g} ({entry['times pellucid']:.2g})"


def _packages(machine: Mapping[str, Any]) -> list[str]:
    return [
        name for name in ("jax", "scikit-learn", "torch", "keras", "tensorflow") if name in machine
    ]


if __name__ == "__main__":
    main()
