"""A whole experiment: read, split, learn, judge, and leave a run folder."""

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np

from pellucid.base.errors import ConfigError, PellucidError, explain
from pellucid.data.dataset import Dataset
from pellucid.experiments.answers import outputs, targets
from pellucid.experiments.deciding import decide
from pellucid.experiments.design import Design, design
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import (
    ENCODING,
    EXPERIMENT,
    FINDINGS,
    HISTORY,
    REPORT,
    SCORES,
    SPLIT,
    Run,
    history_csv,
    training_folder,
    write_run,
)
from pellucid.experiments.judging import judge, taught
from pellucid.experiments.material import Material
from pellucid.experiments.opening import opening
from pellucid.experiments.preparing import Prepared, prepare
from pellucid.experiments.report import page, short_blocks
from pellucid.experiments.unfinished import complete, taken_up, unfinished
from pellucid.models.repairing import Repair, judged, mended
from pellucid.optimizers.optimizer import OPTIMIZERS
from pellucid.plots.blocks import Block
from pellucid.plots.page import to_html
from pellucid.training.order import BALANCED
from pellucid.training.rules import EarlyStopping
from pellucid.training.weighting import balanced_weights

NOWHERE = "runs/-"  # where there is never a run
Show = Callable[[tuple[Block, ...]], None]


class NotFiniteError(PellucidError, ArithmeticError):
    """Training became non-finite before there was anything worth keeping."""


class LeftAtOnce(KeyboardInterrupt):
    """A second Ctrl-C: nothing more is to be done, and the machine may still be busy."""

    at_once = True


class Outcome(NamedTuple):
    """A run that was made: where it lies, and how it ended."""

    run: Run
    material: Material
    blocks: tuple[Block, ...]  # the report in short

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C ended it."""
        return self.material.interrupted

    @property
    def finite(self) -> bool:
        """Whether the loss stayed a number."""
        return self.material.finite


def run(
    experiment: Experiment,
    folder: str | PathLike[str] | None = None,
    *,
    data: Dataset | None = None,
    verbose: int | str = "auto",
    show: Show = lambda blocks: None,
    repair: bool = False,
    resume: bool = False,
    devices: int | str | None = None,
) -> Outcome:
    """Run an experiment into a new folder; return how it went.

    With `resume` the folder is that of a run which was interrupted or killed, and training
    goes on from its last checkpoint.

    With `repair`, what the doctor finds is cured where it can be, and trained again; what
    does not help is taken back.

    `show` is given what is about to happen, before the first step. A run is written when
    training has ended; until then its checkpoints are beside it. Stopped by Ctrl-C, it is
    judged and written as it stands, and the checkpoints stay.

    Raises:
        DataError, FileError, ConfigError: before the first step.
        CompleteError: there is nothing to resume.
        NotFiniteError: training gave no weights that can be used; nothing is written.
        KeyboardInterrupt: Ctrl-C before training began, or a second time.
        Terminated: a signal to terminate; the checkpoints stay.
    """
    place = taken_up(folder or "", experiment) if resume else unfinished(folder, experiment)
    with place as path:
        material = _carried_out(path, experiment, data, verbose, show, repair, devices)
        write_run(path, material.made.model, _texts(material), again=resume)
        if not material.interrupted:
            complete(path)
    done = Run(path, experiment, material.made.model, material.ready.encoding)
    return Outcome(done, material, short_blocks(material))


def _carried_out(
    path: Path,
    experiment: Experiment,
    data: Dataset | None,
    verbose: int | str,
    show: Show,
    repair: bool,
    devices: int | str | None,
) -> Material:
    """Read, split, learn and judge."""
    began = time.perf_counter()
    ready = prepare(experiment, data)
    train, _, test = ready.parts
    made = _designed(experiment, ready, devices, repair=repair)
    show(opening(ready, made))
    interrupted = teach(experiment, ready, made, verbose, training_folder(path))
    cure = _cured(experiment, ready, made) if repair and not interrupted else None
    if cure is not None:
        made = made._replace(model=cure.model, **_known(cure.arguments))
    output = outputs(ready.encoding, made.model, ready.x[test])
    if not is_usable(output, made):
        complete(path)  # whoever went on would come to the same end
        raise not_finite(experiment, made)
    training = taught(ready.encoding, ready.y[train])
    decision = decide(experiment, ready, made, training)
    judgement = judge(ready.encoding, output, ready.y[test], training, decision)
    return Material(
        path=path,
        experiment=experiment,
        ready=ready,
        made=made,
        output=output,
        judgement=judgement._replace(held_out=ready.held_out),
        history=made.model.history,
        seconds=time.perf_counter() - began,
        interrupted=interrupted,
        cure=cure,
    )


def _designed(
    experiment: Experiment, ready: Prepared, devices: int | str | None, *, repair: bool = False
) -> Design:
    """Return the model to train.

    Raises:
        ConfigError: repairs are wanted where they cannot be had.
    """
    if repair and (ready.stream is not None or jax.process_count() > 1):
        got = "several processes" if ready.stream is None else "a stream"
        what = "Repairs train anew, in one process, on rows that are in memory."
        raise ConfigError(explain(what, got=got, expected="neither", hint="leave out --repair"))
    train = ready.parts.train
    made = design(experiment, ready.encoding, ready.x[train], ready.y[train], ready.taught_rows)
    made.model.devices = devices
    return made


def follow(
    experiment: Experiment, folder: str | PathLike[str] | None, devices: int | str | None
) -> None:
    """Train along with the process that runs an experiment, and leave nothing.

    `folder` is that of a run that is gone on with.
    """
    ready = prepare(experiment)
    made = _designed(experiment, ready, devices)
    teach(experiment, ready, made, 0, training_folder(Path(folder or NOWHERE)))


def teach(
    experiment: Experiment,
    ready: Prepared,
    made: Design,
    verbose: int | str,
    checkpoints: Path | None = None,
) -> bool:
    """Train the designed model on its training rows; return whether Ctrl-C ended it."""
    lesson = _lesson(experiment, ready, made)
    try:
        with _second_leaves():
            made.model.fit(**lesson, verbose=verbose, resume=checkpoints)
    except LeftAtOnce:
        raise
    except KeyboardInterrupt:
        return True
    return False


def _lesson(experiment: Experiment, ready: Prepared, made: Design) -> dict[str, Any]:
    """Return what `fit` is given."""
    train, validation, _ = ready.parts
    y, weight = targets(ready.encoding, ready.y, made.loss), experiment.class_weight
    x_and_y: dict[str, Any] = {"x": ready.x[train], "y": y[train]}
    if ready.stream is not None:
        x_and_y = {"x": ready.stream}
        weight = weight and balanced_weights(ready.y[train])
    return {
        **x_and_y,
        "batch_size": made.batch_size,
        "epochs": made.epochs,
        "validation_data": (ready.x[validation], y[validation]),
        "class_weight": weight,
        "shuffle": BALANCED if experiment.shuffle == BALANCED else True,
        "callbacks": [EarlyStopping(patience=made.patience, restore_best_weights=True)],
    }


def _cured(experiment: Experiment, ready: Prepared, made: Design) -> Repair:
    """Try the remedies of what was found in a fit that has ended."""
    given = {**_lesson(experiment, ready, made), "verbose": 0}
    return mended(judged(made.model, given), made.model.stopper)


def _known(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return those arguments of a fit that a design tells."""
    return {name: arguments[name] for name in ("batch_size", "epochs")}


