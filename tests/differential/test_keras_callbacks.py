"""Callbacks against real Keras's: the same numbers in, the same decisions out."""

import csv
import warnings

import jax
import jax.numpy as jnp
import keras
import numpy as np
import pytest

from pellucid.keras import callbacks as ours
from pellucid.training.state import TrainState

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

theirs = keras.callbacks


class Optimizer:
    learning_rate = 1.0
    iterations = 0


class Model:
    """What callbacks touch of a model; its weights are the number of the epoch."""

    stop_training = False
    metrics = ()
    built = True

    def __init__(self):
        self.optimizer = Optimizer()
        self.weights = [np.zeros(())]
        self.saved = []

    def get_weights(self):
        return [w.copy() for w in self.weights]

    def set_weights(self, weights):
        self.weights = [w.copy() for w in weights]

    def save(self, path, overwrite=True):
        self.saved.append(path)

    save_weights = save


def play(library, callback, series, names=("val_loss",), first=0):
    """Take a callback through a fit with these values; return the model and the logs."""
    model, logs = Model(), {}
    several = library.CallbackList([callback], add_history=True, model=model, epochs=len(series))
    several.on_train_begin()
    for epoch, values in enumerate(series, start=first):
        several.on_epoch_begin(epoch)
        model.weights = [np.asarray(float(epoch))]
        logs = dict(zip(names, np.atleast_1d(values).tolist(), strict=True))
        several.on_epoch_end(epoch, logs)
        if model.stop_training:
            break
    several.on_train_end(logs)
    return model


def series(seed, length=40):
    """Return a course that falls, rests and rises, with many equal values."""
    rng = np.random.default_rng(seed)
    return np.round(1 - 0.03 * np.arange(length) + rng.normal(0, 0.2, length), 1).astype("float32")


STOPPING = [
    {},
    {"patience": 1},
    {"patience": 4, "restore_best_weights": True},
    {"patience": 3, "min_delta": 0.15, "restore_best_weights": True},
    {"patience": 2, "min_delta": -0.15, "mode": "max"},
    {"patience": 3, "baseline": 0.6, "restore_best_weights": True},
    {"patience": 2, "baseline": -9.0, "restore_best_weights": True},
    {"patience": 1, "start_from_epoch": 5, "restore_best_weights": True},
    {"patience": 100, "restore_best_weights": True},
]


@pytest.mark.parametrize("settings", STOPPING, ids=str)
@pytest.mark.parametrize("seed", range(5))
class TestEarlyStopping:
    def test_it_decides_as_keras_does(self, settings, seed):
        found = []
        for library in (ours, theirs):
            callback = library.EarlyStopping(**settings)
            model = play(library, callback, series(seed), first=2)
            kept = callback.best_epoch, callback.best, callback.wait, callback.stopped_epoch
            found.append((model.weights, model.stop_training, *kept))
        assert found[0] == found[1]

    def test_the_rule_decides_as_the_callback_does(self, settings, seed):
        model = play(ours, callback := ours.EarlyStopping(**settings), series(seed), first=2)
        twin = ours.EarlyStopping(**settings)
        rule, several = as_rule(twin, ("loss", "val_loss"), first=2)
        seen, _, end = judged(rule, series(seed))
        several.settle([{"val_loss": value} for value in seen])
        assert len(seen) == len(model.history.epoch)
        assert several.model.stop_training is model.stop_training
        for name in ("best", "best_epoch", "wait", "stopped_epoch"):
            assert getattr(twin, name) == getattr(callback, name), name
        assert float(end.params) + 2 == float(model.weights[0])


def as_rule(callback, names, first=0, model=None):
    model = model or Model()
    model._record_names = lambda validate: list(names)
    several = ours.CallbackList([callback], model=model, validates="always")
    several.on_train_begin()
    (rule,) = several.make_rules(first)
    return rule, several


def judged(rule, values):
    """Run a rule as the training loop does; return values and rates, and the state at the end."""

    def state(epoch, rate):
        blank = dict.fromkeys(TrainState._fields)
        here = {"params": jnp.float32(epoch), "epoch": jnp.int32(epoch + 1), "learning_rate": rate}
        return TrainState(**blank | here)

    rate, seen, rates = jnp.float32(1.0), [], []
    memory, train = rule.start(state(0, rate)), None
    judge = jax.jit(rule.judge)
    for epoch, value in enumerate(values):
        train = state(epoch, rate)
        seen.append(float(value))
        rates.append(float(rate))
        memory, stop, rate = judge(memory, {rule.monitor: jnp.float32(value)}, train)
        if stop:
            break
    return seen, rates, rule.finish(jax.device_get(memory), train)


PLATEAUS = [
    {"patience": 1},
    {"patience": 2, "factor": 0.5, "cooldown": 2},
    {"patience": 0, "factor": 0.5, "min_delta": 0.15, "cooldown": 1},
    {"patience": 1, "factor": 0.5, "min_lr": 0.2},
    {"patience": 1, "factor": 0.5, "min_lr": 2.0},
    {"patience": 3, "mode": "max"},
]


