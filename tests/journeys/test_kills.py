"""R1, R2: a process that trains is killed by -9 again and again, and ends as if it never was.

In the nightly command at least 100 times in several trainings, half of them or more in the
middle of the writing of a checkpoint.
"""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from long_fit import digest, fit, network

from pellucid.training.watch import NOTHING

PROGRAM = Path(__file__).parents[1] / "long_fit.py"
WRITING = 12  # calls by which a checkpoint is written, once there are three


@pytest.fixture(scope="module")
def whole():
    """The digest of the fit that nothing interrupted."""
    model = network(watch=NOTHING)
    fit(model)
    return digest(model)


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Where the processes find what an earlier one has compiled."""
    return os.environ | {"PELLUCID_PROGRAMS": str(tmp_path_factory.mktemp("programs"))}


def trained(folder, programs, *kill):
    """Go on with the fit until it is killed, or to its end; return the process."""
    command = [sys.executable, PROGRAM, folder, *map(str, kill)]
    return subprocess.run(command, env=programs, capture_output=True, text=True, timeout=300)


def killed(folder, programs, draw, most):
    """Kill the fit up to `most` times, and let it end; return its digest and what was hit.

    That is how many kills there were, and how many of them in the writing of a checkpoint.
    """
    kills = inside = 0
    while kills < most:
        done = trained(folder, programs, *draw())
        if done.returncode == 0:  # it was faster
            return done.stdout.strip(), kills, inside
        assert done.returncode == -signal.SIGKILL, done.stderr
        kills, inside = kills + 1, inside + bool(list(folder.glob(".step-*")))
    done = trained(folder, programs)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), kills, inside


def test_R1_R2_killed_five_times(tmp_path, whole, programs):
    drawn = random.Random(0)
    last, kills, inside = killed(
        tmp_path, programs, lambda: ("at", drawn.randrange(1, 25 * WRITING)), 5
    )
    assert (last, kills) == (whole, 5)
    assert inside >= 2


@pytest.mark.slow
def test_R1_R2_killed_a_hundred_times(tmp_path, whole, programs):
    drawn, kills, inside, trainings = random.Random(1), 0, 0, 0

    def draw():
        if drawn.random() < 0.75:
            return "at", drawn.randrange(1, 8 * WRITING)
        return "after", drawn.uniform(0.2, 2.0)

    while kills < 110 or inside < 55:
        folder = tmp_path / str(trainings)
        folder.mkdir()
        last, here, hit = killed(folder, programs, draw, 25)
        assert last == whole, f"training {trainings}, after {here} kills"
        trainings, kills, inside = trainings + 1, kills + here, inside + hit
    told = f"{kills} kills in {trainings} trainings, {inside} in the writing of a checkpoint"
    sys.stdout.write(f"{told}\n")
