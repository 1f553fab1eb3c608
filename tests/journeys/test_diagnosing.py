"""What the doctor says on the command line: of scripts, runs and data."""

import json
import subprocess
import sys

import numpy as np
import pytest

HEALTHY = """
import numpy as np
from keras import Input, Sequential
from keras.layers import Dense
r = np.random.default_rng(0)
x = r.normal(size=(400, 4)).astype("float32")
y = (x[:, 0] + x[:, 1] > 0).astype("float32")
m = Sequential([Input((4,)), Dense(8, activation="relu"), Dense(1, activation=ACTIVATION)])
m.compile("adam", "binary_crossentropy", metrics=["accuracy"])
m.fit(x, y, epochs=60, validation_split=0.25, verbose=0)
"""


def pellucid(*arguments, cwd):
    command = [sys.executable, "-m", "pellucid", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300)


def script(folder, activation):
    path = folder / f"{activation}.py"
    path.write_text(HEALTHY.replace("ACTIVATION", repr(activation)), encoding="utf-8")
    return path


def test_a_faulty_script_is_told_of_with_its_line_and_a_healthy_one_is_not(tmp_path):
    ended = pellucid("run", script(tmp_path, "softmax"), cwd=tmp_path)
    assert ended.returncode == 0
    assert "line 10: error: the output's activation does not fit" in ended.stderr
    assert "softmax over one unit is always 1" in ended.stderr
    assert ended.stderr.count("[wrong_output_activation]") == 1
    healthy = pellucid("run", script(tmp_path, "sigmoid"), cwd=tmp_path)
    assert "warning" not in healthy.stderr and "error" not in healthy.stderr


def test_a_script_is_diagnosed_with_advice_and_keeps_its_exit_status(tmp_path):
    path = script(tmp_path, "softmax")
    path.write_text(path.read_text(encoding="utf-8") + "raise SystemExit(7)", encoding="utf-8")
    ended = pellucid("diagnose", path, cwd=tmp_path)
    assert ended.returncode == 7
    assert "line 10: sequential, 60 epochs" in ended.stderr
    assert "[wrong_output_activation]" in ended.stderr


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("table")
    random = np.random.default_rng(0)
    x = random.normal(size=(300, 3))
    rare = np.where(random.random(300) < 0.03, "fraud", "honest")
    rows = [f"{a:.4f},{b:.4f},{c:.4f},{kind}" for (a, b, c), kind in zip(x, rare, strict=True)]
    (folder / "table.csv").write_text("a,b,c,kind\n" + "\n".join(rows), encoding="utf-8")
    return folder


def test_data_are_diagnosed_before_training(table):
    ended = pellucid("diagnose", "table.csv", "--target", "kind", cwd=table)
    assert ended.returncode == 0, ended.stderr
    assert "[class_imbalance]" in ended.stdout
    assert not (table / "runs").exists()


def test_a_run_keeps_what_was_found_and_shows_it_in_its_report(table):
    run = ("train", "table.csv", "--target", "kind", "--epochs", "3", "--run", "runs/rare")
    ended = pellucid(*run, cwd=table)
    assert ended.returncode == 0, ended.stderr
    kept = json.loads((table / "runs/rare/findings.json").read_text(encoding="utf-8"))
    assert "class_imbalance" in [one["check"] for one in kept]
    assert "What the doctor found" in (table / "runs/rare/report.html").read_text(encoding="utf-8")
    told = pellucid("diagnose", "runs/rare", cwd=table)
    assert "[class_imbalance]" in told.stdout


def test_deep_checks_train_copies_of_a_run_and_change_nothing(table):
    run = ("train", "table.csv", "--target", "kind", "--epochs", "2", "--run", "runs/deep")
    assert pellucid(*run, "--threshold", "0.2", cwd=table).returncode == 0
    before = (table / "runs/deep/model.safetensors").read_bytes()
    ended = pellucid("diagnose", "runs/deep", "--deep", cwd=table)
    assert ended.returncode == 0, ended.stderr
    assert "[class_imbalance]" in ended.stdout
    assert (table / "runs/deep/model.safetensors").read_bytes() == before


def test_options_of_data_may_follow_it_and_are_none_of_a_script(table):
    ended = pellucid("diagnose", "table.csv", "--target", "colour", cwd=table)
    assert ended.returncode == 2 and "colour" in ended.stderr
    for words in (("--deep", "x.py"), ("table.csv", "more")):
        assert pellucid("diagnose", *words, cwd=table).returncode == 2


@pytest.mark.parametrize(
    ("what", "told"),
    [("nothing.csv", "nothing.csv"), ("nothing.py", "nothing.py")],
)
def test_what_is_not_there_is_refused_in_one_line(what, told, tmp_path):
    ended = pellucid("diagnose", what, cwd=tmp_path)
    assert ended.returncode == 2
    assert told in ended.stderr and "Traceback" not in ended.stderr
