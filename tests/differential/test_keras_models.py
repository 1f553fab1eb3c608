"""Models of the face against real Keras: the same weights in, the same numbers out."""

import warnings

import jax
import keras as theirs
import numpy as np
import pytest

from pellucid import keras as mine
from pellucid.keras.engine.base.hints import forget_hints
from pellucid.keras.engine.base.strictness import set_strict
from pellucid.keras.engine.data.dataset import Dataset

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

RNG = np.random.default_rng(20)
ROWS = 22
X = RNG.uniform(-1.5, 1.5, (ROWS, 4)).astype("float32")
Z = RNG.uniform(-1.5, 1.5, (ROWS, 4)).astype("float32")
LABELS = RNG.permutation(np.arange(ROWS) % 3)
ONE_HOT = np.eye(3, dtype="float32")[LABELS]
BINARY = (LABELS > 0).astype("float32")
NUMBERS = (X[:, :2] - Z[:, 1:3]).astype("float32")
WEIGHTS = RNG.uniform(0.2, 2.0, ROWS).astype("float32")
SERIES = RNG.uniform(-1.5, 1.5, (ROWS, 5, 3)).astype("float32")
WORDS = RNG.integers(1, 9, (ROWS, 6)) * (np.arange(6) < RNG.integers(1, 7, (ROWS, 1)))
TAGS = RNG.integers(0, 3, (ROWS, 6))
PLAIN = {"epochs": 2, "batch_size": 8, "shuffle": False, "verbose": 0}


@pytest.fixture(autouse=True, scope="module")
def little_time_is_spent_on_compiling():
    """Compile quickly rather than well."""
    before = jax.config.values["jax_disable_most_optimizations"]
    jax.config.update("jax_disable_most_optimizations", True)
    yield
    jax.config.update("jax_disable_most_optimizations", before)


@pytest.fixture(autouse=True)
def every_hint_anew():
    forget_hints()
    yield
    set_strict(None)


