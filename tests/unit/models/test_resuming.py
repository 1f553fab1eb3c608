"""A fit that goes on from a folder ends as if it had never stopped, bit for bit."""

import os
import signal
import warnings

import pytest
from faulty_calls import Calls
from long_fit import EPOCHS, STEPS, StepByStep, X, digest, fit, network

from pellucid.base.errors import ConfigError, FileError
from pellucid.interop.sealed import read_sealed, write_sealed
from pellucid.models.resuming import FORMAT
from pellucid.optimizers import SGD
from pellucid.training.callbacks import Callback
from pellucid.training.interrupt import Terminated
from pellucid.training.record import Pages


@pytest.fixture(scope="module")
def whole():
    """The digest of a fit that nothing interrupted, and how many epochs it took."""
    model = network()
    history = fit(model)
    assert history.stopped_because and len(history.records) < EPOCHS
    return digest(model), len(history.records)


class At(Callback):
    """Does something when a step of an epoch has ended."""

    def __init__(self, epoch, step, act):
        self.epoch, self.step, self.act = epoch, step, act

    def on_steps_end(self, record, control):
        if (record.epoch, record.step) == (self.epoch, self.step):
            self.act()


class Killed(BaseException):
    """Stands for the end of the process."""


def killed():
    raise Killed


def names(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != "lock")


@pytest.mark.parametrize("step", range(1, STEPS + 1))
def test_R1_a_fit_goes_on_from_any_step(tmp_path, whole, step):
    with pytest.raises(Killed):
        fit(network(), tmp_path, callbacks=[At(4, step, killed)])
    model = network()
    history = fit(model, tmp_path)
    assert (digest(model), len(history.records)) == whole
    assert history.epochs == list(range(1, len(history.records) + 1))


def test_R2_a_fit_goes_on_from_any_place_in_the_writing_of_a_checkpoint(tmp_path, whole):
    """The process ends in every call by which the tenth checkpoint is written."""
    counted = Calls(before=lambda name, *given: None)
    with counted:
        fit(network(), tmp_path / "all", epochs=2, callbacks=[StepByStep()])
    each = counted.count // (2 * STEPS)
    for number in range(9 * each, 10 * each + 1):
        folder = tmp_path / str(number)
        with pytest.raises(Killed), Calls(number, killed):
            fit(network(), folder, callbacks=[StepByStep()])
        model = network()
        fit(model, folder, every=1000.0)
        assert digest(model) == whole[0], f"call {number}"


def test_R3_a_checkpoint_that_cannot_be_written_does_not_end_training(tmp_path, whole):
    def fault():
        raise OSError(28, "No space left on device")

    model = network()
    with (
        pytest.warns(RuntimeWarning, match="No space left on device; training goes on") as told,
        Calls(30, fault),
    ):
        fit(model, tmp_path, callbacks=[StepByStep()])
    assert digest(model) == whole[0]
    assert len(told) == 1


def test_R5_a_broken_checkpoint_costs_the_steps_since_the_one_before(tmp_path, whole):
    with pytest.raises(Killed):
        fit(network(), tmp_path, callbacks=[At(4, 3, killed)])
    older, newer = names(tmp_path)
    content = bytearray((tmp_path / newer).read_bytes())
    content[-9] ^= 4
    (tmp_path / newer).write_bytes(bytes(content))
    model = network()
    with pytest.warns(RuntimeWarning, match="damaged.*passed over, for the one before"):
        fit(model, tmp_path)
    assert digest(model) == whole[0]
    assert older not in names(tmp_path)


@pytest.mark.parametrize(
    ("number", "error", "code"),
    [(signal.SIGINT, KeyboardInterrupt, None), (signal.SIGTERM, Terminated, 143)],
)
def test_R6_a_signal_ends_the_step_and_leaves_a_checkpoint(
    tmp_path, whole, capsys, number, error, code
):
    press = At(3, 2, lambda: os.kill(os.getpid(), number))
    model, before = network(), signal.getsignal(number)
    with pytest.raises(error) as ended:
        fit(model, tmp_path, every=1000.0, callbacks=[press])
    assert getattr(ended.value, "code", None) == code
    assert "stopping in good order" in capsys.readouterr().err
    assert signal.getsignal(number) is before
    assert names(tmp_path) == [f"step-{2 * STEPS + 2:012d}.safetensors"]
    assert len(model.history.records) == 2
    model = network()
    fit(model, tmp_path)
    assert digest(model) == whole[0]


