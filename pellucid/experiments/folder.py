"""A run on disk: everything needed to use it, to judge it and to repeat it.

    experiment.toml   what was asked for
    model.safetensors the network and the whole training state
    encoding.json     how raw rows become its inputs, and classes get their names back
    split.json        which rows trained, stopped and judged it
    history.csv       the values of every epoch
    scores.json       how it was judged
    findings.json     what the doctor found
    report.html       the same for people
    SHA256SUMS        a checksum of each of these texts, as `sha256sum` writes them

A folder is filled under another name and renamed when all is there, so a run exists whole
or not at all.
"""

import csv
import hashlib
import io
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from pellucid.base.errors import FileError, explain
from pellucid.data.encoding import Encoding
from pellucid.experiments.experiment import Experiment
from pellucid.interop.door import content_of, guarded, parsed
from pellucid.models.loading import load
from pellucid.models.model import Model

MODEL, ENCODING, EXPERIMENT = "model.safetensors", "encoding.json", "experiment.toml"
SPLIT, HISTORY, SCORES, REPORT = "split.json", "history.csv", "scores.json", "report.html"
FINDINGS, SUMS = "findings.json", "SHA256SUMS"
T = TypeVar("T")
BEFORE = ".before"  # ends the name of a run that another takes the place of


@dataclass(frozen=True)
class Run:
    """A run folder that was read: the model and how to feed it."""

    path: Path
    experiment: Experiment
    model: Model
    encoding: Encoding

    @property
    def report(self) -> Path:
        """The report's file."""
        return self.path / REPORT

    def json(self, name: str, read: Callable[[Any], Any] = lambda told: told) -> Any:
        """Return what one of the run's JSON files holds, as `read` has it."""
        return _read(self.path, name, lambda text: read(parsed(text)))

    def text(self, name: str) -> str:
        """Return one of the run's texts, as it was written."""
        return _read(self.path, name, str)


def new_folder(wanted: str | PathLike[str] | None, data: str) -> Path:
    """Return the folder for a new run: the wanted one, or the next free one under runs/.

    Raises:
        FileError: the wanted one is there already, as a run is never overwritten; or the
            place does not allow a new folder.
    """
    path = _next_free(data) if wanted is None else Path(wanted).expanduser()
    hint = "choose another --run"
    if training_folder(path).exists():
        what = f"A run that has not ended is in {training_folder(path)}."
        going = f"go on with it: --resume {path}; or choose another --run"
        raise FileError(explain(what, got=path, expected="a new folder", hint=going))
    if path.exists():
        what = f"{path} is there already, and a run is never overwritten."
        raise FileError(explain(what, got=path, expected="a new folder", hint=hint))
    ground = next(place for place in path.absolute().parents if place.exists())
    if not ground.is_dir() or not os.access(ground, os.W_OK | os.X_OK):
        what = f"No folder can be made at {path}."
        got = f"{ground} is {'not open to you' if ground.is_dir() else 'a file'}"
        raise FileError(explain(what, got=got, expected="a folder to write in", hint=hint))
    return path


def _next_free(data: str) -> Path:
    stem = "".join(c if c.isalnum() else "-" for c in Path(data).resolve().stem) or "run"
    numbers = (Path("runs") / f"{stem}-{number}" for number in itertools.count(1))
    return next(p for p in numbers if not (p.exists() or training_folder(p).exists()))


def training_folder(path: Path) -> Path:
    """Return where the state of a run is while it trains."""
    return path.with_name(f"{path.name}.training")


def write_run(path: Path, model: Model, texts: Mapping[str, str], *, again: bool = False) -> None:
    """Write a run with these texts by file name, whole or not at all; in place of one, if `again`.

    Raises:
        FileError: the folder cannot be made, or came into being meanwhile.
    """
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        part.chmod(0o755)
        model.save(part / MODEL)
        sums = "".join(f"{_sum(text.encode())}  {name}\n" for name, text in texts.items())
        for name, text in {**texts, SUMS: sums}.items():
            with (part / name).open("wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
        if again and path.exists():
            path.rename(part.with_suffix(BEFORE))
        part.rename(path)
    except OSError as error:
        what = f"The run cannot be written to {path}."
        raise FileError(explain(what, got=error.strerror, expected="a new folder")) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
            shutil.rmtree(part.with_suffix(BEFORE), ignore_errors=True)


def is_run(path: str | PathLike[str]) -> bool:
    """Tell whether a folder holds a run."""
    return (Path(path).expanduser() / EXPERIMENT).is_file()


def open_run(path: str | PathLike[str]) -> Run:
    """Return the run in a folder.

    Raises:
        FileError: it holds no run, or a file of it is damaged.
    """
    folder = Path(path)
    if not is_run(folder):
        what = f"There is no run in {folder}."
        got = "no such folder" if not folder.exists() else f"no {EXPERIMENT}"
        hint = "give the folder that `pellucid train` named"
        if training_folder(folder).exists():
            hint = f"it has not ended: pellucid train --resume {folder}"
        raise FileError(explain(what, got=got, expected="a run folder", hint=hint))
    return Run(
        folder,
        _read(folder, EXPERIMENT, Experiment.from_toml),
        load(folder / MODEL),
        _read(folder, ENCODING, lambda text: Encoding.from_json(parsed(text))),
    )


def history_csv(columns: Mapping[str, Sequence[float]]) -> str:
    """Return the values of every epoch as CSV, every digit kept."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def _read(folder: Path, name: str, meaning: Callable[[str], T]) -> T:
    """Return what one of a run's texts means, if it is as it was written."""
    path, sums = folder / name, folder / SUMS
    content = content_of(path, "file of a run")
    with guarded(path, "file of a run"):
        if sums.exists() and f"{_sum(content)}  {name}" not in sums.read_text().splitlines():
            what = f"{path} is not what was written: it is damaged, or was changed."
            hint = f"put it back; without {SUMS} nothing is compared"
            expected = f"that in {SUMS}"
            raise FileError(explain(what, got="another checksum", expected=expected, hint=hint))
        return meaning(content.decode())


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
