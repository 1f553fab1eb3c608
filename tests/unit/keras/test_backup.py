"""BackupAndRestore in fits of the Keras face: what is left is trained as it would have been."""

import numpy as np
import pytest

from pellucid.keras import Input, Sequential, callbacks, layers, optimizers, utils

DRAWN = np.random.default_rng(0)
X = DRAWN.normal(size=(60, 5)).astype("float32")
Y = (X[:, 0] > 0).astype("int32")


def network():
    utils.set_random_seed(3)
    hidden = [layers.Dense(8, "relu"), layers.BatchNormalization(), layers.Dropout(0.3)]
    model = Sequential([Input((5,)), *hidden, layers.Dense(2, "softmax")])
    rate = optimizers.schedules.ExponentialDecay(0.01, 20, 0.9)
    model.compile(optimizers.Adam(rate), "sparse_categorical_crossentropy", ["accuracy"])
    return model


def fit(model, *more, epochs=7):
    given = {"batch_size": 16, "validation_split": 0.2, "verbose": 0, "doctor": "off"}
    return model.fit(X, Y, epochs=epochs, callbacks=list(more), **given)


class Leave(callbacks.Callback):
    """Ends the process, as it were, in a batch of an epoch or at the epoch's end."""

    def __init__(self, epoch, batch=None):
        super().__init__()
        self.now, self.epoch, self.batch = 0, epoch, batch

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if (self.now, batch) == (self.epoch, self.batch):
            raise RuntimeError

    def on_epoch_end(self, epoch, logs=None):
        if epoch == self.epoch:
            raise RuntimeError


@pytest.fixture(scope="module")
def whole():
    """The weights and losses of a fit that nothing interrupted."""
    model = network()
    return fit(model).history["loss"], model.get_weights()


@pytest.mark.parametrize(("leave", "first"), [((3,), 4), ((3, 1), 3)])
def test_the_epochs_left_are_those_of_an_uninterrupted_fit(tmp_path, whole, leave, first):
    with pytest.raises(RuntimeError):
        fit(network(), callbacks.BackupAndRestore(tmp_path / "b"), Leave(*leave))
    model = network()
    history = fit(model, callbacks.BackupAndRestore(tmp_path / "b"))
    assert history.epoch == list(range(first, 7))
    assert history.history["loss"] == whole[0][first:]
    for ours, theirs in zip(model.get_weights(), whole[1], strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not (tmp_path / "b").exists()


def test_a_kill_between_the_two_files_is_told_from_a_backup_that_is_whole(tmp_path, monkeypatch):
    """The JSON file is written first; the weights are still those of the epoch before."""
    backup = callbacks.BackupAndRestore(tmp_path, delete_checkpoint=False)
    fit(network(), backup, epochs=2)
    older = (tmp_path / "latest.weights.h5").read_bytes()
    with pytest.raises(RuntimeError):
        fit(network(), callbacks.BackupAndRestore(tmp_path), Leave(2))
    (tmp_path / "latest.weights.h5").write_bytes(older)
    assert fit(network(), callbacks.BackupAndRestore(tmp_path), epochs=4).epoch == [2, 3]


def test_weights_loaded_as_a_fit_begins_are_those_that_train(tmp_path):
    trained = network()
    fit(trained)
    trained.save_weights(tmp_path / "w.weights.h5")

    class Load(callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.model.load_weights(tmp_path / "w.weights.h5")

    loss = fit(network(), Load(), epochs=1).history["loss"][0]
    assert loss < fit(network(), epochs=1).history["loss"][0]