@pytest.mark.parametrize("settings", PLATEAUS, ids=str)
@pytest.mark.parametrize("seed", range(3))
class TestReduceLROnPlateau:
    def test_it_sets_the_rates_that_keras_sets(self, settings, seed):
        found = []
        for library in (ours, theirs):
            callback = library.ReduceLROnPlateau(**settings)
            model = play(library, callback, series(seed))
            left = callback.wait, callback.cooldown_counter, callback.best
            found.append(
                (model.history.history["learning_rate"], model.optimizer.learning_rate, left)
            )
        assert found[0] == found[1]

    def test_the_rule_sets_the_rates_that_the_callback_sets(self, settings, seed):
        expected = play(ours, ours.ReduceLROnPlateau(**settings), series(seed))
        rule, _ = as_rule(ours.ReduceLROnPlateau(**settings), ("loss", "val_loss"))
        _, rates, _ = judged(rule, series(seed))
        assert rates == pytest.approx(expected.history.history["learning_rate"], rel=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"save_best_only": True},
        {"save_best_only": True, "mode": "max", "initial_value_threshold": 0.7},
    ],
    ids=str,
)
def test_checkpoints_are_written_when_keras_writes_them(settings, tmp_path):
    path = str(tmp_path / "m-{epoch:02d}-{val_loss:.1f}.keras")
    found = [
        (
            play(library, callback := library.ModelCheckpoint(path, **settings), series(3)).saved,
            callback.best,
        )
        for library in (ours, theirs)
    ]
    assert found[0] == found[1]
    assert found[0][0]


@pytest.mark.parametrize("steps, freq", [(4, 3), (4, 4), (4, 6), (3, 1)])
def test_checkpoints_by_batches_come_when_keras_has_them(steps, freq, tmp_path):
    found = []
    for library in (ours, theirs):
        callback = library.ModelCheckpoint(str(tmp_path / "{epoch}-{batch}.keras"), save_freq=freq)
        model = Model()
        several = library.CallbackList([callback], model=model)
        for epoch in range(3):
            several.on_epoch_begin(epoch)
            for batch in range(steps):
                several.on_train_batch_end(batch, {"loss": 1.0})
            several.on_epoch_end(epoch, {"loss": 1.0})
        found.append(model.saved)
    assert found[0] == found[1]
    assert found[0]


@pytest.mark.parametrize("names", [("loss", "val_loss"), ("loss", "accuracy")])
@pytest.mark.parametrize("append", [False, True])
def test_csv_files_are_keras_s(names, append, tmp_path):
    written = []
    for library, name in ((ours, "ours.csv"), (theirs, "theirs.csv")):
        for course in ([(0.5, 0.25), (0.125, 1.0)], [(3.0, 4.0)]):
            path = str(tmp_path / name)
            play(library, library.CSVLogger(path, separator=";", append=append), course, names)
        written.append((tmp_path / name).read_text().splitlines())
    assert written[0] == written[1]
    assert next(csv.reader(written[0], delimiter=";"))[0] == "epoch"


def test_rates_by_epoch_are_keras_s():
    schedules = (lambda epoch, rate: rate * 0.5, lambda epoch: 1.0 / (1 + epoch))
    for schedule in schedules:
        ran = [
            play(lib, lib.LearningRateScheduler(schedule), series(0, 5)) for lib in (ours, theirs)
        ]
        assert ran[0].history.history == ran[1].history.history
        assert list(ran[0].history.history) == list(ran[1].history.history)


def test_every_signature_is_keras_s():
    import inspect

    for name in dir(theirs):
        cls = getattr(theirs, name)
        if not isinstance(cls, type) or name in ("RemoteMonitor", "OrbaxCheckpoint"):
            continue
        mine = inspect.signature(getattr(ours, name)).parameters
        for parameter in inspect.signature(cls).parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD:
                continue
            assert mine[parameter.name].default == parameter.default, (name, parameter.name)


def test_directions_are_keras_s():
    names = ["accuracy", "mae", "mse", "auc", "precision", "cosine_similarity", "kl_divergence"]
    compiled = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, "sigmoid")])
    metrics = [keras.metrics.AUC(name="auc"), keras.metrics.Precision(name="precision")]
    compiled.compile(
        "sgd", "mse", metrics=[n for n in names if n not in ("auc", "precision")] + metrics
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled.fit(np.zeros((4, 2)), np.ones((4, 1)), verbose=0)
    for name in names:
        original = theirs.EarlyStopping(name)
        original.set_model(compiled)
        original._set_monitor_op()
        mine = ours.EarlyStopping(f"val_{name}")
        mine.set_model(compiled)
        assert mine.monitor_op(1.0, 0.0) == bool(original.monitor_op(1.0, 0.0)), name
