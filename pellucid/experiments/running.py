"""A whole experiment: read, split, learn, judge, and leave a run folder."""

import json
import os
import platform
import time
from dataclasses import fields, replace
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from pellucid import __version__
from pellucid.base.errors import DataError
from pellucid.data.dataset import Dataset
from pellucid.data.encoding import Encoding, learn
from pellucid.data.reading import Reading
from pellucid.data.sources import SETS, open_data, set_name
from pellucid.data.splits import Split, divide
from pellucid.experiments.design import Design, design, probabilities, targets
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import (
    ENCODING,
    EXPERIMENT,
    HISTORY,
    REPORT,
    SCORES,
    SPLIT,
    Run,
    free_name,
    history_csv,
    write_run,
)
from pellucid.experiments.judging import Judgement, judge_classes, judge_numbers
from pellucid.experiments.report import Material, mistakes_shown, page, short_blocks
from pellucid.models.history import History
from pellucid.plots.blocks import Block
from pellucid.plots.page import to_html
from pellucid.training.rules import EarlyStopping


class Outcome(NamedTuple):
    """A run that was made: where it lies, and how it ended."""

    path: Path
    judgement: Judgement
    history: History
    blocks: tuple[Block, ...]  # the report in short
    interrupted: bool
    finite: bool  # whether the loss stayed a number


class Prepared(NamedTuple):
    """Data as a network takes them, and where they came from."""

    data: Dataset
    parts: Split
    encoding: Encoding
    x: np.ndarray
    y: np.ndarray
    notes: tuple[str, ...]


def run(
    experiment: Experiment,
    folder: str | PathLike[str] | None = None,
    *,
    data: Dataset | None = None,
    verbose: int | str = "auto",
) -> Outcome:
    """Run an experiment into a new folder; return how it went.

    Nothing is written before training ends. Stopped by Ctrl-C, the run is judged and
    written as it stands.

    Raises:
        DataError, FileError, ConfigError: before the first step.
    """
    path = free_name(folder, experiment.data)
    began = time.perf_counter()
    ready = prepare(experiment, data)
    train, validation, _ = ready.parts
    made = design(experiment, ready.encoding, ready.x[train], ready.y[train])
    y = targets(ready.encoding, ready.y, made.loss)
    interrupted = False
    try:
        made.model.fit(
            ready.x[train],
            y[train],
            batch_size=made.batch_size,
            epochs=made.epochs,
            validation_data=(ready.x[validation], y[validation]),
            class_weight=experiment.class_weight,
            callbacks=[EarlyStopping(patience=made.patience, restore_best_weights=True)],
            verbose=verbose,
        )
    except KeyboardInterrupt:
        interrupted = True
    material = _material(experiment, ready, made, path.name, time.perf_counter() - began)
    history = made.model.history
    finite = all(np.isfinite(list(r.values.values())).all() for r in history.records)
    write_run(path, made.model, _texts(experiment, ready, material))
    mistakes = mistakes_shown(material)
    blocks = (*short_blocks(material.judgement), *([mistakes] if mistakes else []))
    return Outcome(path, material.judgement, history, blocks, interrupted, finite)


def prepare(experiment: Experiment, data: Dataset | None = None) -> Prepared:
    """Return the data of an experiment, split and encoded by its training rows."""
    changed = _changed(experiment.reading)
    raw = open_data(experiment.data, **changed) if data is None else data
    shares = (1 - experiment.validation - experiment.test, experiment.validation, experiment.test)
    notes: tuple[str, ...] = ()
    name = set_name(experiment.data)
    if name is not None and SETS[name].kind == "gate":
        every = np.arange(raw.rows)
        parts = Split(every, every, every)
        notes = ("A truth table is all there is: it is learnt from and judged on alike.",)
    else:
        parts = divide(raw, shares, seed=experiment.seed)
    encoding = learn(raw, parts.train)
    x, y, unseen = _encode(encoding, raw)
    return Prepared(raw, parts, encoding, x, y, (*notes, *unseen))


