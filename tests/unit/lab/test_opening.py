"""`open_lab`: a script's own fit is followed, and ends with the same bits."""

import inspect
import itertools

import numpy as np
import pytest
from lab_line import frames_of
from websockets.sync.client import connect

import pellucid as pc
from pellucid import keras
from pellucid.base.errors import ConfigError
from pellucid.lab.guest import guest
from pellucid.layers.dense import Dense
from pellucid.layers.noise import Dropout

X = np.random.default_rng(0).normal(size=(50, 3)).astype("f")
Y = (X.sum(1) > 0).astype("f")[:, None]
DEFAULTS = {name: one.default for name, one in inspect.signature(pc.Model.fit).parameters.items()}
FIT = {"batch_size": 16, "epochs": 3, "validation_split": 0.2, "verbose": 0}


def network():
    model = pc.Sequential([Dense(4, "tanh"), Dropout(0.3), Dense(1, "sigmoid")], seed=2)
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def followed():
    """A model that was fitted while the lab looked on, its lab, and another fitted alone."""
    model, alone = network(), network()
    with pc.open_lab(model, browser=False) as lab:
        model.fit(X, Y, **FIT)
        model.fit(X, Y, **FIT)
        yield model, lab, alone
    assert "fit" not in vars(model)


def test_the_bits_are_those_without_it(followed):
    model, _, alone = followed
    first = alone.fit(X, Y, **FIT)
    alone.fit(X, Y, **FIT)
    mine, theirs = model.weights, alone.weights
    assert all(np.array_equal(mine[path], theirs[path]) for path in theirs)
    assert len(first["loss"]) == 3


def frames_until(page, kind):
    seen = {}
    while kind not in seen:
        seen |= {frame["kind"]: frame for frame in frames_of(page.recv(20))}
        page.send('{"do": "ack"}')
    return seen


def enter(lab):
    """Come in by the link, as a browser does; return a socket."""
    base = lab.link.partition("/open")[0].removeprefix("http://")
    guard = lab._guard
    cookie = f"{guard.cookie}={guard._secret}"
    headers = {"Cookie": cookie}
    return connect(f"ws://{base}/socket", additional_headers=headers, origin=f"http://{base}")


def test_a_page_sees_the_fit_and_may_change_nothing_but_its_pace(followed):
    model, lab, _ = followed
    with enter(lab) as page:
        page.send('{"do": "subscribe", "views": ["layers"]}')
        seen = frames_until(page, "layers")
        state = frames_until(page, "now") if "state" not in seen else seen
        assert seen["layers"]["shown"]["rows"][0]["name"] == "dense"
        assert seen["course"]["run"] == 2 and len(seen["course"]["losses"]) == 3 * 3
        assert state["state"]["shown"]["script"] is True
        page.send('{"do": "reset"}')
        assert "script's own" in frames_until(page, "trouble")["trouble"]["text"]
    assert int(model.train_state.step) == 2 * 3 * 3


def test_the_batch_that_is_shown_next_is_the_one_that_comes():
    seen = []
    model = pc.Sequential([Dense(4, "tanh"), Dense(1, "sigmoid")], seed=2)
    model.compile("sgd", "binary_crossentropy")
    model.train_on_batch(X[:2], Y[:2])  # it has a past
    fit = {**FIT, "batch_size": 20}
    bench = guest(model, X, Y, {**DEFAULTS, **fit})

    class Look(pc.Callback):
        def on_steps_end(self, record, control):
            _, number, rows = bench.next_batch()
            loss = model.inspect(bench.ready.x[rows], bench.y[rows]).loss if len(rows) else None
            seen.append((record.step_losses[-1], number, loss))

    model.fit(X, Y, **fit, callbacks=[Look()])
    for (_, number, foretold), (came, *_) in itertools.pairwise(seen):
        assert foretold == pytest.approx(float(came), rel=1e-5), number


@pytest.mark.parametrize(
    ("y", "units", "activation", "loss", "task", "classes"),
    [
        (Y[:, 0], 1, "sigmoid", "binary_crossentropy", "classification", ("0", "1")),
        (Y[:, 0].astype(int), 2, "softmax", "sparse_categorical_crossentropy",
         "classification", ("0", "1")),
        (np.eye(3)[np.arange(50) % 3], 3, "softmax", "categorical_crossentropy",
         "classification", ("0", "1", "2")),
        (X[:, 0], 1, None, "mse", "regression", ()),
    ],
)  # fmt: skip
def test_rows_and_targets_of_a_script_are_shown_as_what_they_are(
    y, units, activation, loss, task, classes
):
    model = pc.Sequential([Dense(units, activation)])
    model.compile("sgd", loss)
    given = {**DEFAULTS, **FIT}
    bench = guest(model, X, y, given)
    assert (bench.ready.encoding.task, bench.ready.encoding.class_names) == (task, classes)
    assert len(bench.ready.parts.train) == 40 and len(bench.judged("validation")[0]) == 10
    with pytest.raises(ConfigError, match="cannot follow"):
        guest(model, X, y, {**given, "shuffle": "balanced"})


def of_keras(inputs=1):
    keras.utils.set_random_seed(3)
    rows = [keras.Input((3,), name=f"rows_{at}") for at in range(inputs)]
    joined = rows[0] if inputs == 1 else keras.layers.concatenate(rows)
    hidden = keras.layers.Dense(4, activation="tanh", name="hidden")(joined)
    model = keras.Model(rows, keras.layers.Dense(1, activation="sigmoid")(hidden))
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def test_a_model_of_the_keras_face_is_followed_and_ends_with_the_same_bits():
    batch = {"x": iter([(X[:9], Y[:9])]), "steps_per_epoch": 1, "verbose": 0}
    alone = of_keras()
    alone.fit(X, Y, **FIT)
    expected = alone.get_weights()
    model = of_keras()
    with pc.open_lab(model, browser=False) as lab:
        model.fit(X, Y, **FIT)
        with enter(lab) as page:
            page.send('{"do": "subscribe", "views": ["layers"]}')
            seen = frames_until(page, "layers")
            assert len(seen["course"]["losses"]) == 3 * 3 and len(seen["course"]["epochs"]) == 3
            assert seen["layers"]["shown"]["rows"][0]["name"] == "hidden"
            assert all(map(np.array_equal, model.get_weights(), expected))
            model.fit(**batch)
            assert "one by one" in frames_until(page, "trouble")["trouble"]["text"]
    assert "fit" not in vars(model)


@pytest.mark.slow
def test_what_the_lab_cannot_show_is_trained_and_told():
    model = of_keras(inputs=2)
    with pc.open_lab(model, browser=False) as lab, enter(lab) as page:
        history = model.fit([X, X], Y, **FIT)
        assert "2 inputs: rows_0, rows_1" in frames_until(page, "trouble")["trouble"]["text"]
    assert len(history.history["loss"]) == 3
    with pytest.raises(ConfigError, match="models of Pellucid"):
        pc.open_lab(object(), browser=False)
