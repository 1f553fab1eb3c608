"""Mutants guided by coverage, for the night: those that reach new lines are mutated further.

    python tests/fuzzing.py model.keras -runs=100000

The words after the file's name are libFuzzer's. It ends with an error at the first mutant that
is neither read nor refused as it should be, takes 10 s or 2 GB, and leaves it in a file.
"""

import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["pellucid", "zipfile", "json"]):
    from mutants import outcome
    from sample_files import samples


def main(name: str, *words: str) -> None:
    """Mutate and read one of the sample files."""
    warnings.simplefilter("ignore")
    folder = Path(tempfile.mkdtemp())
    sample, seeds, path = samples(folder / "samples")[name], folder / "seeds", folder / name
    seeds.mkdir()
    (seeds / name).write_bytes(sample.content)
    path.write_bytes(sample.content)
    whole = sample.read(path)

    def look(content: bytes) -> None:
        path.write_bytes(content)
        came = outcome(sample, path, "damaged", whole)
        if came.startswith(("error", "silent")):
            raise RuntimeError(came)

    atheris.Setup([sys.argv[0], "-timeout=10", "-rss_limit_mb=2048", *words, str(seeds)], look)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
