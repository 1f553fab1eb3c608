"""Healthy programs get no warning: every script of Keras's and every page of the gallery.

Those about a fault, or with one, must show it.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from overhearing import overhearing
from scripts_at_hand import SCRIPTS, fill_home, play

pytestmark = pytest.mark.slow
TESTS = Path(__file__).parents[1]
GALLERY = TESTS.parent / "docs" / "gallery"
PAGES = sorted(path.stem for path in GALLERY.glob("[0-9][0-9]_*.py"))

# What a program with a fault must show, what else it may show, and what it is.
TOO_SHORT = ("too_few_epochs", "underfitting")  # few epochs of few rows, behind plain predictors
FAULTS = {
    "checkpoint_best.py": ("bad_initialisation",),  # old "uniform", which learns late
    "checkpoint_reload.py": ("sorted_no_shuffle", "distribution_shift", *TOO_SHORT),  # last rows
    "convnet_keras1.py": TOO_SHORT,
    "diabetes_table.py": ("unscaled_inputs",),  # raw columns
    "grid_search.py": TOO_SHORT,
    "initializers.py": (  # one network starts with zeros
        *("symmetry", "constant_predictor", "dying_relu", "loss_stuck"),
        *("underfitting", "zero_gradient"),
    ),
    "mnist_cnn_keras1.py": TOO_SHORT,
    "regression_kfold.py": ("unscaled_targets", *TOO_SHORT),  # raw targets, few epochs
    "schedules.py": ("overfitting",),  # the held-out loss nearly doubles
    "transfer_frozen.py": TOO_SHORT,
    "two_unnamed_outputs.py": TOO_SHORT,
    "wine.ipynb": ("sorted_no_shuffle", "distribution_shift"),  # holds out the end of rows in order
    "10_one_hot": TOO_SHORT,  # twenty steps, to compare two encodings
    "15_vanishing_gradients": (
        *("vanishing_gradient", "constant_predictor", "loss_stuck", "underfitting"),
    ),
    "17_scaling": (
        *("unscaled_inputs", "constant_predictor", "loss_stuck", "saturated_activation"),
        *("underfitting", "vanishing_gradient"),
    ),
    "22_screw_ups": ("outliers", "loss_rising", "underfitting", "unscaled_targets"),
    # The narrowest of its networks; the one unit of the first may end as a step.
    "30_approximation": ("underfitting_capacity", "saturated_activation"),
    "33_comparing_architectures": (  # likewise, and of each a fit of one epoch, to compile
        *("underfitting_capacity", *TOO_SHORT, "loss_stuck", "dying_relu", "lr_too_high"),
    ),
}
# A seed with which the fault is plain; with the script's own the loss falls by 1.8 % an epoch at
# the end, where 2 % are asked, so that rounding decides.
SEEDS = {"transfer_frozen.py": ("1",)}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keras")
    fill_home(folder)
    return folder


def serious(heard):
    """Return what was more than advice in any fit: ids, and what follows from them."""
    found = [one for findings in heard for one in findings if one["severity"] != "advice"]
    return {each["check"] for one in found for each in (one, *one["consequences"])}


def judge(name, found):
    shown, *besides = FAULTS.get(name, ("",))
    assert found <= {shown, *besides}
    assert not shown or shown in found


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script(name, home, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("KERAS_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    with overhearing() as heard:
        assert play(name, *SEEDS.get(name, ())) == 0, capfd.readouterr().err
    judge(name, serious([[one.to_json() for one in findings] for findings in heard]))


@pytest.mark.parametrize("name", PAGES)
def test_a_page(name, tmp_path):
    words = [sys.executable, str(TESTS / "overhearing.py"), str(GALLERY / f"{name}.py")]
    ended = subprocess.run(
        words,
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    judge(name, serious(json.loads(ended.stdout.splitlines()[-1])))
