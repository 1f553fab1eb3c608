"""D15: a fit that memory does not suffice for is refused before it begins, or says so."""

import re
import subprocess
import sys

import jax
import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import ConfigError
from pellucid.keras import Input, Sequential
from pellucid.keras import layers as keras_layers
from pellucid.keras.engine.base import materials
from pellucid.training import room
from pellucid.training.callbacks import Callback

X = np.zeros((4096, 8), "f")
Y = np.arange(4096) % 2
QUIET = {"epochs": 1, "verbose": 0, "doctor": "off"}
MEGABYTES = 2**20


def ours(width=64):
    model = pc.Sequential(
        [pc.Input((8,)), pc.layers.Dense(width, "relu"), pc.layers.Dense(2, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def theirs(width=64):
    model = Sequential(
        [Input((8,)), keras_layers.Dense(width, "relu"), keras_layers.Dense(2, "softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


@pytest.mark.parametrize("face", [ours, theirs])
def test_D15_a_batch_that_does_not_fit_is_refused_with_one_that_does(face, monkeypatch):
    monkeypatch.setattr(room, "PROGRAMS", 0)
    monkeypatch.setattr(room, "free_bytes", lambda: MEGABYTES)
    with pytest.raises(ConfigError, match=r"(?s)more memory than is free.*batches of 4,096") as no:
        face().fit(X, Y, batch_size=4096, **QUIET)
    told = re.search(r"batch_size=(\d+)", str(no.value))
    assert told is not None
    advised = int(told[1])
    assert 128 <= advised <= 1024  # 66 numbers of 4 bytes a row, in what is left of 1 MB
    face().fit(X, Y, batch_size=advised, **QUIET)


def test_D15_a_batch_of_a_generator_that_does_not_fit_is_refused_before_its_step(monkeypatch):
    def batches():
        while True:
            yield X, Y

    model = theirs()
    model.fit(batches(), steps_per_epoch=2, **QUIET)
    before = model.get_weights()
    monkeypatch.setattr(room, "PROGRAMS", 0)
    monkeypatch.setattr(room, "free_bytes", lambda: MEGABYTES)
    with pytest.raises(ConfigError, match=r"(?s)more memory than is free.*batches of 4,096"):
        model.fit(batches(), steps_per_epoch=2, **QUIET)
    for then, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(then, now)


@pytest.mark.parametrize("rows", [(X, Y), (iter([(X, Y)]),)])
def test_D15_parameters_that_do_not_fit_are_not_drawn(rows, monkeypatch):
    monkeypatch.setattr(room, "free_bytes", lambda: 40_000)
    monkeypatch.setattr(materials, "settle", lambda draws: pytest.fail("they were drawn"))
    with pytest.raises(ConfigError, match=r"try: .*a smaller network"):
        theirs(2000).fit(*rows, **QUIET)


def test_D15_nothing_is_refused_by_the_first_guess_alone(monkeypatch):
    asked = []
    known = room.step_cost
    monkeypatch.setattr(room, "step_cost", lambda *of: asked.append(of) or known(*of))
    ours().fit(X, Y, batch_size=4096, **QUIET)
    assert not asked
    monkeypatch.setattr(room, "PROGRAMS", 0)
    monkeypatch.setattr(room, "free_bytes", lambda: 36 * MEGABYTES)
    ours(512).fit(X, Y, batch_size=4096, **QUIET)  # 8 MB of a layer are left behind
    assert asked


def test_D15_a_network_that_does_not_fit_with_any_batch_is_refused(monkeypatch):
    monkeypatch.setattr(room, "free_bytes", lambda: 40_000)
    with pytest.raises(ConfigError, match=r"try: .*a smaller network"):
        ours(2000).fit(X, Y, batch_size=32, **QUIET)


@pytest.mark.parametrize("error", ["RESOURCE_EXHAUSTED: Out of memory", "INTERNAL: no"])
def test_D15_memory_that_ends_in_the_middle_is_told_as_what_it_is(error):
    class Greedy(Callback):
        def on_epoch_end(self, record, control):
            raise jax.errors.JaxRuntimeError(error)

    expected = ConfigError if "EXHAUSTED" in error else jax.errors.JaxRuntimeError
    with pytest.raises(expected) as told:
        ours().fit(X, Y, callbacks=[Greedy()], **QUIET)
    assert ("more memory than is free" in str(told.value)) == (expected is ConfigError)


SCRIPT = """
import resource, sys
import numpy as np
import pellucid as pc
from pellucid.base.errors import ConfigError
from pellucid.layers import Dense, Input

hidden = Dense(3000, "relu"), Dense(1000, "relu")
model = pc.Sequential([Input((64,)), *hidden, Dense(1, "sigmoid")])
model.compile("adam", "binary_crossentropy")
x, y = np.zeros((8000, 64), "f"), np.zeros(8000, "f")
pc.Sequential([Input((64,)), Dense(1)]).predict(x[:2])
with open("/proc/self/statm") as file:
    now = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + 400 * 2**20, now + 400 * 2**20))
try:
    model.fit(x, y, batch_size=int(sys.argv[1]), verbose=0)
except ConfigError as error:
    print(error)
"""


@pytest.mark.slow
def test_D15_a_process_that_may_have_little_memory_is_not_ended():
    def trained(batch_size):
        command = [sys.executable, "-c", SCRIPT, str(batch_size)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    said = trained(8000)
    for _ in range(2):  # what threads reserve of addresses is not the same each time
        told = re.search(r"batch_size=(\d+)", said)
        assert told is not None
        said = trained(told[1])
        if not said:
            break
    assert said == ""
