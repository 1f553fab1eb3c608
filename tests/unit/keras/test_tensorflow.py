"""The little of TensorFlow that is served."""

import importlib
import logging

import numpy as np
import pytest

from pellucid.keras.engine.staging.stage import Stage
from pellucid.keras.tensorflow.names import ADVICE, PLACES

PICTURE = np.arange(16, dtype=np.float32).reshape(4, 4, 1)
A = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]], np.float32)


@pytest.fixture
def tf():
    with Stage():
        yield importlib.import_module("tensorflow")


@pytest.mark.parametrize("name", PLACES)
def test_every_name_in_the_table_is_there(name, tf):
    found = tf
    for part in name.split("."):
        found = getattr(found, part)
    assert found is not None or name == "newaxis"


@pytest.mark.parametrize("name", ADVICE)
def test_advice_is_for_what_is_refused(name, tf):
    assert not hasattr(tf, name)


# What TensorFlow 2 gives for these, by NumPy.
VALUES = {
    "reduce_mean": (lambda tf: tf.reduce_mean(A, axis=1), A.mean(1)),
    "reduce_sum": (lambda tf: tf.reduce_sum(input_tensor=A, axis=0, keepdims=True), A.sum(0)[None]),
    "reduce_max": (lambda tf: tf.math.reduce_max(A), A.max()),
    "argmax": (lambda tf: tf.argmax(A), A.argmax(0)),
    "argmax of a row": (lambda tf: tf.argmax(A, axis=1), A.argmax(1)),
    "argsort": (lambda tf: tf.argsort(A, direction="DESCENDING"), (-A).argsort(1)),
    "sort": (lambda tf: tf.sort(A, direction="DESCENDING"), -np.sort(-A)),
    "clip_by_value": (lambda tf: tf.clip_by_value(A, -1.0, 1.0), A.clip(-1, 1)),
    "concat": (lambda tf: tf.concat([A, A], axis=1), np.hstack([A, A])),
    "stack": (lambda tf: tf.stack([A, A], axis=1), np.stack([A, A], 1)),
    "unstack": (lambda tf: tf.unstack(A)[1], A[1]),
    "expand_dims": (lambda tf: tf.expand_dims(A, -1), A[..., None]),
    "squeeze": (lambda tf: tf.squeeze(A[None]), A),
    "one_hot": (lambda tf: tf.one_hot([0, 2], 3), np.eye(3)[[0, 2]]),
    "one_hot of others": (lambda tf: tf.one_hot([1], 2, 5.0, -1.0), [[-1, 5]]),
    "split": (lambda tf: tf.split(A, [1, 2], axis=1)[1], A[:, 1:]),
    "fill": (lambda tf: tf.fill([2, 2], 7.0), np.full((2, 2), 7)),
    "gather": (lambda tf: tf.gather(A, [1, 0]), A[[1, 0]]),
    "gather columns": (lambda tf: tf.gather(A, [2], axis=1), A[:, [2]]),
    "pad": (lambda tf: tf.pad(A, [[0, 1], [1, 0]]), np.pad(A, [(0, 1), (1, 0)])),
    "pow": (lambda tf: tf.pow(A, 2.0), A**2),
    "range": (lambda tf: tf.range(2, 8, 3), [2, 5]),
    "reverse": (lambda tf: tf.reverse(A, axis=[1]), A[:, ::-1]),
    "tile": (lambda tf: tf.tile(A, [2, 1]), np.tile(A, (2, 1))),
    "top_k": (lambda tf: tf.math.top_k(A, 2)[0], -np.sort(-A)[:, :2]),
    "where": (lambda tf: tf.where(A > 0, A, 0.0), np.maximum(A, 0)),
    "cumsum": (lambda tf: tf.cumsum(A), A.cumsum(0)),
    "squared_difference": (lambda tf: tf.math.squared_difference(A, 1.0), (A - 1) ** 2),
    "divide_no_nan": (lambda tf: tf.math.divide_no_nan(A, np.zeros_like(A)), np.zeros_like(A)),
    "xlogy": (lambda tf: tf.math.xlogy(np.float32([0, 2]), np.float32([0, 3])), [0, 2 * np.log(3)]),
    "l2_normalize": (
        lambda tf: tf.nn.l2_normalize(A, axis=1),
        A / np.linalg.norm(A, axis=1, keepdims=True),
    ),
    "leaky_relu": (lambda tf: tf.nn.leaky_relu(A), np.where(A > 0, A, 0.2 * A)),
    "moments": (lambda tf: tf.nn.moments(A, axes=[0])[1], A.var(0)),
    "sigmoid": (lambda tf: tf.sigmoid(A), 1 / (1 + np.exp(-A))),
    "softmax": (lambda tf: tf.nn.softmax(A), np.exp(A) / np.exp(A).sum(1, keepdims=True)),
    "sigmoid cross-entropy": (
        lambda tf: tf.nn.sigmoid_cross_entropy_with_logits(labels=np.ones_like(A), logits=A),
        np.log1p(np.exp(-A)),
    ),
    "softmax cross-entropy": (
        lambda tf: tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=np.array([0, 1]), logits=A
        ),
        np.log(np.exp(A).sum(1)) - A[[0, 1], [0, 1]],
    ),
    "add_n": (lambda tf: tf.add_n([A, A, A]), 3 * A),
    "cast": (lambda tf: tf.cast([1.7, -1.7], tf.int32), [1, -1]),
    "constant": (lambda tf: tf.constant(3.0, shape=[2, 2]), np.full((2, 2), 3)),
    "matmul": (lambda tf: tf.matmul(A, A.T), A @ A.T),
    "operators": (lambda tf: tf.constant([1, 2]) * 2 + 1, [3, 5]),
    "boolean_mask": (lambda tf: tf.boolean_mask(A, A > 1), A[A > 1]),
    "broadcast_to": (lambda tf: tf.broadcast_to(A[:1], (2, 3)), A[[0, 0]]),
    "clip_by_norm": (lambda tf: tf.clip_by_norm(A, 1.0), A / np.linalg.norm(A)),
    "clip_by_norm of little": (lambda tf: tf.clip_by_norm(A, 99.0), A),
    "confusion_matrix": (
        lambda tf: tf.math.confusion_matrix([0, 1, 1], [0, 0, 1], num_classes=3),
        [[1, 0, 0], [1, 1, 0], [0, 0, 0]],
    ),
    "is_nan": (lambda tf: tf.math.is_nan(np.float32([1, np.nan])), [False, True]),
    "l2_loss": (lambda tf: tf.nn.l2_loss(A), (A**2).sum() / 2),
    "multiply_no_nan": (
        lambda tf: tf.math.multiply_no_nan(np.float32([np.inf, 2]), np.float32([0, 3])),
        [0, 6],
    ),
    "newaxis": (lambda tf: A[..., tf.newaxis], A[..., None]),
    "py_function": (lambda tf: tf.py_function(lambda a: a.numpy() + 1, [A], tf.double), A + 1),
    "roll": (lambda tf: tf.roll(A, 1, axis=1), np.roll(A, 1, 1)),
    "sequence_mask": (lambda tf: tf.sequence_mask([1, 3], 3), [[1, 0, 0], [1, 1, 1]]),
    "truediv": (lambda tf: tf.truediv(A, 2.0), A / 2),
    "grayscale_to_rgb": (lambda tf: tf.image.grayscale_to_rgb(PICTURE)[..., 2], PICTURE[..., 0]),
    "flip_left_right": (lambda tf: tf.image.flip_left_right(PICTURE), PICTURE[:, ::-1]),
    "flip_up_down": (lambda tf: tf.image.flip_up_down(PICTURE), PICTURE[::-1]),
    "rot90": (lambda tf: tf.image.rot90(PICTURE), np.rot90(PICTURE)),
    "central_crop": (lambda tf: tf.image.central_crop(PICTURE, 0.5), PICTURE[1:3, 1:3]),
    "adjust_contrast": (
        lambda tf: tf.image.adjust_contrast(PICTURE, 2.0),
        2 * PICTURE - PICTURE.mean(),
    ),
    "per_image_standardization": (
        lambda tf: tf.image.per_image_standardization(PICTURE),
        (PICTURE - PICTURE.mean()) / PICTURE.std(),
    ),
    "convert_image_dtype": (
        lambda tf: tf.image.convert_image_dtype(np.uint8([[[0], [255]]]), tf.float32),
        [[[0], [1]]],
    ),
    "convert_image_dtype back": (
        lambda tf: tf.image.convert_image_dtype(np.float32([[[0], [1]]]), tf.uint8),
        [[[0], [255]]],
    ),
}


