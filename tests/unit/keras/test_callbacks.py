"""Callbacks: what they need, what they refuse, what they write."""

import io
import json
import math
import pickle
import struct
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import pellucid
from pellucid.base.errors import ConfigError, FileError, StateError
from pellucid.keras import callbacks
from pellucid.keras.callbacks.callback_list import CallbackList
from pellucid.keras.engine.base.hints import KerasHint, forget_hints
from pellucid.keras.engine.base.strictness import set_strict
from pellucid.keras.engine.training.printing import FitDisplay, show_evaluation, show_prediction
from pellucid.models.trackers.event_file import crc32c
from pellucid.training.rules import EarlyStopping, TerminateOnNaN


class Array(np.ndarray):
    """A weight that can be assigned, as a Keras variable can."""

    def assign(self, value):
        self[...] = value


def array(*values):
    return np.array(values, np.float32).view(Array)


class Optimizer:
    learning_rate = 0.5
    iterations = 7
    use_ema = True

    def __init__(self):
        self._trainable_variables = [array(1.0, 2.0)]
        self._model_variables_moving_average = [array(3.0, 4.0)]


class Model:
    stop_training = False
    built = True
    metrics = ()

    def __init__(self, names=("accuracy", "loss")):
        self.optimizer, self.names, self.done = Optimizer(), names, []
        self._learner = SimpleNamespace(place=(0, 0))

    def _record_names(self, validate):
        return [*self.names, *(f"val_{name}" for name in self.names if validate)]

    def save(self, path, overwrite=True):
        assert overwrite
        self.done.append(path)
        Path(path).write_text("a model")

    save_weights = save

    def load_weights(self, path):
        assert Path(path).read_text() == "a model"
        self.done.append(path)


@pytest.fixture(autouse=True)
def every_hint_anew():
    forget_hints()


def listed(*given, validates="always", model=None, **params):
    several = CallbackList(list(given), True, model=model or Model(), validates=validates, **params)
    several.on_train_begin()
    return several


def epoch(several, number=0, **logs):
    several.on_epoch_begin(number)
    several.on_epoch_end(number, logs)


class TestNeeds:
    def test_what_a_callback_fills_says_what_it_needs(self):
        class Ends(callbacks.Callback):
            def on_train_end(self, logs=None): ...

        class Epochs(Ends):
            def on_epoch_begin(self, epoch, logs=None): ...

        class Batches(Epochs):
            def on_batch_end(self, batch, logs=None): ...

        class Validation(callbacks.Callback):
            def on_test_end(self, logs=None): ...

        assert [cls().needs() for cls in (Ends, Epochs, Batches)] == [
            "nothing",
            "epochs",
            "batches",
        ]
        assert CallbackList([Ends(), Epochs()]).needs() == "epochs"
        assert CallbackList([], add_history=True, add_progbar=True).needs() == "nothing"
        assert CallbackList([Validation()]).watches_validation
        assert not CallbackList([Batches()], add_history=True).watches_validation

    def test_settings_say_it_too(self):
        saving = callbacks.ModelCheckpoint
        assert saving("a.keras").needs() == "epochs"
        assert saving("a.keras", save_freq=5).needs() == "batches"
        assert callbacks.TensorBoard(update_freq="batch").needs() == "batches"
        assert callbacks.LambdaCallback(on_train_end=print).needs() == "nothing"
        assert callbacks.LambdaCallback(on_train_batch_end=print).needs() == "batches"

    def test_a_subclass_of_one_of_ours_needs_what_it_fills(self):
        class Loud(callbacks.ModelCheckpoint):
            def on_train_batch_begin(self, batch, logs=None): ...

        assert Loud("a.keras").needs() == "batches"

    def test_objects_that_only_look_like_callbacks(self):
        class Foreign:
            def on_epoch_end(self, epoch, logs=None): ...

        assert CallbackList([Foreign()]).needs() == "epochs"


