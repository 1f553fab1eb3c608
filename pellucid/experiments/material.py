"""What a report is made from: all that one run found out."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

import jax
import numpy as np

from pellucid import __version__
from pellucid.doctor.finding import Finding
from pellucid.experiments.design import Design
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.judging import Judgement, decided
from pellucid.experiments.preparing import Prepared
from pellucid.models.history import History
from pellucid.models.repairing import Repair
from pellucid.plots.blocks import Cell

ORDERS = {"rows": "drawn each epoch", "balanced": "drawn each epoch, classes in turns"}


@dataclass(frozen=True, eq=False)
class Material:
    """A run that has ended: what was asked for, what was made of it, and how it went."""

    path: Path
    experiment: Experiment
    ready: Prepared
    made: Design
    output: np.ndarray  # of the rows it is judged on: probabilities, or numbers
    judgement: Judgement
    history: History
    seconds: float  # in all
    interrupted: bool
    cure: Repair | None = None  # what was repaired after the first fit, if that was asked for

    @property
    def rows(self) -> np.ndarray:
        """The rows it is judged on."""
        return self.ready.parts.test

    @property
    def true(self) -> np.ndarray:
        """The targets of the rows it is judged on."""
        return self.ready.y[self.rows]

    @property
    def said(self) -> np.ndarray:
        """The class that each row it is judged on was taken for."""
        judgement = self.judgement
        return decided(self.output, np.array(judgement.training), judgement.decision)

    @property
    def finite(self) -> bool:
        """Whether the loss stayed a number to the end."""
        return bool(np.isfinite(self.history.get("loss", [])).all())

    @property
    def findings(self) -> list[Finding]:
        """What the doctor found."""
        return self.made.model.findings

    @property
    def best_epoch(self) -> int | None:
        """The epoch with the least loss on the rows to stop by, whose weights are kept."""
        losses = np.array(self.history.get("val_loss", []))
        losses[~np.isfinite(losses)] = np.inf
        return int(losses.argmin()) + 1 if np.isfinite(losses).any() else None

    def ending(self) -> str:
        """Return in words what ended training."""
        if self.interrupted:
            return "stopped by Ctrl-C"
        return self.history.stopped_because.replace("val_", "validation ") or "all epochs done"

    def course(self) -> tuple[tuple[str, Cell], ...]:
        """Return how it was trained, by name."""
        train = self.made.model.train_state
        return (
            ("network", f"{self.made.network} ({self.experiment.activation})"),
            ("loss", self.made.loss.replace("_", " ")),
            ("optimizer", self.experiment.optimizer),
            ("learning rate", f"{float(train.learning_rate):.4g}"),
            ("batch size", self.made.batch_size),
            ("order of rows", ORDERS[self.experiment.shuffle]),
            ("epochs", len(self.history.records)),
            ("best epoch", self.best_epoch),
            ("updates", int(train.step)),
            ("ended by", self.ending()),
            ("training", f"{self.history.seconds:.1f} s"),
            ("in all", f"{self.seconds:.1f} s"),
            ("seed", self.experiment.seed),
        )


def surroundings() -> str:
    """Return the versions and the machine that a run was made with."""
    device = jax.devices()[0]
    names = dict.fromkeys((device.platform, device.device_kind))
    return (
        f"pellucid {__version__}, jax {jax.__version__}, numpy {np.__version__}, "
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, "
        f"{' '.join(names)}, {os.cpu_count()} cores"
    )