def test_R6_a_signal_during_a_block_of_many_epochs_loses_no_record(tmp_path, monkeypatch):
    real = Pages.add

    def add(pages, *given, **more):
        done = real(pages, *given, **more)
        if len(done) > 1:
            os.kill(os.getpid(), signal.SIGINT)
        return done

    monkeypatch.setattr(Pages, "add", add)
    model = network()
    with pytest.raises(KeyboardInterrupt):
        fit(model, tmp_path)
    assert len(model.history.records) == int(model.train_state.epoch) > 1


def test_R6_without_a_state_to_save_a_signal_to_terminate_is_nobody_s():
    seen = []
    fit(network(), epochs=2, callbacks=[At(1, 1, lambda: seen.append(signal.getsignal(15)))])
    assert seen == [signal.SIG_DFL]


def test_R6_a_handler_of_ones_own_stays(tmp_path):
    heard = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        fit(network(), tmp_path, epochs=2, callbacks=[At(1, 1, lambda: os.kill(os.getpid(), 15))])
    finally:
        signal.signal(signal.SIGTERM, before)
    assert heard == [signal.SIGTERM]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"batch_size": 16}, "batch_size: 15 then, 16 now"),
        ({"shuffle": False}, "shuffle: True then, False now"),
        ({"x": X + 1}, "training rows: .* then, .* now"),
        ({"model": {"units": 9}}, r"network\.nodes\.dense\.layer\.units: 8 then, 9 now"),
        ({"model": {"rate": 0.02}}, r"learning_rate\.initial_learning_rate: 0\.01 then, 0\.02 now"),
        ({"model": {"seed": 2}}, "seed: 1 then, 2 now"),
    ],
)
def test_R9_another_fit_is_refused_with_what_differs(begun, changed, told):
    with pytest.raises(ConfigError, match=told):
        fit(network(**changed.pop("model", {})), begun, **changed)


def test_R9_another_optimizer_is_named_once(begun):
    model = network()
    model.compile(SGD(0.1), "sparse_categorical_crossentropy", ["accuracy"])
    with pytest.raises(ConfigError, match="optimizer: Adam then, SGD now") as refused:
        fit(model, begun)
    assert "beta_1" not in str(refused.value)


def test_R9_other_surroundings_are_told_of(begun, monkeypatch):
    monkeypatch.setenv("NPROC", "77")
    with pytest.warns(RuntimeWarning, match="last digits may differ .threads: .* then, 77 now"):
        fit(network(), begun, epochs=1)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """The folder of a fit that has done one epoch."""
    folder = tmp_path_factory.mktemp("begun")
    fit(network(), folder, epochs=1)
    return folder


def test_R9_arrays_of_another_shape_are_refused_as_they_are_read(begun, tmp_path):
    (name,) = names(begun)
    content = read_sealed(begun / name, FORMAT, "checkpoint")
    (path,) = [path for path in content.arrays if path.endswith("params/dense/kernel")]
    content.arrays[path] = content.arrays[path][:, :3].copy()
    write_sealed(tmp_path / name, content)
    with pytest.raises(FileError, match=r"got: +float32 \(6, 3\)"):
        fit(network(), tmp_path)


def test_R10_a_fit_that_is_complete_only_comes_back(tmp_path, whole):
    fit(network(), tmp_path, every=1000.0)
    files = names(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = network()
        history = fit(model, tmp_path, callbacks=[At(1, 1, killed)])
    assert (digest(model), len(history.records)) == whole
    assert names(tmp_path) == files


def test_more_epochs_may_be_asked_for_later(tmp_path, whole):
    for epochs in (3, 7, EPOCHS):
        model = network()
        fit(model, tmp_path, epochs=epochs)
    assert digest(model) == whole[0]


def test_R11_the_same_seed_gives_the_same_bits(whole):
    model = network()
    fit(model, callbacks=[StepByStep()])
    assert digest(model) == whole[0]


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Calls() as calls:
        fit(network(), epochs=2)
    assert calls.count == 0
    assert not list(tmp_path.iterdir())
