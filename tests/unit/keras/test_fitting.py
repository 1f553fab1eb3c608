"""A fit: what it refuses, what it says, when it ends, and what it leaves alone."""

import os
import signal

import numpy as np
import pytest

from pellucid import keras
from pellucid.base.errors import ConfigError, DataError, PellucidError, StateError
from pellucid.keras.engine.base.hints import KerasHint, forget_hints
from pellucid.keras.engine.base.strictness import set_strict
from pellucid.keras.engine.training.fits import fits

layers, callbacks = keras.layers, keras.callbacks
RNG = np.random.default_rng(10)
X = RNG.normal(size=(12, 3)).astype("float32")
Y = X[:, :2] * 2
PLAIN = {"verbose": 0, "batch_size": 4}


@pytest.fixture(autouse=True)
def every_hint_anew():
    forget_hints()
    yield
    set_strict(None)


def model(rate=0.05, metrics=(), **settings):
    keras.utils.set_random_seed(1)
    made = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(2)]
    )
    made.compile(keras.optimizers.SGD(rate), "mse", metrics=list(metrics), **settings)
    return made


def same(one, other):
    return all((a == b).all() for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


class TestRefused:
    def test_a_model_that_was_not_compiled(self):
        bare = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
        for verb in ("fit", "evaluate", "train_on_batch", "test_on_batch"):
            with pytest.raises(StateError, match=r"not been compiled(.|\n)*model.compile"):
                getattr(bare, verb)(X, Y)

    @pytest.mark.parametrize("name", ["train_step", "test_step", "compute_loss"])
    def test_a_loop_of_its_own(self, name):
        own = type("Own", (keras.Model,), {name: lambda self, data: None})
        source = keras.Input((3,))
        made = own(source, layers.Dense(2)(source))
        made.compile("sgd", "mse")
        with pytest.raises(ConfigError, match=f"Own has a {name} of its own"):
            made.fit(X, Y, verbose=0)

    def test_arguments_that_do_not_exist(self):
        with pytest.raises(TypeError, match="'batchsize'"):
            model().fit(X, Y, batchsize=3)

    @pytest.mark.parametrize("share", [1.0, 0.95, -0.5, 2.0])
    def test_a_share_that_leaves_nothing(self, share):
        with pytest.raises(DataError, match="validation_split"):
            model().fit(X, Y, validation_split=share, **PLAIN)

    def test_a_share_of_a_stream(self):
        with pytest.raises(DataError, match="needs arrays"):
            model().fit(iter([(X, Y)]), validation_split=0.5, verbose=0)

    def test_outputs_that_do_not_exist(self):
        for given in (
            {"loss": {"dense_x": "mse"}},
            {"loss": "mse", "metrics": {"nobody": ["mae"]}},
            {"loss": "mse", "loss_weights": {"nobody": 2.0}},
        ):
            made = model()
            made.compile("sgd", **given)
            with pytest.raises(ConfigError, match="names an output that this model does not have"):
                made.fit(X, Y, verbose=0)
        made.compile("sgd", ["mse", "mae"])
        with pytest.raises(ConfigError, match="another length"):
            made.fit(X, Y, verbose=0)

    def test_nothing_to_learn_from(self):
        made = model()
        made.compile("sgd")
        with pytest.raises(ConfigError, match="nothing to learn from"):
            made.fit(X, Y, verbose=0)

    def test_what_layers_add_is_enough_to_learn_from(self):
        source = keras.Input((3,))
        charged = keras.Model(source, layers.Dense(2, kernel_regularizer="l2")(source))
        charged.compile(keras.optimizers.SGD(0.1))
        losses = charged.fit(X, Y, epochs=3, verbose=0).history["loss"]
        assert losses == sorted(losses, reverse=True) and losses[0] > losses[-1] > 0

    def test_unknown_names(self):
        for given in ({"loss": "msee"}, {"loss": "mse", "metrics": ["accuraccy"]}):
            with pytest.raises(PellucidError, match="did you mean"):
                made = model()
                made.compile("sgd", **given)
                made.fit(X, Y, verbose=0)

    def test_a_monitored_value_there_will_never_be(self):
        made, before = model(), model()
        with pytest.raises(ConfigError, match="val_loss"):
            waiting = callbacks.EarlyStopping("val_lose")
            made.fit(X, Y, validation_data=(X, Y), callbacks=[waiting], **PLAIN)
        with pytest.warns(KerasHint, match="no held-out rows"):
            made.fit(X, Y, epochs=0, callbacks=[callbacks.EarlyStopping()], **PLAIN)
        assert same(made, before)


class TestNotANumber:
    def test_in_x_is_refused_unless_someone_watches(self):
        broken = np.where(np.arange(12)[:, None] == 5, np.nan, X)
        with pytest.raises(DataError, match="row 5"):
            model().fit(broken, Y, **PLAIN)
        watched = model().fit(broken, Y, epochs=3, callbacks=[callbacks.TerminateOnNaN()], **PLAIN)
        assert len(watched.epoch) == 1

    def test_a_loss_ends_the_fit_with_advice(self):
        with pytest.warns(KerasHint, match="smaller learning rate"):
            history = model(rate=1e30).fit(X, Y, epochs=9, **PLAIN)
        assert len(history.epoch) < 9
        assert history.stopped_because == "the loss is no longer a finite number"

    def test_a_loss_ends_a_fit_on_batches_too(self):
        with pytest.warns(KerasHint, match="smaller learning rate"):
            history = model(rate=1e30).fit(X, Y, epochs=9, steps_per_epoch=3, verbose=0)
        assert len(history.epoch) < 9

    def test_strictly_it_goes_on(self):
        set_strict(True)
        history = model(rate=1e30).fit(X, Y, epochs=9, **PLAIN)
        assert len(history.epoch) == 9 and np.isnan(history.history["loss"][-1])


class TestSortedRows:
    def classifier(self):
        made = keras.Sequential([keras.Input((3,)), layers.Dense(3, activation="softmax")])
        made.compile("sgd", "sparse_categorical_crossentropy")
        return made

    def test_held_out_rows_of_other_classes_are_pointed_out(self):
        x, labels = np.tile(X, (10, 1)), np.repeat([0, 1, 2], 40)
        made = self.classifier()
        made.fit(x, labels, validation_split=0.3, **PLAIN)
        assert "sorted_no_shuffle" in [one.check for one in made.findings]

    def test_mixed_rows_are_not(self):
        x, mixed = np.tile(X, (10, 1)), np.arange(120) % 3
        made = self.classifier()
        made.fit(x, mixed, validation_split=0.3, **PLAIN)
        assert "sorted_no_shuffle" not in [one.check for one in made.findings]


class TestCallbacks:
    def test_the_order_of_calls_and_what_they_are_told(self):
        log = []

        class Spy(callbacks.Callback):
            def on_train_begin(self, logs=None):
                log.append("train")

            def on_epoch_begin(self, epoch, logs=None):
                log.append(epoch)

            def on_train_batch_end(self, batch, logs=None):
                log.append(("step", batch, sorted(logs)))

            def on_test_end(self, logs=None):
                log.append(("tested", sorted(logs)))

            def on_epoch_end(self, epoch, logs=None):
                log.append(("end", sorted(logs)))

            def on_train_end(self, logs=None):
                log.append("done")

        model().fit(X, Y, validation_data=(X, Y), callbacks=[Spy()], verbose=0, batch_size=6)
        steps = [("step", 0, ["loss"]), ("step", 1, ["loss"])]
        end = [("tested", ["loss"]), ("end", ["loss", "val_loss"])]
        assert log == ["train", 0, *steps, *end, "done"]

    @pytest.mark.parametrize("hook", ["on_epoch_end", "on_train_batch_end"])
    def test_who_asks_to_stop_is_heard(self, hook):
        class Stop(callbacks.Callback):
            seen = 0

            def stop(self, number, logs=None):
                self.seen += 1
                if self.seen == 2:
                    self.model.stop_training = True

        stop = type("Stopping", (Stop,), {hook: Stop.stop})()
        made = model()
        history = made.fit(X, Y, epochs=9, callbacks=[stop], **PLAIN)
        assert len(history.epoch) == (2 if hook == "on_epoch_end" else 1)
        assert int(made.optimizer.iterations) == (6 if hook == "on_epoch_end" else 2)
        assert len(made.fit(X, Y, epochs=2, **PLAIN).epoch) == 2

    def test_who_looks_does_not_change_what_is_learnt(self):
        class Look(callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                self.model.get_weights()

        class Closely(Look):
            def on_train_batch_end(self, batch, logs=None):
                self.model.get_weights()

        runs, records = [], []
        for watching in ([], [Look()], [Closely()]):
            runs.append(model())
            given = {"validation_data": (X, Y), "callbacks": watching, **PLAIN}
            records.append(runs[-1].fit(X, Y, epochs=3, **given).history)
        assert same(runs[0], runs[1]) and same(runs[0], runs[2])
        for record in records[1:]:
            for name, values in records[0].items():
                np.testing.assert_allclose(record[name], values, rtol=1e-6)

    def test_weights_set_by_a_callback_are_trained_on(self):
        class Reset(callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                self.model.set_weights(start)

        made = model()
        start = made.get_weights()
        losses = made.fit(X, Y, epochs=3, shuffle=False, callbacks=[Reset()], **PLAIN)
        assert len(set(losses.history["loss"])) == 1


def test_ctrl_c_keeps_what_was_learnt():
    class Press(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                os.kill(os.getpid(), signal.SIGINT)

    made = model()
    with pytest.raises(KeyboardInterrupt):
        made.fit(X, Y, epochs=50, callbacks=[Press()], **PLAIN)
    replay = model()
    replay.fit(X, Y, epochs=3, **PLAIN)
    assert made.history.epoch == [0, 1, 2]
    assert made.history.stopped_because == "interrupted"
    assert same(made, replay)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


class TestSeeds:
    def test_the_same_script_twice_gives_the_same_numbers(self):
        def script(seed):
            keras.utils.set_random_seed(seed)
            made = keras.Sequential(
                [keras.Input((3,)), layers.Dense(8), layers.Dropout(0.5), layers.Dense(2)]
            )
            made.compile("adam", "mse")
            made.fit(X, Y, epochs=2, **PLAIN)
            return made

        assert same(script(3), script(3))
        assert not same(script(3), script(4))

    def test_two_models_of_one_script_begin_and_shuffle_apart(self):
        keras.utils.set_random_seed(0)
        one, other = (keras.Sequential([keras.Input((3,)), layers.Dense(2)]) for _ in range(2))
        assert not same(one, other)

    def test_the_global_generator_is_left_alone(self):
        np.random.seed(5)
        before = np.random.get_state()[1].copy()
        made = keras.Sequential([keras.Input((3,)), layers.Dropout(0.5), layers.Dense(2)])
        made.compile("sgd", "mse")
        made.fit(X, Y, shuffle=True, steps_per_epoch=2, **PLAIN)
        made.fit(X, Y, shuffle=True, **PLAIN)
        made(X, training=True)
        np.testing.assert_array_equal(np.random.get_state()[1], before)

    def test_rows_come_in_another_order_each_epoch(self):
        made = model(rate=0.0)
        orders = []

        class Order(callbacks.Callback):
            def on_train_batch_end(self, batch, logs=None):
                orders.append(logs["loss"])

        made.fit(X, Y, epochs=2, batch_size=4, callbacks=[Order()], verbose=0)
        assert orders[0] != orders[3]
        assert orders[2] == pytest.approx(orders[5], rel=1e-5)  # all rows were seen


class TestRecords:
    def test_numbers_are_python_s(self):
        history = model(metrics=["mae"]).fit(X, Y, epochs=2, **PLAIN)
        assert all(type(v) is float for values in history.history.values() for v in values)
        assert history.params["epochs"] == 2 and history.params["steps"] == 3
        assert history.epoch == [0, 1]

    def test_metrics_of_one_name_are_told_apart(self):
        made = model(metrics=[["mae"], "mae"], weighted_metrics=["mae"])
        names = list(made.fit(X, Y, **PLAIN).history)
        assert names == ["loss", "mae", "mae_1", "weighted_mae"]
        assert made.metrics_names == names
        assert len(made.evaluate(X, Y, verbose=0)) == 4

    def test_a_fit_is_noted_for_the_table_at_the_end(self):
        made = model()
        made.fit(X, Y, epochs=2, **PLAIN)
        report = fits[-1]
        assert (report.model_name, report.epochs) == (made.name, 2)
        assert report.values["loss"] == made.history.history["loss"][-1]

    def test_held_out_steps_are_the_first_batches(self):
        made = model(rate=0.0)
        held_out = {"validation_data": (X, Y), "verbose": 0}
        found = [
            made.fit(X, Y, validation_steps=2, batch_size=3, **held_out),
            made.fit(X, Y, validation_steps=3, validation_batch_size=2, **held_out),
            made.fit(X, Y, steps_per_epoch=1, validation_steps=1, batch_size=6, **held_out),
        ]
        expected = made.evaluate(X[:6], Y[:6], verbose=0)
        for history in found:
            assert history.history["val_loss"][0] == pytest.approx(expected, rel=1e-5)

    def test_a_stream_that_runs_out_ends_the_fit(self):
        with pytest.warns(KerasHint, match="ran out"):
            history = model().fit(iter([(X, Y)] * 3), epochs=5, steps_per_epoch=2, verbose=0)
        assert history.stopped_because == "the batches ran out"
        assert len(history.epoch) == 2
