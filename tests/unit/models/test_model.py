"""Keras's verbs: what they give, and what they say when they cannot."""

import io
import sys
import types

import numpy as np
import polars
import pytest

from pellucid.base.errors import ConfigError, DataError, FileError, ShapeError, StateError
from pellucid.layers.dense import Dense
from pellucid.layers.input import Input
from pellucid.layers.merging import Concatenate
from pellucid.models.loading import load
from pellucid.models.model import Model
from pellucid.models.progress import Progress
from pellucid.models.sequential import Sequential
from pellucid.training.record import EpochRecord, StepsRecord

X = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
Y = X[:, :1] - X[:, 1:2]


def model():
    made = Sequential([Input((3,)), Dense(5, "relu", name="hidden"), Dense(1, name="out")])
    made.compile("adam", "mse", metrics=["mae"])
    return made


def test_evaluate_is_a_list_and_answers_by_name():
    scores = model().evaluate(X, Y)
    loss, error = scores
    assert scores["loss"] == loss == scores[0]
    assert scores["mae"] == error
    assert scores.names == ("loss", "mae")
    assert isinstance(scores, list)


def test_history_is_a_mapping_a_frame_and_a_picture():
    history = model().fit(X, Y, epochs=3, validation_split=0.25, verbose=0)
    assert list(history) == ["loss", "mae", "val_loss", "val_mae"]
    assert len(history["val_mae"]) == 3
    frame = history.to_frame()
    assert isinstance(frame, polars.DataFrame)
    assert frame["epoch"].to_list() == [1, 2, 3]
    assert frame["loss"].to_list() == history["loss"]
    lines = [list(line.get_ydata()) for ax in history.plot().axes for line in ax.lines]
    assert history["loss"] in lines
    assert "<svg" in history._repr_html_()


def test_predictions_do_not_depend_on_how_many_rows_go_together():
    made = model()
    whole = made.predict(np.tile(X, (20, 1)))
    assert whole.shape == (800, 1)
    for rows in (1, 7, 257):
        np.testing.assert_allclose(
            made.predict(np.tile(X, (20, 1))[:rows]), whole[:rows], rtol=1e-6
        )


def test_a_sequential_learns_its_shape_from_the_first_rows():
    made = Sequential()
    made.add(Dense(4, "relu"))
    made.add(Dense(1))
    made.compile("sgd", "mse")
    with pytest.raises(StateError, match="what a row looks like"):
        made.summary()
    made.fit(X, Y, verbose=0)
    assert [w.shape for w in made.get_weights()] == [(3, 4), (4,), (4, 1), (1,)]
    made.pop()
    made.add(Dense(1, "tanh"))
    assert made.predict(X).shape == (40, 1)


@pytest.mark.parametrize("verb", ["fit", "evaluate", "inspect", "train_on_batch"])
def test_every_verb_may_be_the_first_to_see_rows(verb):
    made = Sequential([Dense(1)])
    made.compile("sgd", "mse")
    getattr(made, verb)(X, Y)
    assert made.weights["dense/kernel"].shape == (3, 1)
    with pytest.raises(DataError, match="ragged"):
        Sequential([Dense(1)]).predict([[1.0], [1.0, 2.0]])


def test_a_metric_needs_an_output_that_learns():
    x = Input((3,))
    made = Model(x, [Dense(1, name="learns")(x), Dense(1, name="looks on")(x)])
    made.compile("sgd", {"learns": "mse"}, metrics=["mae"])
    assert list(made.fit(X, Y, verbose=0)) == ["loss", "mae"]
    with pytest.raises(ConfigError, match="does not learn"):
        made.compile("sgd", {"learns": "mse"}, metrics={"looks on": "mae"})


def test_weights_go_out_and_in():
    one, other = model(), model()
    one.fit(X, Y, epochs=2, verbose=0)
    other.set_weights(one.get_weights())
    np.testing.assert_array_equal(one.predict(X), other.predict(X))
    other.set_weights({"out/bias": np.array([7.0])})
    assert other.weights["out/bias"].tolist() == [7.0]
    with pytest.raises(ShapeError, match="'hidden/bias' do not fit"):
        other.set_weights({"hidden/bias": np.zeros(3)})
    with pytest.raises(ShapeError, match="another number"):
        other.set_weights(one.get_weights()[:2])


def test_saved_and_loaded_it_is_the_same(tmp_path):
    made = model()
    made.fit(X, Y, epochs=2, verbose=0)
    path = tmp_path / "model.safetensors"
    made.save(path)
    again = load(path)
    np.testing.assert_array_equal(made.predict(X), again.predict(X))
    assert again.evaluate(X, Y) == made.evaluate(X, Y)
    assert list(tmp_path.iterdir()) == [path]


