"""M8, M10, M11: weights that are not finite, files of earlier versions, names that steer."""

from pathlib import Path

import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import FileError, StateError
from pellucid.cli.screen import show
from pellucid.keras import Input, Sequential, models
from pellucid.keras import layers as keras_layers
from pellucid.plots.blocks import Facts, Page, Section, Sentence, Table
from pellucid.plots.page import to_html

OLD = [p for p in (Path(__file__).parent / "files").iterdir() if p.suffix != ".npy"]


def with_nan(model, *at):
    arrays = model.get_weights()
    arrays[0][at] = np.nan
    model.set_weights(arrays)
    return model


def test_M8_weights_that_are_not_finite_are_told(tmp_path):
    ours = with_nan(pc.Sequential([pc.Input((3,)), pc.layers.Dense(2, name="hidden")]), 0, 1)
    ours.save(tmp_path / "m.safetensors")
    ours.export(tmp_path / "m.onnx")
    theirs = with_nan(Sequential([Input((3,)), keras_layers.Dense(2, name="hidden")]), 0, 1)
    theirs.save(tmp_path / "m.keras")
    theirs.save_weights(tmp_path / "m.weights.h5")
    reads = {
        "m.safetensors": pc.load,
        "m.onnx": pc.load_onnx,
        "m.keras": models.load_model,
        "m.weights.h5": theirs.load_weights,
    }
    for name, read in reads.items():
        with pytest.warns(RuntimeWarning, match=rf"{name} holds NaN or infinity in hidden/kernel"):
            read(tmp_path / name)


def test_M8_predictions_of_such_weights_are_refused_unless_allowed():
    model = with_nan(pc.Sequential([pc.Input((3,)), pc.layers.Dense(2, name="hidden")]), 0, 1)
    with pytest.raises(StateError, match=r"(?s)not finite.*NaN or infinity in hidden/kernel"):
        model.predict(np.ones((4, 3)))
    found = model.predict(np.ones((4, 3)), allow_nonfinite=True)
    assert np.isnan(found[:, 1]).all() and np.isfinite(found[:, 0]).all()
    large = pc.Sequential([pc.Input((1,)), pc.layers.Dense(1, name="hidden", use_bias=False)])
    large.set_weights([np.full((1, 1), 1e38)])
    assert np.isinf(large.predict([[1e38]])).all()  # the rows' doing, not the weights'


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore")
def test_M10_files_of_earlier_versions_are_read(path):
    x = np.linspace(-1, 1, 12, dtype="float32").reshape(4, 3)
    if path.name.startswith("machine"):
        found = pc.RBM.load(path).transform(x > 0)
    elif path.suffix in (".keras", ".h5"):
        found = models.load_model(path).predict(x, verbose=0)
    else:
        found = (pc.load_onnx if path.suffix == ".onnx" else pc.load)(path).predict(x)
    np.testing.assert_allclose(found, np.load(path.with_suffix(".npy")), 1e-5, 1e-6)


STEERING = "a\x1b[2J\u202eb"


def test_M11_names_in_reports_cannot_steer_a_terminal_or_a_page(capsys):
    table = Table(("name", "value"), ((STEERING, 1.0), ("<img onerror=x>", 2.0)))
    blocks = (Sentence(f"What {STEERING} is."), Section("all", (Facts(((STEERING, 2),)), table)))
    show(blocks)
    out = capsys.readouterr().out
    assert out.count("a\\x1b[2J\\u202eb") == 3
    assert out.replace("\n", "").isprintable()
    page = to_html(Page("t", (Section("s", (table,)),)))
    assert "<img" not in page


def test_M11_names_of_files_cannot_steer_a_terminal(tmp_path):
    path = tmp_path / f"{STEERING}.safetensors"
    path.write_bytes(b"no model")
    with pytest.raises(FileError) as refusal:
        pc.load(path)
    assert "a\\x1b[2J\\u202eb.safetensors" in str(refusal.value)
    assert str(refusal.value).replace("\n", "").isprintable()
