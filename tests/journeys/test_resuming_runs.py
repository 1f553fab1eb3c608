"""`pellucid train --resume`: a run that was stopped goes on, and ends as if it had not been."""

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid.cli.main import main
from pellucid.interop.checkpoint_folder import CheckpointFolder
from pellucid.training import trainer
from pellucid.training.block import compile_block
from pellucid.training.record import Pages

TRAIN = ("train", "iris", "--epochs", "120", "--quiet")


@pytest.fixture
def pellucid(monkeypatch, capfd, place):
    """Run a command; return its exit code and what it wrote where."""
    monkeypatch.chdir(place)

    def call(*words):
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        return ended.value.code, *capfd.readouterr()

    return call


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("runs")


@pytest.fixture
def whole(pellucid, place):
    """A run that nothing interrupted."""
    if not (place / "whole").exists():
        assert pellucid(*TRAIN, "--run", "whole")[0] == 0
    return result(place / "whole")


def result(run):
    """Return what a run has learnt, every bit of it, and its history without the seconds."""
    with (run / "history.csv").open(newline="") as file:
        rows = [row[:-1] for row in csv.reader(file)]
    return (run / "model.safetensors").read_bytes(), rows


@pytest.fixture
def signalled(monkeypatch):
    """Let this process get a signal when a block of epochs has ended."""
    real, waiting = Pages.add, []

    def add(pages, *given, **more):
        if waiting:
            os.kill(os.getpid(), waiting.pop())
        return real(pages, *given, **more)

    monkeypatch.setattr(Pages, "add", add)
    return waiting.append


def test_R6_after_a_signal_to_terminate_a_run_goes_on(pellucid, whole, signalled):
    signalled(signal.SIGTERM)
    code, _, err = pellucid(*TRAIN, "--run", "part")
    assert code == 143
    assert err.splitlines()[-1] == "pellucid: go on: pellucid train --resume part"
    assert not Path("part").exists() and Path("part.training").exists()
    code, _, err = pellucid(*TRAIN, "--run", "part")
    assert code == 2 and "has not ended" in err and "--resume part" in err
    code, _, err = pellucid("predict", "part", "rows.csv")
    assert code == 2 and "pellucid train --resume part" in err
    code, out, err = pellucid("train", "--resume", "part", "--quiet")
    assert (code, out, err) == (0, "report: part/report.html\n", "")
    assert result(Path("part")) == whole
    assert not Path("part.training").exists()


def test_R6_after_ctrl_c_a_run_is_judged_and_goes_on(pellucid, whole, signalled):
    signalled(signal.SIGINT)
    code, out, _ = pellucid(*TRAIN, "--run", "short")
    assert code == 130
    assert out.splitlines()[-1] == "go on: pellucid train --resume short"
    assert len(result(Path("short"))[1]) < len(whole[1])
    assert pellucid("train", "--resume", "short", "--quiet")[0] == 0
    assert result(Path("short")) == whole
    assert [path.name for path in Path().glob("*short*")] == ["short"]


def test_R7_ctrl_c_while_the_first_program_is_compiled(pellucid, whole, monkeypatch):
    def compiling(recipe, layout):
        monkeypatch.setattr(trainer, "compile_block", compile_block)
        os.kill(os.getpid(), signal.SIGINT)
        return compile_block(recipe, layout)

    monkeypatch.setattr(trainer, "compile_block", compiling)
    code, out, err = pellucid(*TRAIN, "--run", "early")
    assert code == 130
    assert "stopping in good order" in err
    assert out.splitlines()[-1] == "go on: pellucid train --resume early"
    assert len(result(Path("early"))[1]) < len(whole[1])
    assert pellucid("train", "--resume", "early", "--quiet")[0] == 0
    assert result(Path("early")) == whole


def test_R8_R9_R10_what_cannot_be_resumed(pellucid, whole, signalled):
    code, _, err = pellucid("train", "--resume", "whole")
    assert (code, err) == (
        0,
        "pellucid: The run in whole is complete already. (expected a run that was interrupted)\n",
    )
    code, _, err = pellucid("train", "--resume", "nowhere")
    assert code == 2 and "There is no run in nowhere to go on with" in err
    signalled(signal.SIGTERM)
    pellucid(*TRAIN, "--run", "other")
    code, _, err = pellucid("train", "--resume", "other", "--batch-size", "5", "--seed", "3")
    assert code == 2
    assert "batch_size: auto then, 5 now; seed: 0 then, 3 now" in err
    with CheckpointFolder("other.training"):
        code, _, err = pellucid("train", "--resume", "other")
    assert code == 2 and f"process {os.getpid()}" in err
    for words, told in (
        (("train",), "Missing argument 'DATA'. Or --resume a run."),
        (("train", "--resume", "other", "--run", "more"), "leave out --run"),
    ):
        code, _, err = pellucid(*words)
        assert code == 2 and told in err


def test_nothing_stays_where_nothing_was_trained(pellucid, place):
    code, _, _ = pellucid("train", "no-such-file.csv", "--run", "new/run")
    assert code == 2
    assert not Path("new").exists()


ON_CORES = """
import os, runpy
os.sched_setaffinity(0, {})
runpy.run_module("pellucid", run_name="__main__")
"""


@pytest.mark.slow
def test_R11_a_deterministic_run_does_not_depend_on_the_number_of_cores(tmp_path):
    """Batches are large enough that XLA splits their sums among its threads."""
    cores = sorted(os.sched_getaffinity(0))
    large = ("--generate-rows", "20000", "--batch-size", "4000", "--epochs", "5", "--quiet")
    found = set()
    for own in (cores, cores[:1]):
        run = tmp_path / str(len(own))
        command = [sys.executable, "-c", ON_CORES.format(own), "train", "moons", *large]
        subprocess.run([*command, "--run", run, "--deterministic"], check=True, capture_output=True)
        found.add((run / "model.safetensors").read_bytes())
    assert len(found) == 1
