"""Runs a script, then exports every network it made, and checks that all files agree with it.

    python exported_networks.py SCRIPT [ARGUMENTS...]

It prints how many networks it checked, and fails where one disagrees.
"""

import runpy
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime

from pellucid import keras
from pellucid.base.errors import PellucidError
from pellucid.models.model import Model

CLOSE = {"rtol": 1e-5, "atol": 1e-5}


def main(script, arguments):
    made = []
    begin, new = Model._begin, keras.Model.__new__

    def noted_begin(self, network):
        made.append(self)
        begin(self, network)

    def noted_new(cls, *given, **named):
        model = new(cls, *given, **named)
        made.append(model)
        return model

    Model._begin, keras.Model.__new__ = noted_begin, noted_new
    sys.argv = [script, *arguments]
    runpy.run_path(script, run_name="__main__")
    Model._begin, keras.Model.__new__ = begin, new
    networks = {}
    for model in {id(model): model for model in made}.values():
        try:
            view = model.view_of(None)
        except PellucidError:
            continue  # it never learnt what a row looks like
        networks[view.network] = model, view
    for model, view in networks.values():
        check(model, view)
    sys.stdout.write(f"{len(networks)} networks agree\n")


def check(model, view):
    rows = {source.name: drawn(source, view.network) for source in view.network.inputs}
    given = list(rows.values())
    given = given[0] if len(given) == 1 else given
    quiet = {} if isinstance(model, Model) else {"verbose": 0}
    expected = listed(model.predict(given, **quiet))
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("m.onnx", "m.py", "m.keras")]
        model.export(paths[0])
        model.export(paths[1])
        keras.saving.save_model(model, paths[2])
        session = onnxruntime.InferenceSession(paths[0])
        close(session.run(list(view.network.outputs), rows), expected)
        close(listed(runpy.run_path(str(paths[1]))["predict"](*rows.values())), expected)
        close(listed(keras.models.load_model(paths[2]).predict(given, verbose=0)), expected)


def drawn(source, network):
    """Rows of the kind that an input takes: ids of the smallest table, or numbers."""
    random = np.random.default_rng(0)
    shape = (7, *source.shape)
    if source.dtype.startswith("float"):
        return random.normal(size=shape).astype(source.dtype)
    known = [getattr(node.layer, "input_dim", 2) for node in network.nodes]
    return random.integers(0, min(known), shape).astype(source.dtype)


def listed(outputs):
    if isinstance(outputs, dict):
        return list(outputs.values())
    return outputs if isinstance(outputs, list | tuple) else [outputs]


def close(found, expected):
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, np.asarray(theirs), **CLOSE)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
