"""README's tables of times and docs/benchmarks.md, from what the benchmarks left in results.json.

python benchmarks/tables.py          writes both
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
README, PAGE = HERE.parent / "README.md", HERE.parent / "docs" / "benchmarks.md"
RESULTS = HERE / "results.json"
START, END = "<!-- benchmarks: written by benchmarks/tables.py -->", "<!-- /benchmarks -->"
SCRIPTS = {
    "iris": "[iris](benchmarks/iris_script.py), 4-10-3, batch 16, 200 epochs",
    "folds": "[iris in five folds](benchmarks/folds_script.py), 100 epochs each",
}
COLD = "iris in a new process, from its start to its result"
UNMEASURED = (
    "Not measured yet. `python benchmarks/peers.py` trains the same networks with Pellucid, plain "
    "JAX, scikit-learn, PyTorch and Keras in turns, and `python benchmarks/tables.py` writes its "
    "figures here."
)


def main() -> None:
    """Write the tables into README.md and docs/benchmarks.md."""
    README.write_text(with_table(README.read_text(encoding="utf-8")), encoding="utf-8")
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def with_table(document: str) -> str:
    """Return a document's text with the tables of the results there are."""
    before, rest = document.split(START)
    _, after = rest.split(END)
    results = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    whole = document.startswith("# Benchmarks")
    lines = [UNMEASURED] if "peers" not in results else list(table(results, whole=whole))
    if whole:  # the page lies a folder deeper than README
        lines = [line.replace("](benchmarks/", "](../benchmarks/") for line in lines]
    return "\n".join((before + START, *lines, END + after))


def table(results: Mapping[str, Any], *, whole: bool = False) -> Iterator[str]:
    """Go through the lines of the tables; the `whole` of them says more."""
    peers = results["peers"]
    rows = {result["words"]: result["fit"] for result in peers["tasks"].values()}
    rows[COLD] = peers["cold"]
    yield "Seconds of a fit in a running process, and how many times Pellucid's (medians):"
    yield ""
    yield from _table(rows)
    if whole:
        yield from _details(peers)
    start = peers["start"]
    yield (
        f"`import pellucid` alone takes {start['import pellucid over jax'] * 1000:.1f} ms more "
        "than `import jax`, because names are loaded when they are first used; with "
        f"`pellucid.Sequential` it is {start['pellucid.Sequential over jax'] * 1000:.0f} ms more. "
        f"`pellucid --help` answers in {start['pellucid --help'] * 1000:.0f} ms."
    )
    yield ""
    yield from _scripts(results.get("scripts"))
    yield _machine(peers["machine"])


def _details(peers: Mapping[str, Any]) -> Iterator[str]:
    tasks, rate = peers["tasks"].values(), max(peers["machine"]["matrix product, GFLOP/s"])
    yield "Microseconds of a step:"
    yield ""
    yield from _table({t["words"]: t["fit"] for t in tasks}, "step, us")
    yield "Arithmetic in matrix products, in per cent of the rate of the machine's own product:"
    yield ""
    shares = {t["words"]: t["fit"] for t in tasks}
    yield from _table(shares, "rate, GFLOP/s", 100 / rate)
    yield "Most memory held by the process, in MB:"
    yield ""
    yield from _table({t["words"]: t["fit"] for t in tasks}, "memory", 1e-6)
    yield "Milliseconds of a prediction by 784-128-10, NumPy in and out:"
    yield ""
    digits = peers["tasks"]["digits"]
    predictions = {key.split()[1] + " rows": digits[key] for key in digits if "predict" in key}
    yield from _table(predictions, "median", 1000)
    yield "What is aimed at:"
    yield ""
    yield "| | measured | aim | |"
    yield "|---|---|---|---|"
    for words, measured, aim, reached in peers["claims"]:
        yield f"| {words} | {measured:.3g} | {aim} | {'reached' if reached else 'not reached'} |"
    yield ""


def _table(
    rows: Mapping[str, Mapping[str, Any]], key: str = "median", times: float = 1.0
) -> Iterator[str]:
    names = list(dict.fromkeys(name for found in rows.values() for name in found))
    yield f"| | {' | '.join(names)} |"
    yield "|---" * (len(names) + 1) + "|"
    for words, found in rows.items():
        cells = (_cell(found.get(name), key, times) for name in names)
        yield f"| {words} | {' | '.join(cells)} |"
    yield ""


def _cell(entry: Mapping[str, float] | None, key: str, times: float) -> str:
    if entry is None:
        return ""
    figure = (
        f"{entry[key] * times:.3g}" if entry[key] * times < 1000 else f"{entry[key] * times:.0f}"
    )
    return f"{figure} ({entry['times pellucid']:.2g})" if key == "median" else figure


def _scripts(results: Mapping[str, Any] | None) -> Iterator[str]:
    """Go through the lines on whole scripts, where they have been measured."""
    if results is None:
        return
    yield "Seconds of an unchanged Keras script in a new process, imports and all:"
    yield ""
    yield from _table({words: results[task] for task, words in SCRIPTS.items()})
    yield f"Scripts ran with {_versions(results['machine'])}."
    yield ""


def _machine(machine: Mapping[str, Any]) -> str:
    busy = " The machine was busy with other work." if machine["busy with other work"] else ""
    rates = " and ".join(str(rate) for rate in machine["matrix product, GFLOP/s"])
    return (
        f"On {machine['processor']}, {machine['cores']} cores, with {_versions(machine)}; NumPy's "
        f"float32 matrix product ran at {rates} GFLOP/s before and after.{busy}"
    )


def _versions(machine: Mapping[str, Any]) -> str:
    names = ("jax", "scikit-learn", "torch", "keras", "tensorflow")
    return ", ".join(f"{name} {machine[name]}" for name in names if name in machine)


if __name__ == "__main__":
    main()