class TestRules:
    def test_what_can_be_a_rule_needs_nothing(self):
        stop, nan = callbacks.EarlyStopping(patience=3, verbose=1), callbacks.TerminateOnNaN()
        several = listed(stop, nan)
        assert several.needs() == "batches"
        rules = several.make_rules()
        assert rules == [EarlyStopping("val_loss", patience=3, mode="min"), TerminateOnNaN()]
        assert several.needs() == "nothing"
        assert [callback for callback, _ in several.rules] == [stop, nan]

    def test_a_rule_is_not_called_by_epoch(self):
        stop = callbacks.EarlyStopping("loss")
        several = listed(stop)
        several.make_rules()
        for number, loss in enumerate((2.0, 1.0, 3.0)):
            epoch(several, number, loss=loss)
        assert stop.best is None
        several.settle([{"loss": 2.0}, {"loss": 1.0}, {"loss": 3.0}])
        several.on_train_end()
        assert (stop.best, stop.best_epoch, stop.stopped_epoch) == (1.0, 1, 2)
        assert several.model.stop_training

    @pytest.mark.parametrize(
        "other, ruled",
        [
            (callbacks.CSVLogger("log.csv"), True),
            (callbacks.LambdaCallback(on_train_end=print), True),
            (callbacks.LambdaCallback(on_epoch_end=print), False),
            (callbacks.LearningRateScheduler(lambda e: 1.0), False),
        ],
        ids=["onlooker", "at the end", "unknown", "sets the rate"],
    )
    def test_who_else_acts_decides(self, other, ruled, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        several = listed(callbacks.EarlyStopping("loss"), other, callbacks.TerminateOnNaN())
        assert len(several.make_rules()) == 1 + ruled

    def test_what_no_rule_can_do(self):
        class Mine(callbacks.EarlyStopping):
            pass

        for callback in (Mine("loss"), callbacks.TerminateOnNaN(raise_error=True)):
            assert listed(callback).make_rules() == []
        assert listed(callbacks.ReduceLROnPlateau("loss", verbose=1)).make_rules() == []
        assert listed(callbacks.EarlyStopping(), validates="sometimes").make_rules() == []

    def test_strict_keras_looks_at_every_batch(self):
        set_strict(True)
        try:
            assert listed(callbacks.TerminateOnNaN()).make_rules() == []
        finally:
            set_strict(None)

    def test_epochs_before_the_first_count_for_the_start(self):
        several = listed(callbacks.EarlyStopping("loss", start_from_epoch=5))
        (rule,) = several.make_rules(first_epoch=3)
        assert rule.start_from_epoch == 2


class TestMonitor:
    def test_an_unknown_name_is_refused_before_the_first_epoch(self):
        for made in (callbacks.EarlyStopping, callbacks.ReduceLROnPlateau):
            with pytest.raises(ConfigError, match=r"val_accuracy"):
                listed(made(monitor="val_acuracy", mode="max"))
        with pytest.raises(ConfigError, match="filepath"):
            listed(callbacks.ModelCheckpoint("{epoch}-{val_f1}.keras"))

    def test_names_that_another_callback_may_add_are_let_be(self):
        class Adds(callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                logs["val_f1"] = 0.5

        stop = callbacks.EarlyStopping("val_f1", mode="max")
        epoch(listed(Adds(), stop), loss=1.0)
        assert stop.best == 0.5
        with pytest.raises(ConfigError, match="mode="):
            listed(Adds(), callbacks.EarlyStopping("val_f7"))

    @pytest.mark.parametrize("asked, there", [("val_acc", "accuracy"), ("val_accuracy", "acc")])
    def test_acc_and_accuracy_are_one(self, asked, there):
        stop = callbacks.EarlyStopping(asked)
        with pytest.warns(KerasHint, match="both count as one"):
            several = listed(stop, model=Model((there, "loss")))
        epoch(several, val_loss=1.0, **{f"val_{there}": 0.75})
        assert stop.best == 0.75
        assert stop.sign == -1

    def test_waiting_for_validation_that_will_not_come_is_said_once(self):
        stop = callbacks.EarlyStopping()
        with pytest.warns(KerasHint, match="validation_data") as said:
            several = listed(stop, validates="never")
            for number in range(5):
                epoch(several, number, loss=1.0, accuracy=0.5)
        assert len(said) == 1
        assert several.make_rules() == []
        assert not several.model.stop_training

    @pytest.mark.parametrize(
        "name, sign",
        [("loss", 1), ("val_out_loss", 1), ("val_out_accuracy", -1), ("mae", 1), ("val_auc", -1)],
    )
    def test_directions(self, name, sign):
        stop = callbacks.EarlyStopping(name)
        stop.set_model(Model())
        assert stop.sign == sign

    def test_the_metric_of_that_name_knows_its_direction(self):
        class Metric:
            name, _direction = "mine", "up"

        model = Model(("mine", "loss"))
        model.metrics = (Metric(),)
        stop = callbacks.EarlyStopping("val_mine")
        listed(stop, model=model)
        assert stop.sign == -1

    def test_what_is_no_number_is_never_the_best(self):
        stop = callbacks.EarlyStopping("loss", patience=9)
        several = listed(stop)
        for number, loss in enumerate((math.nan, 2.0, math.nan, 1.0)):
            epoch(several, number, loss=loss)
        assert (stop.best, stop.best_epoch) == (1.0, 3)


class TestHistory:
    def test_values_by_name_in_order_with_other_spellings(self):
        several = listed()
        for number in range(3):
            epoch(several, number, val_accuracy=0.25, loss=np.float32(2.0), accuracy=np.array(0.5))
        history = several.model.history
        assert list(history.history) == ["accuracy", "loss", "val_accuracy"]
        assert history.epoch == [0, 1, 2]
        assert all(type(v) is float for v in history.history["loss"])
        with pytest.warns(KerasHint):
            assert history.history["acc"] == history.history["accuracy"]
        with pytest.warns(KerasHint):
            assert history.history.get("val_acc") == [0.25] * 3
        assert "acc" not in history.history
        with pytest.raises(KeyError, match="recorded accuracy, loss"):
            history.history["f1"]

    def test_it_can_be_pickled_without_the_model(self):
        several = listed(callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None))
        several.took(2.5)
        epoch(several, loss=1.0)
        again = pickle.loads(pickle.dumps(several.history))
        assert again.history == {"loss": [1.0]}
        assert again.seconds == 2.5
        assert "1 epochs: loss=1" in repr(again)


class TestList:
    def test_what_is_no_callback_is_refused(self):
        with pytest.raises(ConfigError, match=r"say EarlyStopping\(...\)"):
            CallbackList([callbacks.EarlyStopping])
        with pytest.raises(ConfigError, match="no callback"):
            CallbackList(["early_stopping"])
        with pytest.raises(ConfigError, match=r"CSVLogger is a callback for fit of a pellucid.Mo"):
            CallbackList([pellucid.CSVLogger("log.csv")])

    def test_hooks_reach_all_in_order_by_either_name(self):
        called = []

        class Old(callbacks.Callback):
            def on_batch_end(self, batch, logs=None):
                called.append(("old", batch, logs))

        new = callbacks.LambdaCallback(
            on_train_batch_end=lambda b, logs: called.append(("new", b, logs))
        )
        listed([Old(), (new,)]).on_train_batch_end(3, {"loss": np.float32(1)})
        assert called == [("old", 3, {"loss": 1.0}), ("new", 3, {"loss": 1.0})]

    def test_a_callback_may_keep_the_model_itself(self):
        class Own(callbacks.Callback):
            def __init__(self):
                self.seen = []

            def set_model(self, model):
                self.model = model

        model = Model()
        assert listed(own := Own(), model=model, epochs=3).callbacks[0].model is model
        assert own.params == {"epochs": 3}


class TestFiles:
    @pytest.mark.parametrize("name", ["m.keras", "m.h5", "m.hdf5", "m", "m.ckpt"])
    @pytest.mark.parametrize("weights", [False, True])
    @pytest.mark.filterwarnings("ignore::pellucid.keras.engine.base.hints.KerasHint")
    def test_checkpoints_may_have_any_name(self, name, weights, tmp_path):
        path = tmp_path / "new" / name
        epoch(listed(callbacks.ModelCheckpoint(path, save_weights_only=weights)), loss=1.0)
        assert [file.name for file in path.parent.iterdir()] == [name]

    def test_names_keras_3_would_refuse_are_hinted_at(self):
        with pytest.warns(KerasHint, match=r"\.keras"):
            callbacks.ModelCheckpoint("m.ckpt")
        with pytest.warns(KerasHint, match=r"\.weights\.h5"):
            callbacks.ModelCheckpoint("m.hdf5", save_weights_only=True)

    def test_a_checkpoint_every_other_epoch_in_old_words(self, tmp_path):
        path = str(tmp_path / "{epoch}-{acc:.1f}.keras")
        with pytest.warns(KerasHint):
            several = listed(callbacks.ModelCheckpoint(path, period=2))
            for number in range(5):
                epoch(several, number, loss=1.0, accuracy=0.5)
        assert sorted(file.name for file in tmp_path.iterdir()) == ["2-0.5.keras", "4-0.5.keras"]

    def test_a_folder_is_no_checkpoint(self, tmp_path):
        (tmp_path / "m.keras").mkdir()
        with pytest.raises(FileError, match="folder"):
            epoch(listed(callbacks.ModelCheckpoint(tmp_path / "m.keras")), loss=1.0)

    def test_verbose_checkpoints_say_why(self, tmp_path, capsys):
        path = tmp_path / "m.keras"
        several = listed(callbacks.ModelCheckpoint(path, "loss", 1, save_best_only=True))
        for number, loss in enumerate((2.0, 3.0, 1.0)):
            epoch(several, number, loss=loss)
        said = [line for line in capsys.readouterr().out.splitlines() if line]
        assert said == [
            f"Epoch 1: loss improved from None to 2.00000, saving model to {path}",
            "Epoch 2: loss did not improve from 2.00000",
            f"Epoch 3: loss improved from 2.00000 to 1.00000, saving model to {path}",
        ]

    def test_an_interrupted_fit_goes_on(self, tmp_path):
        folder = tmp_path / "backup"
        several = listed(callbacks.BackupAndRestore(folder, double_checkpoint=True))
        for number in range(3):
            epoch(several, number, loss=1.0)
        several.history.stopped_because = "interrupted"
        several.on_train_end()
        (folder / "latest.weights.h5").write_text("cut off")
        again = Model()
        again.load_weights = lambda path: loaded(again, path)
        with pytest.warns(KerasHint, match="the backup before it"):
            listed(callbacks.BackupAndRestore(folder), model=again)
        assert again._initial_epoch == 2
        (folder / "mine.txt").write_text("keep")
        several.history.stopped_because = ""
        several.on_train_end()
        assert [file.name for file in folder.iterdir()] == ["mine.txt"]

    def test_a_backup_needs_a_built_model_and_says_how_far_it_was(self, tmp_path):
        model = Model()
        model.built = False
        with pytest.raises(StateError, match="shape of its input"):
            listed(callbacks.BackupAndRestore(tmp_path), model=model)
        (tmp_path / "latest.weights.h5").write_text("a model")
        (tmp_path / "training_metadata.json").write_text(json.dumps({"epoch": "three"}))
        with pytest.raises(FileError, match="how far"):
            listed(callbacks.BackupAndRestore(tmp_path))


def loaded(model, path):
    if Path(path).read_text() != "a model":
        raise OSError("not a file of weights")


class TestTensorBoard:
    def test_its_files_hold_what_keras_writes(self, tmp_path):
        several = listed(callbacks.TensorBoard(tmp_path, update_freq="batch"))
        for number in range(300):
            several.on_train_batch_end(number, {"loss": 2.0})
        epoch(several, 0, loss=1.5, val_loss=0.25)
        epoch(several, 200, loss=-1.0, val_loss=0.5)
        several.on_train_end()
        train, held_out = (events(tmp_path / name) for name in ("train", "validation"))
        assert held_out == [(0, {"epoch_loss": 0.25}), (200, {"epoch_loss": 0.5})]
        assert train[:2] == [(1, {"batch_loss": 2.0}), (2, {"batch_loss": 2.0})]
        assert train[-1] == (200, {"epoch_learning_rate": 0.5, "epoch_loss": -1.0})
        assert len(train) == 302

    def test_what_it_does_not_write_is_said(self):
        with pytest.warns(KerasHint, match="histogram_freq"):
            callbacks.TensorBoard(histogram_freq=1)

    def test_its_checksum(self):
        assert crc32c(b"") == 0
        assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, appendix B.4


def events(folder):
    """Read an event file back: (step, values) of each record but the first."""
    (path,) = folder.iterdir()
    content, found, versions = path.read_bytes(), [], []
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        body = content[12 : 12 + length]
        for part, sealed in ((content[:8], content[8:12]), (body, content[12 + length :][:4])):
            crc = crc32c(part)
            assert struct.unpack("<I", sealed)[0] == (
                ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
            )
        content = content[16 + length :]
        fields = message(body)
        assert struct.unpack("<d", fields[1][0])[0] > 1e9
        if 3 in fields:
            versions += fields[3]
            continue
        values = [message(value) for value in message(fields[5][0])[1]]
        pairs = {v[1][0].decode(): struct.unpack("<f", v[2][0])[0] for v in values}
        found.append((fields[2][0], pairs))
    assert versions == [b"brain.Event:2"]
    return found


def message(content):
    """Return the fields of a protocol buffer: numbers, or bytes."""
    fields = {}

    def varint():
        nonlocal content
        value = shift = 0
        while True:
            byte, content = content[0], content[1:]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while content:
        key = varint()
        kind = key & 7
        if kind == 0:
            value = varint()
        else:
            size = {1: 8, 5: 4}.get(kind) or varint()
            value, content = content[:size], content[size:]
        fields.setdefault(key >> 3, []).append(value)
    return fields


class TestOthers:
    def test_averaged_weights_are_there_for_an_evaluation(self):
        model = Model()
        several = listed(callbacks.SwapEMAWeights(), model=model)
        weight = model.optimizer._trainable_variables[0]
        several.on_test_begin()
        assert weight.tolist() == [3.0, 4.0]
        several.on_test_end()
        assert weight.tolist() == [1.0, 2.0]
        assert several.watches_validation
        model.optimizer.use_ema = False
        with pytest.raises(ConfigError, match="use_ema=True"):
            several.on_test_begin()

    def test_swapped_at_the_end_of_an_epoch(self):
        model = Model()
        several = listed(callbacks.SwapEMAWeights(swap_on_epoch=True), model=model, epochs=2)
        weight, average = (
            model.optimizer._trainable_variables[0],
            model.optimizer._model_variables_moving_average[0],
        )
        epoch(several, 0, loss=1.0)
        assert weight.tolist() == [3.0, 4.0]
        epoch(several, 1, loss=1.0)
        assert weight.tolist() == average.tolist() == [3.0, 4.0]

    def test_no_number_ends_a_fit(self, capsys):
        several = listed(callbacks.TerminateOnNaN())
        several.on_train_batch_end(4, {"loss": math.inf})
        assert several.model.stop_training
        assert "Batch 4" in capsys.readouterr().out
        with pytest.raises(StateError, match="batch 2"):
            listed(callbacks.TerminateOnNaN(raise_error=True)).on_train_batch_end(
                2, {"loss": math.nan}
            )

    @pytest.mark.parametrize("given", ["fast", None, [0.1]])
    def test_a_schedule_gives_a_number(self, given):
        with pytest.raises(ConfigError, match="epoch 0"):
            epoch(listed(callbacks.LearningRateScheduler(lambda e: given)), loss=1.0)

    def test_refused_with_what_to_use_instead(self):
        for made in (callbacks.RemoteMonitor, callbacks.OrbaxCheckpoint):
            with pytest.raises(ConfigError, match="try:"):
                made()
        with pytest.raises(ConfigError, match="on_epoch_end"):
            callbacks.LambdaCallback(on_epoch_edn=print)
        with pytest.raises(ConfigError, match="below 1"):
            callbacks.ReduceLROnPlateau(factor=1.0)


class Terminal(io.StringIO):
    def isatty(self):
        return True


class TestPrinting:
    @pytest.mark.parametrize(
        "verbose, epochs, lines", [(1, 3, 3), ("auto", 1000, 101), (2, 150, 150), (0, 3, 0)]
    )
    def test_a_pipe_gets_some_lines_without_control_characters(self, verbose, epochs, lines):
        out = io.StringIO()
        display = FitDisplay(epochs, verbose, out)
        for number in range(epochs):
            display.batch(number, 0, 1, {"loss": 1.0})
            display.took(0.25)
            display.epoch(number, {"accuracy": 0.5, "loss": 2.0, "val_loss": 1.0})
        display.close()
        text = out.getvalue()
        assert len(text.splitlines()) == lines
        assert "\x1b" not in text
        assert "\r" not in text
        if lines:
            last = f"Epoch {epochs}/{epochs} - 0.2s - loss: 2.0000 - accuracy: 0.5000"
            assert text.splitlines()[-1] == f"{last} - val_loss: 1.0000"

    def test_the_last_epoch_of_a_fit_that_stops_early_is_shown(self):
        out = io.StringIO()
        display = FitDisplay(1000, 1, out)
        for number in range(7):
            display.epoch(number, {"loss": 1.0})
        display.close()
        assert [line.split()[1] for line in out.getvalue().splitlines()] == ["1/1000", "7/1000"]

    def test_a_terminal_has_one_line(self):
        out = Terminal()
        display = FitDisplay(500, 1, out)
        for number in range(500):
            display.epoch(number, {"loss": 1.0})
        display.close()
        assert out.getvalue().count("\n") == 1
        assert out.getvalue().splitlines()[-1].split("\x1b[2K")[-1].startswith("Epoch 500/500")

    def test_evaluations_and_predictions(self, capsys):
        for verbose in (0, "auto", 1):
            show_evaluation({"accuracy": 1.0, "loss": 0.5}, 0.02, verbose)
            show_prediction(30, 0.02, verbose)
        line = "evaluate - 20ms - loss: 0.5000 - accuracy: 1.0000"
        assert capsys.readouterr().out.splitlines() == [line, line, "predict - 20ms - 30 rows"]

    def test_the_fit_s_own_callback_prints(self, capsys):
        several = CallbackList([], add_progbar=True, model=Model(), epochs=2, verbose=1, steps=5)
        several.on_train_begin()
        several.progress(2, {"loss": 1.0})
        several.took(1.5)
        epoch(several, 0, loss=1.0)
        epoch(several, 1, loss=1.0)
        several.on_train_end()
        first, second = capsys.readouterr().out.splitlines()
        assert first == "Epoch 1/2 - 1.5s - loss: 1.0000"
        assert second.startswith("Epoch 2/2 - ")