def test_saved_between_compile_and_fit_it_can_be_loaded(tmp_path):
    made = model()
    made.save(tmp_path / "new.safetensors")
    made.fit(X, Y, epochs=2, verbose=0)
    made.compile("adam", "mean_squared_error")
    made.save(tmp_path / "learnt.safetensors")
    again, learnt = (load(tmp_path / f"{name}.safetensors") for name in ("new", "learnt"))
    np.testing.assert_array_equal(learnt.predict(X), made.predict(X))
    assert int(learnt.train_state.epoch) == 2
    losses = [one.fit(X, Y, verbose=0)["loss"] for one in (again, model())]
    assert losses[0] == losses[1]


@pytest.mark.parametrize("spoil", ["truncate", "flip", "empty", "other"])
def test_a_damaged_file_is_refused_by_name(tmp_path, spoil):
    path = tmp_path / "model.safetensors"
    model().save(path)
    content = bytearray(path.read_bytes())
    if spoil == "flip":
        content[-3] ^= 1
    damaged = {"truncate": content[:-9], "flip": content, "empty": b"", "other": b"hello"}[spoil]
    path.write_bytes(bytes(damaged))
    with pytest.raises(FileError, match=r"model\.safetensors"):
        load(path)


def test_a_missing_file_is_named():
    with pytest.raises(FileError, match="nowhere"):
        load("nowhere.safetensors")


@pytest.mark.parametrize(
    ("ending", "hint"), [("onnx", "pc.load_onnx"), ("keras", "saving.load_model"), ("h5", "saving")]
)
def test_a_file_of_another_form_is_refused_with_what_reads_it(tmp_path, ending, hint):
    (tmp_path / f"m.{ending}").write_bytes(b"something else")
    with pytest.raises(FileError, match=rf"no file that `save` .*\n.*\n.*\n.*try: .*{hint}"):
        load(tmp_path / f"m.{ending}")


def test_an_own_loss_trains_but_is_not_saved_silently(tmp_path):
    made = Sequential([Input((3,)), Dense(1)])
    made.compile("sgd", lambda y, a: ((y - a) ** 2).mean(axis=1))
    reference = Sequential([Input((3,)), Dense(1)])
    reference.compile("sgd", "mse")
    ours, theirs = (m.fit(X, Y, epochs=2, verbose=0)["loss"] for m in (made, reference))
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)
    with pytest.raises(ConfigError, match="function of your own"):
        made.save(tmp_path / "model.safetensors")
    assert not list(tmp_path.iterdir())


def test_the_summary_counts_as_the_lectures_do():
    lines = []
    model().summary(lines.append)
    assert "2-layer network (the input layer is not counted), 26 parameters" in lines[0]
    made = model()
    made.freeze("hidden")
    assert (made.summarize().trainable, made.summarize().frozen) == (6, 20)
    assert "<table" in made._repr_html_()


def test_what_is_asked_too_early_or_wrongly_is_explained():
    fresh = Sequential([Input((3,)), Dense(1)])
    with pytest.raises(StateError, match="not been compiled"):
        fresh.fit(X, Y)
    with pytest.raises(ConfigError, match="did you mean 'adam'"):
        fresh.compile("adm", "mse")
    with pytest.raises(ConfigError, match="There is no loss called"):
        fresh.compile("adam", "mean_sqared_error")
    with pytest.raises(ConfigError, match="No loss"):
        fresh.compile("adam")
    with pytest.raises(ConfigError, match="bfloat16"):
        fresh.compile("adam", "mse", dtype="float16")
    with pytest.raises(ConfigError, match="called 'hidden'"):
        Sequential([Input((3,)), Dense(1, name="hidden"), Dense(2, name="hidden")]).summary()
    with pytest.raises(ConfigError, match="not listed"):
        a, b = Input((2,), name="a"), Input((2,), name="b")
        Model(a, Concatenate()(a, b))


def record(epoch):
    return EpochRecord(epoch, {"loss": 1 / epoch}, 0.1, 0.01, np.ones(3), {})


def test_in_a_pipe_progress_is_one_line():
    out = io.StringIO()
    progress = Progress(3, "auto", out)
    progress.show(StepsRecord(1, 2, 3, {"loss": 2.0}, np.ones(2)))
    for epoch in (1, 2, 3):
        progress.show(record(epoch))
    progress.close()
    (line,) = out.getvalue().splitlines()
    assert line.startswith("epoch 3/3  loss 0.3333")
    assert "\x1b" not in line


def test_progress_can_be_silent_or_a_line_an_epoch():
    for verbose, lines in ((0, 0), (2, 3)):
        out = io.StringIO()
        progress = Progress(3, verbose, out)
        for epoch in (1, 2, 3):
            progress.show(record(epoch))
        progress.close()
        assert len(out.getvalue().splitlines()) == lines


def test_in_a_notebook_progress_is_one_cell(monkeypatch):
    shown = []

    class Cell:
        def update(self, data, raw):
            shown.append(data["text/plain"])

    shell = types.SimpleNamespace(kernel=object())
    display = types.SimpleNamespace(display=lambda *given, **named: Cell())
    ipython = types.SimpleNamespace(get_ipython=lambda: shell, display=display)
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    model().fit(X, Y, epochs=3)
    assert shown[-1].startswith("epoch 3/3  loss")