@pytest.mark.parametrize("case", VALUES)
def test_values_are_tensorflow_s(case, tf):
    call, expected = VALUES[case]
    np.testing.assert_allclose(np.asarray(call(tf)), expected, rtol=2e-6, atol=1e-6)


def test_constants_have_tensorflow_s_types(tf):
    assert tf.constant(1.5).dtype == tf.float32 == "float32"
    assert tf.constant([1, 2]).dtype == tf.int32
    assert tf.constant(np.zeros(2)).dtype == tf.float64
    assert tf.constant(2, dtype=tf.float32).numpy() == 2.0
    assert tf.zeros((2, 3)).dtype == tf.float32
    assert tf.convert_to_tensor(A) is not None and tf.is_tensor(tf.constant(A))
    assert not tf.is_tensor(A)


def test_a_variable_keeps_its_identity(tf):
    variable = tf.Variable([1.0, 2.0])
    variable.assign_add([1.0, 1.0])
    np.testing.assert_array_equal(tf.reduce_sum(variable), 5.0)


def test_a_variable_is_made_by_tensorflow_s_arguments(tf):
    counter = tf.Variable(initial_value=tf.zeros((2,)), trainable=False, name="counter")
    assert (counter.name, counter.trainable, counter.dtype) == ("counter", False, "float32")
    assert tf.Variable(3).dtype == tf.int32 and tf.Variable(lambda: [1.5]).shape == (1,)

    class Scaled(tf.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.factor = tf.Variable(2.0, name="factor")

        def call(self, x):
            return self.factor * x

    layer = Scaled()
    np.testing.assert_array_equal(layer(A), 2 * A)
    assert [weight.name for weight in layer.trainable_weights] == ["factor"]


TEXTS = np.array([["Good, <br />good"], ["BAD"]])
OF_TEXTS = {
    "lower": (lambda s: s.lower(TEXTS), [["good, <br />good"], ["bad"]]),
    "upper": (lambda s: s.upper("bad"), "BAD"),
    "strip": (lambda s: s.strip([" a ", "b"]), ["a", "b"]),
    "replace": (lambda s: s.regex_replace(TEXTS, "<br />", ""), [["Good, good"], ["BAD"]]),
    "replace once": (lambda s: s.regex_replace("aa", "(a)", r"\1b", False), "aba"),
    "match": (lambda s: s.regex_full_match(TEXTS, "[A-Z]+"), [[False], [True]]),
    "length": (lambda s: s.length(["é", "ab"]), [2, 2]),
    "split": (lambda s: s.split("a b"), ["a", "b"]),
    "join": (lambda s: s.join([["a", "b"], "c"], separator="-"), ["a-c", "b-c"]),
    "substr": (lambda s: s.substr(["word"], 1, 2), ["or"]),
    "to_number": (lambda s: s.to_number(["1.5"]), [1.5]),
    "as_string": (lambda s: s.as_string([1, 2]), ["1", "2"]),
}


@pytest.mark.parametrize("case", OF_TEXTS)
def test_texts_are_made_as_in_tensorflow(case, tf):
    call, expected = OF_TEXTS[case]
    assert np.asarray(call(tf.strings)).tolist() == expected


def test_pictures_are_resized_and_lose_their_colours(tf):
    picture = np.arange(16.0, dtype=np.float32).reshape(4, 4, 1)
    np.testing.assert_allclose(
        np.asarray(tf.image.resize(picture, [2, 2]))[..., 0], [[2.5, 4.5], [10.5, 12.5]], rtol=1e-6
    )
    grey = tf.image.rgb_to_grayscale(np.ones((2, 4, 4, 3), np.float32))
    np.testing.assert_allclose(np.asarray(grey), np.full((2, 4, 4, 1), 0.9999), rtol=1e-6)


def test_a_tensor_is_not_changed_by_what_is_done_to_another(tf):
    a = b = tf.ones((2,))
    b += 1.0
    b *= 3.0
    assert a.numpy().tolist() == [1, 1] and b.numpy().tolist() == [6, 6]


def test_a_layer_may_return_its_variable_and_keeps_what_it_assigned(tf):
    class Total(tf.keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.total = tf.Variable(tf.zeros((3,)), trainable=False)

        def call(self, inputs):
            self.total.assign_add(tf.reduce_sum(inputs, axis=0))
            return self.total

    layer = Total()
    np.testing.assert_allclose(layer(A), A.sum(0), rtol=1e-6)
    np.testing.assert_allclose(layer(A), 2 * A.sum(0), rtol=1e-6)


def test_texts_are_split_into_lists_of_any_length(tf):
    assert tf.strings.split(["a b", "c"]).tolist() == [["a", "b"], ["c"]]


def test_symbols_go_through(tf):
    x = tf.keras.Input((3,))
    model = tf.keras.Model(x, tf.reduce_sum(tf.abs(x) * 2.0, axis=-1))
    np.testing.assert_allclose(model.predict(A, verbose=0), 2 * np.abs(A).sum(1), rtol=1e-6)


def test_switches_do_nothing(tf):
    assert tf.config.list_physical_devices("GPU") == []
    assert [device.device_type for device in tf.config.list_physical_devices()] == ["CPU"]
    assert not tf.test.is_gpu_available() and tf.executing_eagerly()
    assert isinstance(tf.get_logger(), logging.Logger)
    tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.ERROR)
    tf.compat.v1.disable_eager_execution()
    config = tf.compat.v1.ConfigProto()
    config.gpu_options.allow_growth = True
    with tf.compat.v1.Session(config=config), tf.device("/CPU:0"):
        pass

    @tf.function
    def doubled(x):
        return x * 2

    assert doubled(2) == tf.function(jit_compile=True)(doubled)(2) == 4
    with tf.distribute.MirroredStrategy().scope():
        pass


def test_seeds_repeat(tf):
    def draw():
        tf.random.set_seed(3)
        return np.asarray(tf.random.normal((4,)))

    np.testing.assert_array_equal(draw(), draw())


def test_random_pictures_are_the_picture_changed_as_it_may_be(tf):
    pictures = np.stack([PICTURE] * 40)
    for change in (tf.image.random_flip_left_right, tf.image.random_flip_up_down):
        turned = (np.asarray(change(pictures)) != pictures).any(axis=(1, 2, 3))
        assert 0 < turned.sum() < 40
    shift = np.asarray(tf.image.random_brightness(pictures, 0.5)) - pictures
    assert np.ptp(shift, axis=(1, 2, 3)).max() < 1e-5
    assert 0 < np.abs(shift).max() <= 0.5
    part = tf.image.random_crop(PICTURE, (2, 2, 1))
    assert part.shape == (2, 2, 1)
    assert part[1, 1, 0] - part[0, 0, 0] == 5


def test_words_go_through_operations_that_only_move_them(tf):
    words = tf.constant(["a", "b"])
    assert tf.expand_dims(words, -1).shape == (2, 1)
    assert tf.concat([words, words], axis=0).tolist() == ["a", "b", "a", "b"]
    assert tf.strings.unicode_split("abc", "UTF-8").tolist() == ["a", "b", "c"]
    assert tf.strings.reduce_join([["a", "b"], ["c", "d"]], axis=1).tolist() == ["ab", "cd"]
    assert str(words) == "['a' 'b']"


def test_a_function_of_the_host_is_a_metric(tf):
    def share(y_true, y_pred):
        return tf.py_function(
            lambda y, p: np.mean(y.numpy() == p.numpy()), (y_true, y_pred), "float"
        )

    model = tf.keras.Sequential([tf.keras.Input((1,)), tf.keras.layers.Rescaling(1.0)])
    model.compile("sgd", "mse", metrics=[share])
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert model.evaluate(x, np.array([[0.0], [1.0], [2.0], [9.0]]), verbose=0)[1] == 0.75


def test_scripts_that_try_for_a_tpu_are_told_there_is_none(tf):
    with pytest.raises(ValueError, match="no TPU"):
        tf.distribute.cluster_resolver.TPUClusterResolver()


def test_mixed_precision_is_noted(tf):
    try:
        with pytest.warns(UserWarning, match="float32 all the same"):
            tf.keras.mixed_precision.set_global_policy("mixed_float16")
        assert tf.keras.mixed_precision.global_policy().name == "mixed_float16"
    finally:
        tf.keras.mixed_precision.set_global_policy("float32")