def judge(
    encoding: Encoding, output: np.ndarray, true: np.ndarray, training: np.ndarray
) -> Judgement:
    """Return the judgement on what a network gave for rows whose targets are `true`."""
    if encoding.task == "regression":
        return judge_numbers(true, output, training)
    return judge_classes(true, output, training, encoding.class_names)


def outputs(encoding: Encoding, model: Any, x: np.ndarray) -> np.ndarray:
    """Return the probabilities of the classes, or the numbers, for rows x."""
    given = model.predict(x)
    return given[:, 0] if encoding.task == "regression" else probabilities(encoding, given)


def judge_run(found: Run, data: Any = None) -> tuple[Block, ...]:
    """Return the judgement on other rows, or anew on the rows a run held out."""
    ready = prepare(found.experiment)
    training = ready.y[ready.parts.train]
    if data is None:
        x, y = ready.x[ready.parts.test], ready.y[ready.parts.test]
    else:
        rows = found.encoding.encode_new(data, labels=True)
        x, y = rows.x, rows.y
    return short_blocks(judge(found.encoding, outputs(found.encoding, found.model, x), y, training))


def report_run(found: Run) -> tuple[Block, ...]:
    """Return a run's report in short, as it was judged then."""
    return short_blocks(Judgement.from_json(found.json(SCORES)))


def _encode(encoding: Encoding, raw: Dataset) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """Return x and y; a category that only held-out rows have counts as none, and is noted."""
    try:
        return *encoding.encode(raw), ()
    except DataError as error:
        if encoding.reading.unknown != "refuse" or not encoding.features:
            raise
        lenient = replace(encoding, reading=_ignoring(encoding.reading))
        x, y = lenient.encode(raw)
        note = f"{str(error).splitlines()[0]} It counts as no category there."
        return x, y, (note,)


def _ignoring(reading: Reading) -> Reading:
    return Reading.from_config(reading.to_config() | {"unknown": "ignore"})


def _changed(reading: Reading) -> dict[str, Any]:
    settings = ((f.name, getattr(reading, f.name), f.default) for f in fields(reading))
    return {name: value for name, value, default in settings if value != default}


def _material(
    experiment: Experiment, ready: Prepared, made: Design, title: str, seconds: float
) -> Material:
    parts, model = ready.parts, made.model
    true = ready.y[parts.test]
    output = outputs(ready.encoding, model, ready.x[parts.test])
    judgement = judge(ready.encoding, output, true, ready.y[parts.train])
    history = model.history
    facts = (
        ("network", made.network),
        ("loss", made.loss),
        ("optimizer", repr(model.recipe.optimizer)),
        ("batch size", made.batch_size),
        ("epochs", len(history.records)),
        ("updates", int(model.train_state.step)),
        ("ended", history.stopped_because or "after all epochs"),
        ("training", f"{history.seconds:.2f} s"),
        ("in all, reading and judging included", f"{seconds:.2f} s"),
        ("seed", experiment.seed),
        ("made with", _versions()),
    )
    title = f"{ready.data.name}: {title}"
    return Material(
        title,
        judgement,
        ready.data,
        parts,
        output,
        true,
        history,
        model.summarize(),
        facts,
        experiment.to_toml(),
        ready.notes,
    )


def _versions() -> str:
    device = jax.devices()[0]
    kind = f"{device.platform} ({device.device_kind}), {os.cpu_count()} cores"
    python = f"Python {platform.python_version()}"
    return f"pellucid {__version__}, jax {jax.__version__}, {python}, {kind}"


def _texts(experiment: Experiment, ready: Prepared, material: Material) -> dict[str, str]:
    names = ("train", "validation", "test")
    rows = {name: part.tolist() for name, part in zip(names, ready.parts, strict=True)}
    split = {"digest": ready.data.digest, "rows": ready.data.rows, **rows}
    return {
        EXPERIMENT: experiment.to_toml(),
        ENCODING: json.dumps(ready.encoding.to_json(), indent=1),
        SPLIT: json.dumps(split),
        HISTORY: history_csv({"epoch": material.history.epochs, **material.history}),
        SCORES: json.dumps(material.judgement.to_json(), indent=1),
        REPORT: to_html(page(material)),
    }
