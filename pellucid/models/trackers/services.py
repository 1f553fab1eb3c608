"""Trackers that are packages of their own: MLflow, Weights & Biases, trackio.

A package is imported when a fit begins, and must be installed by whoever uses it.
"""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from pellucid.base.errors import StateError, explain
from pellucid.models.trackers.tracker import Tracker, numbers
from pellucid.training.record import EpochRecord


def _imported(package: str, tracker: Tracker) -> Any:
    """Return a package.

    Raises:
        StateError: it is not installed.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise  # it is there, and lacks something itself
        what = f"{type(tracker).__name__} needs the package {package}."
        expected, hint = f"{package}, installed", f"pip install {package}"
        raise StateError(explain(what, got=error, expected=expected, hint=hint)) from error


class MlflowCallback(Tracker):
    """Logs each epoch's values to MLflow, with the epoch as the step; `params` once.

    A run that is under way is used, and left open; else one is begun, and ended with the fit.
    `start_run` are arguments of `mlflow.start_run`, such as {"run_id": ...} to go on with a
    run; where to is MLflow's own business (`mlflow.set_tracking_uri`, its environment).
    """

    def __init__(
        self, params: Mapping[str, Any] | None = None, start_run: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__()
        self.params, self.start_run = dict(params or {}), dict(start_run or {})
        self._mlflow: Any = None
        self._own = False

    def begin(self) -> None:
        self._mlflow = _imported("mlflow", self)
        self._own = self._mlflow.active_run() is None
        if self._own:
            self._mlflow.start_run(**self.start_run)
        if self.params:
            self._mlflow.log_params(self.params)

    def log(self, record: EpochRecord) -> None:
        self._mlflow.log_metrics(numbers(record), step=record.epoch)

    def end(self) -> None:
        if self._own and self._mlflow is not None:
            self._mlflow.end_run()


class RunLogger(Tracker, ABC):
    """Logs `epoch/loss` and its like with the functions that W&B and trackio share.

    Given `init`, the arguments of the package's `init`, such as {"project": "digits"}, it begins
    a run and ends it with the fit; else it logs to the run under way. With log_freq "batch" it
    also logs `batch/loss`, the loss of every step.
    """

    def __init__(self, init: Mapping[str, Any] | None = None, log_freq: str = "epoch") -> None:
        super().__init__()
        self.init, self.log_freq = dict(init or {}), log_freq
        self._package: Any = None

    @property
    @abstractmethod
    def package(self) -> str:
        """The package's name."""

    def begin(self) -> None:
        self._package = _imported(self.package, self)
        if self.init:
            self._package.init(**self.init)

    def log(self, record: EpochRecord) -> None:
        if self.log_freq == "batch":
            first = (record.epoch - 1) * len(record.step_losses)
            for step, loss in enumerate(record.step_losses, start=first + 1):
                self._package.log({"batch/loss": float(loss), "batch/batch_step": step})
        values = {f"epoch/{name}": value for name, value in numbers(record).items()}
        self._package.log({"epoch/epoch": record.epoch, **values})

    def end(self) -> None:
        if self.init and self._package is not None:
            self._package.finish()


class WandbMetricsLogger(RunLogger):
    """`RunLogger` for Weights & Biases."""

    @property
    def package(self) -> str:
        return "wandb"


class TrackioLogger(RunLogger):
    """`RunLogger` for trackio, which keeps runs on this machine."""

    @property
    def package(self) -> str:
        return "trackio"
