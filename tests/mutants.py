"""Mutants of every file format, each read once: what happened is counted.

    python tests/mutants.py 100000            writes the table into docs/security.md
    python tests/mutants.py 500 --only model.keras

Half of the mutants are damaged, half forged (see `mutations`). A process reads them and tells
of each; one that dies or hangs is replaced, and goes on after the mutant that ended it. Time
is that of the processor, and memory the most that was held beyond what was held before; a
mutant that took too much of either is read once more, as the first of a kind may fill a cache.
"""

import argparse
import datetime
import json
import logging
import select
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from mutations import damaged, forged
from sample_files import Sample, samples

from pellucid.base.errors import PellucidError

PAGE = Path(__file__).parents[1] / "docs" / "security.md"
BEGIN, END = "<!-- mutants: begin -->", "<!-- mutants: end -->"
SECONDS, MEGABYTES, HANGS = 1.0, 50.0, 60.0
OUTCOMES = ("refused", "same", "other", "silent", "error", "crash", "hang", "slow", "large")


def mutant(name: str, sample: Sample, number: int) -> tuple[str, bytes]:
    """Return a mutant by its number, and of which kind it is."""
    random = np.random.default_rng([number, *name.encode()])
    if number % 2:
        return "forged", forged(name, random, sample.content)
    return "damaged", damaged(random, sample.content)


def outcome(sample: Sample, path: Path, kind: str, whole: str) -> str:
    """Read a mutant, and say what came of it."""
    try:
        got = sample.read(path)
    except PellucidError as error:
        told = str(error)
        file = path.name.replace(".alone", "")  # it is read in its folder
        parts = "got:" in told and "expected:" in told and file in told
        return "refused" if parts else f"error: not in four parts: {told}"
    except BaseException as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"error: {type(error).__name__}: {error} ({place.filename}:{place.lineno})"
    if got == whole:
        return "same"
    return "silent" if kind == "damaged" and sample.sealed else "other"


def read_mutants(name: str, start: int, stop: int) -> None:
    """Read mutants, and print what came of each as a line of JSON."""
    warnings.simplefilter("ignore")
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        sample = samples(Path(folder) / "samples")[name]
        path = Path(folder) / name
        path.write_bytes(sample.content)
        whole = sample.read(path)
        tell("ready")
        for number in range(start, stop):
            try:
                kind, content = mutant(name, sample, number)
            except Exception as error:  # of the one who forges
                tell([number, "forged", f"unmade: {error!r}", 0, 0])
                continue
            path.write_bytes(content)
            look = partial(outcome, sample, path, kind, whole)
            came, seconds, megabytes = measured(look)
            if seconds > SECONDS or megabytes > MEGABYTES:
                came, seconds, megabytes = measured(look)
            tell([number, kind, came, seconds, megabytes])


def tell(what: Any) -> None:
    """Tell the process that counts."""
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


def measured(act: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return what an action gives, its seconds, and the most megabytes it held."""
    Path("/proc/self/clear_refs").write_text("5")  # the most memory that was held: from now on
    before, began = _memory("VmRSS"), time.process_time()
    came = act()
    return came, time.process_time() - began, _memory("VmHWM") - before


def _memory(what: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def told(name: str, count: int) -> Iterator[list[Any]]:
    """Yield what came of each mutant of a file: number, kind, outcome, seconds, megabytes."""
    start = 0
    while start < count:
        command = [sys.executable, __file__, "--child", name, str(start), str(count)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            assert child.stdout is not None and child.stdout.readline(), child.stderr.read()
            while start < count:
                ready = select.select([child.stdout], [], [], HANGS)[0]
                line = child.stdout.readline() if ready else b""
                if not line:
                    child.kill()
                    yield [
                        start,
                        ("damaged", "forged")[start % 2],
                        "crash" if ready else "hang",
                        0,
                        0,
                    ]
                    start += 1
                    break
                yield json.loads(line)
                start += 1


def counted(name: str, count: int, log: Any) -> dict[str, Any]:
    """Return the row of a file in the table."""
    row: dict[str, Any] = {"file": name, **dict.fromkeys(("damaged", "forged", *OUTCOMES), 0)}
    found = Counter[str]()
    seconds = megabytes = 0.0
    for number, kind, came, took, held in told(name, count):
        if came.startswith("unmade"):
            print(f"{name} {number}: {came}", file=log, flush=True)
            continue
        outcome = came.partition(":")[0]
        found.update([kind, outcome, *["slow"] * (took > SECONDS), *["large"] * (held > MEGABYTES)])
        seconds, megabytes = max(seconds, took), max(megabytes, held)
        if outcome not in ("refused", "same", "other") or took > SECONDS or held > MEGABYTES:
            print(
                f"{name} {number} {kind}: {came} {took:.2f} s {held:.0f} MB", file=log, flush=True
            )
    return {**row, **found, "seconds": seconds, "megabytes": megabytes}


def table(rows: list[dict[str, Any]], command: str) -> str:
    """Return the table of counts in Markdown."""
    columns = {
        "file": "file",
        "damaged": "damaged",
        "forged": "forged",
        "refused": "refused",
        "same": "read, same values",
        "other": "read, as what it says",
        "silent": "silent changes",
        "error": "other errors",
        "crash": "crashes",
        "hang": "hangs",
        "slow": "over 1 s",
        "large": "over 50 MB",
        "seconds": "longest (s)",
        "megabytes": "most (MB)",
    }
    total = {key: sum(row[key] for row in rows) for key in list(columns)[1:-2]}
    peaks = {key: max(row[key] for row in rows) for key in ("seconds", "megabytes")}
    lines = [" | ".join(columns.values()), " | ".join(["---"] + ["---:"] * (len(columns) - 1))]
    for row in [*rows, {"file": "all", **total, **peaks}]:
        cells = [row["file"], *(f"{row[key]:,}" for key in total)]
        lines.append(" | ".join([*cells, f"{row['seconds']:.2f}", f"{row['megabytes']:.0f}"]))
    day = datetime.datetime.now(datetime.UTC).date()
    count = total["damaged"] + total["forged"]
    head = f"{count:,} mutants, {day}, by `{command}`:"
    return "\n".join([head, "", *(f"| {line} |" for line in lines)])


def main() -> None:
    """Count, and write the table into the page unless only one file is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--only", action="append")
    parser.add_argument("--log", type=Path, default=Path("mutants.log"))
    parser.add_argument("--child", nargs=3)
    asked = parser.parse_args()
    if asked.child:
        name, start, stop = asked.child
        read_mutants(name, int(start), int(stop))
        return
    with tempfile.TemporaryDirectory() as folder:
        names = asked.only or list(samples(Path(folder)))
    with asked.log.open("w") as log:
        rows = [counted(name, -(-asked.count // len(names)), log) for name in names]
    text = table(rows, f"python tests/mutants.py {asked.count}")
    sys.stdout.write(f"{text}\n")
    if not asked.only:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}")


if __name__ == "__main__":
    main()