def alike(story, rtol=3e-4, atol=3e-5):
    """Tell the same story with both libraries; what it returns must be the same."""
    found = plain(story(mine))
    with jax.numpy_dtype_promotion("standard"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Keras mixes dtypes, and gives advice
        expected = plain(story(theirs))
    same(found, expected, rtol, atol, story.__name__)


def plain(value):
    """Keep structure and text; make arrays of the rest."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value if value is None or isinstance(value, str | bool) else np.asarray(value)


def same(found, expected, rtol, atol, where):
    assert type(found) is type(expected), where
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), where
        for key, part in expected.items():
            same(found[key], part, rtol, atol, f"{where}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), where
        for place, (one, other) in enumerate(zip(found, expected, strict=True)):
            same(one, other, rtol, atol, f"{where}[{place}]")
    elif isinstance(expected, np.ndarray):
        np.testing.assert_allclose(found, expected, rtol, atol, err_msg=where)
    else:
        assert found == expected, where


def filled(layer, seed=0):
    """Give every weight the same numbers in both libraries; vectors positive ones."""
    rng = np.random.default_rng(seed)

    def value(old):
        if old.dtype.kind != "f":
            return old
        drawn = rng.uniform(0.2, 1.0, old.shape) if old.ndim < 2 else rng.normal(0, 0.5, old.shape)
        return drawn.astype(old.dtype)

    layer.set_weights([value(np.asarray(old)) for old in layer.get_weights()])
    return layer


def stack(K, outputs=3, last="softmax", inputs=4):
    return filled(
        K.Sequential(
            [
                K.Input((inputs,)),
                K.layers.Dense(5, activation="tanh"),
                K.layers.Dense(outputs, activation=last),
            ]
        )
    )


def classifier(K, loss="categorical_crossentropy", metrics=("accuracy",), **settings):
    model = stack(K)
    optimizer = settings.pop("optimizer", None) or K.optimizers.Adam(0.05)
    model.compile(optimizer, loss=loss, metrics=list(metrics), **settings)
    return model


class TestFit:
    def test_held_out_rows_and_class_weights(self):
        def story(K):
            model = classifier(K, weighted_metrics=["accuracy", "mse"])
            weigh = {0: 1.0, 1: 3.0, 2: 0.5}
            history = model.fit(X, ONE_HOT, validation_split=0.3, class_weight=weigh, **PLAIN)
            return history.history, history.epoch, model.get_weights()

        alike(story)

    def test_weighted_rows_and_weighted_held_out_rows(self):
        def story(K):
            model = classifier(K, "sparse_categorical_crossentropy", weighted_metrics=["accuracy"])
            held_out = (X[:7] + 0.1, LABELS[:7], WEIGHTS[:7])
            given = {"sample_weight": WEIGHTS, "validation_data": held_out}
            history = model.fit(X, LABELS, **given, **PLAIN)
            named = {"verbose": 0, "return_dict": True}  # Keras's list says accuracy twice
            return {
                "history": history.history,
                "weighted": model.evaluate(X, LABELS, sample_weight=WEIGHTS, **named),
                "unweighted": model.evaluate(X, LABELS, batch_size=5, **named),
            }

        alike(story)

    @pytest.mark.slow
    def test_weighted_rows_held_out_by_share(self):
        def story(K):
            model = classifier(K, "sparse_categorical_crossentropy", ())
            given = {"sample_weight": WEIGHTS, "validation_split": 0.25}
            return model.fit(X, LABELS, **given, **PLAIN).history

        alike(story)

    def test_epochs_and_steps_of_ones_own(self):
        def story(K):
            model = classifier(K)
            given = {"initial_epoch": 1, "epochs": 3, "steps_per_epoch": 2}
            history = model.fit(X, ONE_HOT, **PLAIN | given)
            return history.history, history.epoch, model.get_weights()

        alike(story)

    def test_when_and_how_much_is_validated(self):
        def story(K):
            model = classifier(K)
            held_out = (X[5:] * 0.9, ONE_HOT[5:])
            given = PLAIN | {"epochs": 4, "validation_data": held_out}
            second = model.fit(X, ONE_HOT, validation_freq=2, **given)
            listed = model.fit(X, ONE_HOT, validation_freq=[1, 4], **given)
            partly = model.fit(X, ONE_HOT, validation_steps=1, **given)
            small = model.fit(X, ONE_HOT, validation_steps=2, validation_batch_size=3, **given)
            return [fit.history for fit in (second, listed, partly, small)]

        alike(story)

    def test_a_second_fit_goes_on_where_the_first_ended(self):
        def story(K):
            model = classifier(K)
            for _ in range(2):
                model.fit(X, ONE_HOT, **PLAIN)
            halved = model.optimizer
            halved.learning_rate = 0.01
            model.fit(X, ONE_HOT, **PLAIN)
            return model.get_weights(), model.optimizer.iterations, halved.learning_rate

        alike(story)
        model = classifier(mine)
        twice = [model.fit(X, ONE_HOT, **PLAIN).history["loss"] for _ in range(2)]
        once = classifier(mine).fit(X, ONE_HOT, **PLAIN | {"epochs": 4}).history["loss"]
        assert [*twice[0], *twice[1]] == once

    @pytest.mark.slow
    def test_compiling_anew_forgets_the_optimizer_and_keeps_the_weights(self):
        def story(K):
            model = classifier(K)
            model.fit(X, ONE_HOT, **PLAIN)
            model.compile(K.optimizers.RMSprop(0.02), loss="mse")
            model.fit(X, ONE_HOT, **PLAIN)
            return model.get_weights(), model.optimizer.iterations

        alike(story)

    @pytest.mark.slow
    def test_lists_frames_and_names_of_inputs(self):
        def story(K):
            a, b = K.Input((4,), name="a"), K.Input((4,), name="b")
            model = filled(K.Model([a, b], K.layers.Dense(2)(K.layers.Multiply()([a, b]))))
            model.compile("sgd", loss="mae")
            by_name = model.fit({"b": Z, "a": X}, NUMBERS, **PLAIN).history
            listed = model.fit([X, Z], NUMBERS, **PLAIN).history
            return by_name, listed, model.predict({"a": X, "b": Z}, verbose=0)

        alike(story)


class TestBatches:
    def test_one_batch_at_a_time(self):
        def story(K):
            model = stack(K, 1, "sigmoid")
            accuracy = K.metrics.BinaryAccuracy(name="acc")
            model.compile(K.optimizers.Adam(0.05), "binary_crossentropy", metrics=[accuracy])
            return {
                "first": model.train_on_batch(X[:8], BINARY[:8]),
                "by name": fresh(model).train_on_batch(X[:8], BINARY[:8], return_dict=True),
                "classes": fresh(model).train_on_batch(X, BINARY, class_weight={0: 2.0, 1: 1.0}),
                "weights": fresh(model).train_on_batch(X, BINARY, sample_weight=WEIGHTS),
                "tested": fresh(model).test_on_batch(X, BINARY, sample_weight=WEIGHTS),
                "predicted": model.predict_on_batch(X[:3]),
                "steps": model.optimizer.iterations,
            }

        alike(story)

    def test_without_metrics_a_number_comes_back(self):
        def story(K):
            model = stack(K, 2, "linear")
            model.compile("sgd", "mse")
            return {
                "trained": np.shape(model.train_on_batch(X, NUMBERS)),
                "tested": np.shape(model.test_on_batch(X, NUMBERS)),
                "evaluated": np.shape(model.evaluate(X, NUMBERS, verbose=0)),
                "loss": model.evaluate(X, NUMBERS, verbose=0),
            }

        alike(story)


def fresh(model):
    model.reset_metrics()
    return model


def three_heads(K):
    a, b = K.Input((4,), name="a"), K.Input((4,), name="b")
    body = K.layers.Dense(5, activation="tanh", name="body")(K.layers.Concatenate()([a, b]))
    heads = [
        K.layers.Dense(3, activation="softmax", name="kind")(body),
        K.layers.Dense(2, name="place")(body),
        K.layers.Dense(1, activation="sigmoid", name="yes")(body),
    ]
    return filled(K.Model([a, b], heads))


TARGETS = {"kind": LABELS, "place": NUMBERS, "yes": BINARY}
LOSSES = {
    "kind": "sparse_categorical_crossentropy",
    "place": "mse",
    "yes": "binary_crossentropy",
}


class TestSeveralOutputs:
    @pytest.mark.parametrize("given_as", ["list", pytest.param("dict", marks=pytest.mark.slow)])
    def test_losses_metrics_and_targets(self, given_as):
        def arranged(parts):
            return parts if given_as == "dict" else [parts.get(name) for name in TARGETS]

        def story(K):
            model = three_heads(K)
            metrics = {"kind": ["accuracy"], "place": ["mae", "mse"], "yes": []}
            model.compile(
                K.optimizers.SGD(0.1, momentum=0.5),
                loss=arranged(LOSSES),
                loss_weights=arranged({"kind": 1.0, "place": 0.3, "yes": 2.0}),
                metrics=arranged(metrics),
                weighted_metrics=arranged({"kind": [], "place": ["mae"], "yes": ["accuracy"]}),
            )
            y = arranged(TARGETS)
            history = model.fit([X, Z], y, validation_data=([Z, X], y), **PLAIN)
            return {
                "history": history.history,
                "listed": model.evaluate([X, Z], y, verbose=0),
                "by name": model.evaluate([X, Z], y, verbose=0, return_dict=True),
                "batch": fresh(model).test_on_batch([X, Z], y, return_dict=True),
                "weights": model.get_weights(),
                "predicted": model.predict([X, Z], verbose=0),
            }

        alike(story)

    def test_weights_for_each_output(self):
        def story(K):
            model = three_heads(K)
            model.compile("sgd", loss=list(LOSSES.values()), weighted_metrics=[[], ["mae"], []])
            weights = [WEIGHTS, WEIGHTS[::-1].copy(), WEIGHTS**2]
            y = list(TARGETS.values())
            listed = model.fit([X, Z], y, sample_weight=weights, **PLAIN).history
            each = model.fit([X, Z], y, sample_weight=WEIGHTS, **PLAIN).history
            return listed, each, model.get_weights()

        alike(story)

    @pytest.mark.slow
    def test_an_output_without_a_loss(self):
        def story(K):
            model = three_heads(K)
            model.compile("sgd", loss=["sparse_categorical_crossentropy", None, None])
            listed = model.fit([X, Z], [LABELS, NUMBERS, BINARY], **PLAIN).history
            return listed, model.get_weights()

        alike(story)

    def test_outputs_in_a_dictionary(self):
        def story(K):
            source = K.Input((4,), name="source")
            outputs = {
                "q": K.layers.Dense(1, name="second")(source),
                "p": K.layers.Dense(3, activation="softmax", name="first")(source),
            }
            model = filled(K.Model(source, outputs))
            loss = {"p": "sparse_categorical_crossentropy", "q": "mse"}
            model.compile("sgd", loss=loss, metrics={"p": ["accuracy"], "q": ["mae"]})
            y = {"p": LABELS, "q": BINARY}
            history = model.fit(X, y, **PLAIN).history
            return {
                "history": history,
                "listed": model.evaluate(X, y, verbose=0),
                "by name": model.evaluate(X, y, verbose=0, return_dict=True),
                "predicted": model.predict(X, verbose=0),
                "called": model(X),
            }

        alike(story)


class TestLoss:
    def test_regularizers_and_added_losses_count(self):
        def story(K):
            class Charged(K.layers.Layer):
                def call(self, x):
                    self.add_loss(0.1 * K.ops.mean(K.ops.square(x)))
                    return 2.0 * x

            source = K.Input((4,))
            hidden = K.layers.Dense(
                5,
                kernel_regularizer=K.regularizers.L1L2(0.01, 0.02),
                bias_regularizer="l2",
                activity_regularizer=K.regularizers.L2(0.03),
            )(source)
            model = K.Model(source, K.layers.Dense(2)(Charged()(hidden)))
            filled(model).compile("sgd", "mse", metrics=["mse"])
            history = model.fit(X, NUMBERS, validation_split=0.25, **PLAIN).history
            return history, model.evaluate(X, NUMBERS, verbose=0), model.get_weights()

        alike(story)

    def test_own_losses_and_metrics(self):
        def story(K):
            def bent(y_true, y_pred):
                return K.ops.mean(K.ops.abs(y_true - y_pred) ** 1.5, axis=-1)

            class Far(K.losses.Loss):
                def call(self, y_true, y_pred):
                    return K.ops.max(K.ops.abs(y_true - y_pred), axis=-1)

            class Share(K.metrics.Metric):
                def __init__(self, name="share", **kwargs):
                    super().__init__(name=name, **kwargs)
                    self.near = self.add_weight(name="near", initializer="zeros")
                    self.all = self.add_weight(name="all", initializer="zeros")

                def update_state(self, y_true, y_pred, sample_weight=None):
                    near = K.ops.cast(K.ops.abs(y_true - y_pred) < 0.7, "float32")
                    self.near.assign_add(K.ops.sum(near))
                    self.all.assign_add(K.ops.sum(K.ops.ones_like(near)))

                def result(self):
                    return self.near / self.all

            found = []
            for loss in (bent, Far(name="far")):
                model = stack(K, 2, "linear")
                model.compile("sgd", loss, metrics=[bent, Share(), "mae"])
                history = model.fit(X, NUMBERS, validation_split=0.25, **PLAIN)
                found += [history.history, model.evaluate(X, NUMBERS, verbose=0)]
            return found

        alike(story)

    @pytest.mark.slow
    def test_reductions_and_smoothing(self):
        def story(K):
            found = []
            for loss in (
                K.losses.MeanSquaredError(reduction="sum"),
                K.losses.CategoricalCrossentropy(label_smoothing=0.2),
            ):
                model = classifier(K, loss)
                history = model.fit(X, ONE_HOT, sample_weight=WEIGHTS, **PLAIN)
                found.append((history.history, model.get_weights()))
            return found

        alike(story)

    def test_each_step_of_a_series_can_weigh(self):
        def story(K):
            source = K.Input((5, 3))
            hidden = K.layers.Conv1D(4, 3, padding="causal", activation="tanh")(source)
            model = K.Model(source, K.layers.Dense(3, activation="softmax")(hidden))
            loss = "sparse_categorical_crossentropy"
            filled(model).compile("sgd", loss, weighted_metrics=["accuracy"])
            weight = np.linspace(0, 2, ROWS * 5).reshape(ROWS, 5).astype("float32")
            steps = model.fit(SERIES, TAGS[:, :5], sample_weight=weight, **PLAIN).history
            rows = model.fit(SERIES, TAGS[:, :5], sample_weight=WEIGHTS[:, None], **PLAIN).history
            return steps, rows, model.get_weights()

        alike(story)

    def test_masked_steps_do_not_count(self):
        def story(K):
            source = K.Input((6,), dtype="int32")
            hidden = K.layers.Embedding(9, 4, mask_zero=True)(source)
            tags = K.layers.Dense(3, activation="softmax", name="tags")(hidden)
            last = K.layers.SimpleRNN(1, name="size")(K.layers.Dropout(0.0)(hidden))
            model = filled(K.Model(source, [tags, last]))
            model.compile(
                K.optimizers.SGD(0.1),
                loss=["sparse_categorical_crossentropy", "mse"],
                metrics=[["accuracy"], ["mae"]],
            )
            losses = model.fit(WORDS, [TAGS, BINARY], **PLAIN).history
            del losses["tags_accuracy"]  # Keras forgets the mask here, and only here
            return losses, model.evaluate(WORDS, [TAGS, BINARY], verbose=0), model.get_weights()

        alike(story, rtol=1e-3)


class TestLayersInModels:
    def test_frozen_layers_and_batch_normalization(self):
        def story(K):
            model = K.Sequential(
                [
                    K.Input((4,)),
                    K.layers.Dense(4, name="still"),
                    K.layers.BatchNormalization(momentum=0.8),
                    K.layers.Dense(4, activation="relu"),
                    K.layers.BatchNormalization(name="kept"),
                    K.layers.Dense(3, activation="softmax"),
                ]
            )
            filled(model)
            model.get_layer("still").trainable = False
            model.get_layer("kept").trainable = False
            model.compile(K.optimizers.Adam(0.05), "categorical_crossentropy")
            history = model.fit(X, ONE_HOT, validation_split=0.3, **PLAIN).history
            count = len(model.trainable_weights), len(model.non_trainable_weights)
            return history, model.get_weights(), count, model.predict(X, verbose=0), model(X)

        alike(story)

    @pytest.mark.slow
    def test_constraints_hold_after_each_step(self):
        def story(K):
            maximum = K.constraints.MaxNorm(0.6)
            source = K.Input((4,))
            hidden = K.layers.Dense(4, kernel_constraint=maximum, bias_constraint="non_neg")(source)
            model = filled(
                K.Model(source, K.layers.Dense(2, kernel_constraint="unit_norm")(hidden))
            )
            model.compile(K.optimizers.SGD(0.3), "mse")
            model.fit(X, NUMBERS, **PLAIN)
            return model.get_weights()

        alike(story)

    def test_own_layers(self):
        def story(K):
            class Scaled(K.layers.Layer):
                def __init__(self, units, **kwargs):
                    super().__init__(**kwargs)
                    self.units = units
                    self.inner = K.layers.Dense(units, activation="tanh")

                def build(self, input_shape):
                    self.gain = self.add_weight(
                        shape=(self.units,),
                        initializer="ones",
                        regularizer=K.regularizers.L2(0.01),
                        constraint="non_neg",
                        name="gain",
                    )
                    self.seen = self.add_weight(
                        shape=(), initializer="zeros", trainable=False, name="seen"
                    )
                    super().build(input_shape)

                def call(self, x, training=False):
                    if training:
                        self.seen.assign_add(1.0)
                    return self.inner(x) * self.gain + 0.01 * self.seen

            source = K.Input((4,))
            scaled = Scaled(4)
            twice = scaled(scaled(source))
            model = K.Model(source, K.layers.Dense(2)(K.layers.Add()([twice, source])))
            seen = scaled.seen
            for weight in model.weights:
                values = np.linspace(-1, 1, int(np.prod(weight.shape)), dtype="float32")
                weight.assign(values.reshape(weight.shape))
            model.compile(K.optimizers.SGD(0.1), "mse")
            history = model.fit(X, NUMBERS, validation_split=0.25, **PLAIN).history
            return history, scaled.gain, seen, model(X, training=False)

        alike(story)


def drawn_graph(K, seed):
    """A graph of merges, branches, a shared layer, a model inside, drawn at random."""
    rng = np.random.default_rng(300 + seed)
    a, b = K.Input((4,), name="a"), K.Input((4,), name="b")
    shared = K.layers.Dense(4, activation="tanh")
    inside = K.Input((4,))
    normed = K.layers.BatchNormalization()(K.layers.Dense(4)(inside))
    inner = K.Model(inside, K.layers.Activation("sigmoid")(normed))
    symbols = [shared(a), shared(b), inner(a)]
    for kind in rng.permutation(9):
        one, other = (symbols[place] for place in rng.integers(0, len(symbols), 2))
        symbols.append(
            [
                lambda x, y: K.layers.Dense(4, activation="relu")(x),
                lambda x, y: K.layers.Dense(4)(K.layers.Concatenate()([x, y])),
                lambda x, y: shared(y),
                lambda x, y: inner(x),
                lambda x, y: K.layers.Average()([x, y, a]),
                lambda x, y: K.layers.Subtract()([x, y]),
                lambda x, y: 0.5 * x + y,
                lambda x, y: K.ops.tanh(x)[:, ::-1],
                lambda x, y: K.layers.Reshape((4,))(K.layers.RepeatVector(1)(x)),
            ][kind](one, other)
        )
    ends = [
        K.layers.Dense(3, activation="softmax", name="p")(symbols[-1]),
        K.layers.Dense(1, name="q")(K.layers.Maximum()(symbols[-3:])),
    ]
    return filled(K.Model([a, b], ends), seed)


class TestGraphs:
    @pytest.mark.parametrize(
        "seed", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in (1, 2))]
    )
    def test_graphs_drawn_at_random(self, seed):
        def story(K):
            model = drawn_graph(K, seed)
            before = model.predict([X, Z], verbose=0)
            loss = ["categorical_crossentropy", "mse"]
            model.compile(K.optimizers.SGD(0.05), loss=loss, loss_weights=[1.0, 0.5])
            losses = [fresh(model).train_on_batch([X, Z], [ONE_HOT, BINARY]) for _ in range(2)]
            shapes = [w.shape for w in model.get_weights()]
            return {
                "before": before,
                "losses": losses,
                "shapes": shapes,
                "weights": model.get_weights(),
                "training": model([X, Z], training=True),
                "moved": model.non_trainable_weights,
                "parameters": model.count_params(),
            }

        alike(story)

    def test_models_on_models_share_what_they_learn(self):
        def story(K):
            encoder_in, decoder_in = K.Input((4,)), K.Input((2,))
            code = K.layers.Dense(2, activation="tanh")(encoder_in)
            encoder = filled(K.Model(encoder_in, code, name="encoder"), 1)
            decoder = K.Sequential([decoder_in, K.layers.Dense(4)], name="decoder")
            filled(decoder, 2)
            whole_in = K.Input((4,))
            whole = K.Model(whole_in, decoder(encoder(whole_in)))
            whole.compile(K.optimizers.Adam(0.05), "mse")
            history = whole.fit(X, X, **PLAIN).history
            codes = encoder.predict(X, verbose=0)
            extended = K.Sequential(
                [K.Input((4,)), encoder, K.layers.Dense(3, activation="softmax")]
            )
            filled(extended.layers[-1], 3)
            encoder.trainable = False
            extended.compile("sgd", "categorical_crossentropy")
            extended.fit(X, ONE_HOT, **PLAIN)
            return {
                "history": history,
                "codes": codes,
                "decoded": decoder.predict(codes, verbose=0),
                "extended": extended.get_weights(),
                "whole": whole.predict(X, verbose=0),
                "layers": [layer.name for layer in whole.layers[1:]],
            }

        alike(story)

    def test_a_layer_inside_a_trained_model_can_be_read_by_another(self):
        def story(K):
            model = classifier(K)
            model.fit(X, ONE_HOT, **PLAIN)
            hidden = K.Model(model.inputs, model.layers[0].output)
            before = hidden.predict(X, verbose=0)
            model.fit(X, ONE_HOT, **PLAIN)
            return before, hidden.predict(X, verbose=0), hidden(X), model.layers[0](X)

        alike(story)

    def test_calls_in_and_outside_training(self):
        def story(K):
            source = K.Input((4,))
            kept = K.layers.BatchNormalization(name="kept")
            moved = K.layers.BatchNormalization(name="moved")
            inside = K.Input((4,))
            base = K.Model(inside, K.layers.Dropout(0.9)(kept(inside)))
            model = filled(K.Model(source, K.layers.Dense(2)(moved(base(source)))))
            found = [model(X, training=False), model(X), base(X, training=False)]
            base.layers[-1].rate = 0.0
            return found, model(X, training=True), kept.get_weights(), moved.get_weights()

        alike(story)

    def test_stacks_deferred_nested_and_changed(self):
        def story(K):
            deferred = K.Sequential([K.layers.Dense(4, activation="tanh"), K.layers.Dense(2)])
            deferred.compile("sgd", "mse")
            deferred.predict(X, verbose=0)  # which tells it what a row looks like
            filled(deferred)
            changed = K.Sequential([K.Input((4,)), K.layers.Dense(3), K.layers.Dense(7)])
            changed.pop()
            changed.add(K.Sequential([K.layers.Dense(2), K.layers.BatchNormalization()]))
            filled(changed).compile("sgd", "mse")
            found = [
                model.fit(X, NUMBERS, **PLAIN).history | {"weights": model.get_weights()}
                for model in (deferred, changed)
            ]
            shapes = [deferred.output_shape, deferred.input_shape[1:], changed.output_shape]
            return found, shapes, [len(deferred.layers), len(changed.layers)]

        alike(story)


class TestSubclassedModels:
    def test_lists_and_dictionaries_of_inputs_and_outputs(self):
        def story(K):
            class Pair(K.Model):
                def __init__(self, keys):
                    super().__init__()
                    self.keys = keys
                    self.body = K.layers.Dense(4, activation="tanh")
                    self.norm = K.layers.BatchNormalization()
                    self.heads = [K.layers.Dense(3, activation="softmax"), K.layers.Dense(1)]

                def call(self, inputs, training=False):
                    a, b = (inputs[key] for key in self.keys)
                    hidden = self.norm(self.body(a) * b, training=training)
                    return [head(hidden) for head in self.heads]

            found = []
            for keys, x in (((0, 1), [X, Z]), (("a", "b"), {"a": X, "b": Z})):
                model = Pair(keys)
                model(x)
                filled(model)
                model.compile("sgd", loss=["categorical_crossentropy", "mse"])
                history = model.fit(x, [ONE_HOT, BINARY], **PLAIN).history
                history = [history["loss"], *(v for n, v in history.items() if n != "loss")]
                found += [history, model.get_weights(), model.predict(x, verbose=0)]
                found += [model(x, training=True), model(x)]
            return found

        alike(story)

    def test_outputs_by_name_and_other_arguments(self):
        def story(K):
            class Named(K.Model):
                def __init__(self, factor=2.0, **kwargs):
                    super().__init__(**kwargs)
                    self.factor = factor
                    self.first, self.second = K.layers.Dense(3), K.layers.Dense(2)

                def call(self, x):
                    hidden = K.ops.relu(self.first(x)) * self.factor
                    return {"code": hidden, "place": self.second(hidden)}

            model = Named()
            model(X)
            filled(model)
            model.compile("sgd", {"code": "mae", "place": "mse"}, metrics={"place": ["mae"]})
            history = model.fit(X, {"code": ONE_HOT, "place": NUMBERS}, **PLAIN).history
            return history, model.predict(X, verbose=0), len(model.trainable_variables)

        alike(story)

    @pytest.mark.slow
    def test_one_inside_another_and_inside_a_graph(self):
        def story(K):
            class Block(K.Model):
                def __init__(self, units):
                    super().__init__()
                    self.dense = K.layers.Dense(units, activation="tanh")
                    self.drop = K.layers.Dropout(0.0)

                def call(self, x, training=None):
                    return self.drop(self.dense(x), training=training)

            class Outer(K.Model):
                def __init__(self):
                    super().__init__()
                    self.blocks = [Block(4), Block(3)]

                def call(self, x):
                    for block in self.blocks:
                        x = block(x)
                    return x

            source = K.Input((4,))
            outer = Outer()
            model = K.Model(source, K.layers.Dense(2)(outer(source)))
            filled(model).compile("adam", "mse", metrics=["mae"])
            history = model.fit(X, NUMBERS, **PLAIN).history
            return history, model.get_weights(), outer(X), outer.predict(X, verbose=0)

        alike(story)


class TestStreams:
    def test_generators_and_data_sets_of_ones_own(self):
        def story(K):
            class Parts(K.utils.PyDataset):
                def __len__(self):
                    return 3

                def __getitem__(self, index):
                    rows = slice(index * 8, index * 8 + 8)
                    return X[rows], ONE_HOT[rows], WEIGHTS[rows]

            def forever():
                while True:
                    for first in range(0, ROWS, 8):
                        yield X[first : first + 8], ONE_HOT[first : first + 8]

            model = classifier(K, metrics=(), weighted_metrics=["accuracy"])
            found = [
                model.fit(Parts(), epochs=2, shuffle=False, verbose=0).history,
                model.fit(forever(), epochs=2, steps_per_epoch=4, verbose=0).history,
                model.fit(
                    forever(),
                    steps_per_epoch=2,
                    validation_data=Parts(),
                    verbose=0,
                ).history,
            ]
            return {
                "found": found,
                "evaluated": model.evaluate(Parts(), verbose=0),
                "steps": model.evaluate(forever(), steps=2, verbose=0),
                "predicted": model.predict(Parts(), verbose=0),
                "weights": model.get_weights(),
            }

        alike(story)

    def test_our_data_set_gives_what_the_arrays_give(self):
        from_arrays, from_batches = classifier(mine), classifier(mine)
        batches = Dataset.from_tensor_slices((X, ONE_HOT)).batch(8)
        first = from_arrays.fit(X, ONE_HOT, **PLAIN).history
        second = from_batches.fit(batches, epochs=2, verbose=0).history
        same(plain(second), plain(first), 1e-5, 1e-6, "histories")
        same(from_batches.get_weights(), from_arrays.get_weights(), 1e-5, 1e-6, "weights")

    def test_rows_of_several_lengths(self):
        def story(K):
            source = K.Input((None, 3))
            model = K.Model(source, K.layers.Dense(1)(K.layers.SimpleRNN(3)(source)))
            filled(model).compile(K.optimizers.Adam(0.02), "mse")
            losses = [
                fresh(model).train_on_batch(SERIES[:, :length], BINARY) for length in (5, 3, 5)
            ]
            lengths = [model.predict(SERIES[:4, :length], verbose=0) for length in (2, 5)]
            return losses, lengths, model.get_weights(), model.optimizer.iterations

        alike(story, rtol=1e-3)


class TestStrictly:
    def test_logits_and_probabilities_are_taken_for_each_other(self):
        def story(K):
            found = []
            for last, logits in (("linear", False), ("softmax", True)):
                model = stack(K, 3, last)
                loss = K.losses.CategoricalCrossentropy(from_logits=logits)
                model.compile("sgd", loss, metrics=["accuracy"])
                found.append(model.fit(X, ONE_HOT, **PLAIN).history)
            many = stack(K, 3, "sigmoid")
            many.compile("sgd", "binary_crossentropy", metrics=["accuracy"])
            hinge = stack(K, 1, "tanh")
            hinge.compile("sgd", "hinge", metrics=["accuracy"])
            found.append(many.fit(X, 1 - ONE_HOT, **PLAIN).history)
            found.append(hinge.fit(X, 2 * BINARY - 1, **PLAIN).history)
            return found

        set_strict(True)
        alike(story)

    @pytest.mark.filterwarnings("ignore:.*:RuntimeWarning")
    def test_a_loss_that_is_no_number_goes_on(self):
        def story(K):
            model = stack(K, 2, "linear")
            model.compile(K.optimizers.SGD(1e30), "mse")
            return len(model.fit(X, NUMBERS, **PLAIN | {"epochs": 6}).epoch)

        set_strict(True)
        alike(story)
