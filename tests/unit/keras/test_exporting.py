"""`model.export` of the Keras face."""

import runpy

import numpy as np
import onnxruntime
import pytest

from pellucid import keras
from pellucid.base.errors import ConfigError
from pellucid.keras import layers


class Doubled(layers.Layer):
    def call(self, x):
        return 2 * x


@pytest.fixture(scope="module")
def model():
    """Ids in, among them padding; two outputs, of names that Python could not have."""
    ids = keras.Input((5,), dtype="int32", name="ids")
    words = layers.Embedding(9, 4, mask_zero=True)(ids)
    state = layers.LSTM(3)(words)
    kind = layers.Dense(2, "softmax", name="the-kind")(layers.Dropout(0.5)(state))
    return keras.Model(ids, [kind, layers.Dense(1, name="how.much")(state)])


def test_files_agree(model, tmp_path):
    ids = np.random.default_rng(0).integers(0, 9, (4, 5)).astype("int32")
    expected = model.predict(ids, verbose=0)
    model.export(tmp_path / "m.onnx")
    model.export(tmp_path / "named", format="onnx")
    model.export(str(tmp_path / "m.py"))
    for name in ("m.onnx", "named"):
        session = onnxruntime.InferenceSession(tmp_path / name)
        assert [one.name for one in session.get_outputs()] == ["the-kind", "how.much"]
        for ours, theirs in zip(session.run(None, {"ids": ids}), expected, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-6)
    found = runpy.run_path(str(tmp_path / "m.py"))["predict"](ids)
    for name, theirs in zip(("the-kind", "how.much"), expected, strict=True):
        np.testing.assert_allclose(found[name], theirs, atol=1e-6)


def refused(model, path, why, **kwargs):
    with pytest.raises(ConfigError, match=why):
        model.export(path, **kwargs)
    assert not path.exists()


def test_what_cannot_be_exported_says_why(model, tmp_path):
    path = tmp_path / "m.onnx"
    refused(model, tmp_path / "served", "cannot be exported as 'tf_saved_model'")
    refused(model, path, "cannot be exported as 'litert'", format="litert")
    own = r"a layer of your own.*\n.*got: +<Doubled name=doubled"
    refused(keras.Sequential([layers.Input((3,)), Doubled()]), path, own)
    steps = keras.Sequential([layers.Input((None, 2)), layers.LSTM(3)])
    refused(steps, path, "open sizes")
    look_up = layers.StringLookup(vocabulary=["a", "b"])
    words = keras.Sequential([layers.Input((1,), dtype="string"), look_up, layers.Embedding(3, 2)])
    refused(words, path, "looks words up")
