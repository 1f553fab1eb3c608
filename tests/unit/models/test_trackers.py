"""Trackers: what they write, read by those it is for; and that they never stop a fit."""

import csv
import json
import sys
import types
import warnings

import numpy as np
import pytest
from tensorboard.backend.event_processing import event_accumulator

import pellucid as pc
from pellucid.layers import Dense
from pellucid.models.trackers.tracker import Tracker
from pellucid.training.record import EpochRecord

X = np.random.default_rng(0).normal(size=(20, 3)).astype("float32")
Y = (X.sum(1) > 0).astype("int32")


@pytest.fixture(scope="module")
def model():
    model = pc.Sequential([pc.Input((3,)), Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy", ["accuracy"])
    return model


def fitted(model, *callbacks):
    """Two epochs of five steps, with held-out rows."""
    return model.fit(
        X, Y, epochs=2, batch_size=3, validation_split=0.25, callbacks=callbacks, verbose=0
    )


def scalars(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        read = event_accumulator.EventAccumulator(str(folder))
        read.Reload()
    tags = read.Tags()["scalars"]
    return {tag: [(event.step, event.value) for event in read.Scalars(tag)] for tag in tags}


def test_tensorboard_reads_what_is_written(model, tmp_path):
    history = fitted(model, pc.TensorBoard(tmp_path, update_freq="batch"))
    train, held_out = scalars(tmp_path / "train"), scalars(tmp_path / "validation")
    records = history.records
    for side, tag, name in (
        (train, "epoch_loss", "loss"),
        (train, "epoch_accuracy", "accuracy"),
        (held_out, "epoch_loss", "val_loss"),
    ):
        expected = [(r.epoch, np.float32(r.values[name])) for r in records]
        assert side[tag] == expected
    assert train["epoch_learning_rate"] == [(r.epoch, np.float32(0.01)) for r in records]
    losses = [loss for record in records for loss in record.step_losses]
    assert [value for _, value in train["batch_loss"]] == losses
    steps = [step for step, _ in train["batch_loss"]]
    assert steps == list(range(steps[0], steps[0] + 10))


def test_csv_has_a_line_an_epoch(model, tmp_path):
    path = tmp_path / "new" / "log.csv"
    first = fitted(model, pc.CSVLogger(path)).records
    second = fitted(model, pc.CSVLogger(path, append=True)).records
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    for row, record in zip(rows, [*first, *second], strict=True):
        assert int(row["epoch"]) == record.epoch
        assert {name: float(row[name]) for name in record.values} == record.values
        assert (float(row["learning_rate"]), float(row["seconds"])) == (
            record.learning_rate,
            record.seconds,
        )


def test_csv_of_other_columns_is_left_as_it_is(model, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,error\n1,2\n")
    with pytest.warns(UserWarning, match="CSVLogger failed .* other columns") as told:
        fitted(model, pc.CSVLogger(path, append=True))
    assert len(told) == 1
    assert path.read_text() == "epoch,error\n1,2\n"


def test_json_has_an_object_an_epoch(model, tmp_path):
    records = fitted(model, pc.JSONLogger(tmp_path / "log.jsonl")).records
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    for row, record in zip(rows, records, strict=True):
        expected = {"epoch": record.epoch, **record.values}
        expected |= {"learning_rate": record.learning_rate, "seconds": record.seconds}
        assert row == expected


def test_json_has_null_for_what_is_not_finite(tmp_path):
    logger = pc.JSONLogger(tmp_path / "log.jsonl")
    logger.begin()
    values = {"loss": np.nan, "recall": np.array([0.5, np.inf])}
    logger.log(EpochRecord(1, values, 0.1, 2.0, np.zeros(0), None))
    logger.end()
    row = json.loads((tmp_path / "log.jsonl").read_text(), parse_constant=pytest.fail)
    expected = {"epoch": 1, "loss": None, "recall": [0.5, None]}
    assert row == {**expected, "learning_rate": 0.1, "seconds": 2.0}


class Service(types.ModuleType):
    """A package that writes down how it is called."""

    def __init__(self, name, **more):
        super().__init__(name)
        self.calls = []
        self.__dict__.update(more)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args, **kwargs: self.calls.append((name, args, kwargs))


@pytest.fixture
def service(monkeypatch):
    def install(name, **more):
        package = Service(name, **more)
        monkeypatch.setitem(sys.modules, name, package)
        return package

    return install


def test_mlflow_is_told_each_epoch(model, service):
    mlflow = service("mlflow", active_run=lambda: None)
    logger = pc.MlflowCallback({"batch_size": 3}, {"run_name": "first"})
    records = fitted(model, logger).records
    (start, params, *metrics, end) = mlflow.calls
    assert start == ("start_run", (), {"run_name": "first"})
    assert params == ("log_params", ({"batch_size": 3},), {})
    assert end == ("end_run", (), {})
    for (name, (values,), more), record in zip(metrics, records, strict=True):
        assert (name, more) == ("log_metrics", {"step": record.epoch})
        assert values["val_loss"] == record.values["val_loss"]


def test_a_run_of_mlflow_under_way_is_left_open(model, service):
    mlflow = service("mlflow", active_run=lambda: "a run")
    fitted(model, pc.MlflowCallback())
    assert [name for name, *_ in mlflow.calls] == ["log_metrics"] * 2


@pytest.mark.parametrize(
    ("package", "logger"), [("wandb", pc.WandbMetricsLogger), ("trackio", pc.TrackioLogger)]
)
def test_a_run_of_wandb_is_begun_told_and_ended(model, service, package, logger):
    fake = service(package)
    records = fitted(model, logger({"project": "digits"}, log_freq="batch")).records
    assert fake.calls[0] == ("init", (), {"project": "digits"})
    assert fake.calls[-1] == ("finish", (), {})
    rows = [row for name, (row,), _ in fake.calls[1:-1]]
    assert [row["epoch/epoch"] for row in rows if "epoch/epoch" in row] == [
        record.epoch for record in records
    ]
    assert [row["batch/loss"] for row in rows if "batch/loss" in row] == [
        float(loss) for record in records for loss in record.step_losses
    ]


def test_a_run_of_wandb_under_way_is_left_open(model, service):
    wandb = service("wandb")
    fitted(model, pc.WandbMetricsLogger())
    assert [name for name, *_ in wandb.calls] == ["log"] * 2


def test_a_package_that_is_not_there_is_named_and_training_goes_on(model, monkeypatch):
    for name in ("mlflow", "wandb", "trackio"):
        monkeypatch.setitem(sys.modules, name, None)  # as if it were not installed
    loggers = [pc.MlflowCallback(), pc.WandbMetricsLogger(), pc.TrackioLogger()]
    with pytest.warns(UserWarning) as told:
        history = fitted(model, *loggers)
    assert len(history.records) == 2
    texts = [str(warning.message) for warning in told]
    for name, text in zip(("Mlflow", "Wandb", "Trackio"), texts, strict=True):
        assert text.startswith(name)
        why = text.split("Reason: ")[1]
        assert f"needs the package {name.lower()}. Pip install {name.lower()}." in why


class Broken(Tracker):
    """One that fails in the way it is told to."""

    def __init__(self, where):
        super().__init__()
        self.where, self.seen = where, []

    def begin(self):
        self._do("begin")

    def log(self, record):
        self._do("log")

    def end(self):
        self._do("end")

    def _do(self, what):
        self.seen.append(what)
        if what in self.where:
            raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("where", "seen"),
    [
        (("begin",), ["begin", "end"]),
        (("log",), ["begin", "log", "end"]),
        (("log", "end"), ["begin", "log", "end"]),
        (("end",), ["begin", "log", "log", "end"]),
    ],
)
def test_a_tracker_that_fails_warns_once_and_is_left_out(model, where, seen):
    tracker = Broken(where)
    with pytest.warns(UserWarning, match="Broken failed .* No space left on device") as told:
        history = fitted(model, tracker)
    assert len(told) == 1
    assert len(history.records) == 2
    assert tracker.seen == seen


def test_a_folder_that_cannot_be_made_is_told(model, tmp_path):
    (tmp_path / "file").write_text("")
    for tracker in (
        pc.TensorBoard(tmp_path / "file" / "logs"),
        pc.CSVLogger(tmp_path / "file" / "log.csv"),
        pc.JSONLogger(tmp_path / "file" / "log.jsonl"),
    ):
        with pytest.warns(UserWarning, match="Reason: .*[Nn]ot a directory|File exists"):
            assert len(fitted(model, tracker).records) == 2
