"""`pellucid export` and `pellucid card`."""

import csv
import runpy

import numpy as np
import onnxruntime
import pytest

import pellucid as pc
from pellucid import keras
from pellucid.cli.main import main
from pellucid.data.reading import Reading

ENDINGS = {"onnx": ".onnx", "numpy": ".py", "stablehlo": ".stablehlo", "keras": ".keras"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A run on a table with a column of words."""
    folder = tmp_path_factory.mktemp("runs")
    random = np.random.default_rng(0)
    with (folder / "shop.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["age", "town|<b>", "bought"])
        for number in range(90):
            age = int(random.integers(18, 80))
            writer.writerow([age, ["Bern", "Chur"][number % 2], "yes" if age > 48 else "no"])
    table = str(folder / "shop.csv")
    experiment = pc.Experiment(table, reading=Reading(target="bought"), epochs=3)
    pc.run(experiment, folder / "shop-1", verbose=0)
    return folder


def pellucid(*words):
    with pytest.raises(SystemExit) as ended:
        main([str(word) for word in words])
    return ended.value.code


def test_all_files_predict_the_same(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for kind in ENDINGS:
        assert pellucid("export", folder / "shop-1", "--to", kind) == 0
        told = capsys.readouterr().err
        assert f"written to shop-1{ENDINGS[kind]}" in told
        assert "3 numbers: age, town|<b>=Bern, town|<b>=Chur" in told
    run = pc.open_run(folder / "shop-1")
    rows = np.array([[20, 1, 0], [60, 0, 1]], "float32")
    expected = run.model.predict(rows)
    session = onnxruntime.InferenceSession("shop-1.onnx")
    np.testing.assert_allclose(session.run(None, {"x": rows})[0], expected, atol=1e-6)
    np.testing.assert_allclose(runpy.run_path("shop-1.py")["predict"](rows), expected, atol=1e-6)
    again = keras.models.load_model("shop-1.keras").predict(rows, verbose=0)
    np.testing.assert_allclose(again, expected, atol=1e-6)


def test_a_card_says_what_is_known_of_a_run(folder, tmp_path, capsys):
    assert pellucid("card", folder / "shop-1", "--output", tmp_path / "card.md") == 0
    text = (tmp_path / "card.md").read_text()
    assert text.startswith("# Model card: shop-1\n")
    titles = [line[3:] for line in text.splitlines() if line.startswith("## ")]
    assert titles[:4] == [
        "What it does",
        "How it was judged",
        "What it was trained on",
        "Its limits",
    ]
    assert "'bought': one of no, yes" in text
    assert r"| town\|\<b\> | category | Bern, Chur |" in text  # no name becomes markup
    assert "95 % interval" in text
    assert "Fewer than 30 rows judge its recall of: no, yes." in text
    assert str(pc.open_run(folder / "shop-1").json("split.json")["digest"]) in text
    capsys.readouterr()
    assert pellucid("card", folder / "shop-1") == 0
    assert capsys.readouterr().out == text


@pytest.mark.parametrize("command", ["export", "card"])
def test_a_folder_without_a_run_is_refused(command, tmp_path, capsys):
    assert pellucid(command, tmp_path) == 2
    assert "There is no run" in capsys.readouterr().err