@contextmanager
def _second_leaves() -> Iterator[None]:
    """Let a second Ctrl-C be told from the first, which a fit ends in good order."""

    def leave(number: int, frame: Any) -> None:
        raise LeftAtOnce

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def is_usable(output: np.ndarray, made: Design) -> bool:
    """Tell whether a network answers in numbers, and did not break in its first epoch."""
    losses = made.model.history.get("loss", [])
    return bool(np.isfinite(output).all() and (np.isfinite(losses).any() or not losses))


def not_finite(experiment: Experiment, made: Design) -> NotFiniteError:
    """Return the error of a network whose output is not finite after training."""
    what = f"Training became non-finite in epoch {len(made.model.history.records)}: no run is kept."
    rate = made.model.trainer.learning_rate
    usual = OPTIMIZERS[experiment.optimizer]().learning_rate
    hint = f"take smaller steps, such as learning_rate={min(rate / 10, usual):.3g}"
    if experiment.scaling == "none":
        hint = "let inputs be scaled: scaling='auto'"
    broken = made.model.trainer.broken or ""
    got = f"a loss of {made.model.history['loss'][-1]} at learning rate {rate:.3g} {broken}".strip()
    return NotFiniteError(explain(what, got=got, expected="a finite loss", hint=hint))


def _texts(material: Material) -> dict[str, str]:
    data, history = material.ready.data, material.history
    seconds = [record.seconds for record in history.records]
    parts = {name: rows.tolist() for name, rows in material.ready.parts._asdict().items()}
    split = {"digest": data.digest, "rows": data.rows, **parts}
    return {
        EXPERIMENT: material.experiment.to_toml(),
        ENCODING: json.dumps(material.ready.encoding.to_json(), indent=1),
        SPLIT: json.dumps(split),
        HISTORY: history_csv({"epoch": history.epochs, **history, "seconds": seconds}),
        SCORES: json.dumps(material.judgement.to_json(), indent=1),
        FINDINGS: json.dumps([found.to_json() for found in material.findings], indent=1),
        REPORT: to_html(page(material)),
    }
