"""Two devices share each batch: the same losses as one, by one all-reduce a step."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[1] / "two_devices.py"


@pytest.fixture(scope="module")
def found():
    """What a process with two devices found out; threads enough that neither waits for one."""
    flags = f"{os.environ['XLA_FLAGS']} --xla_force_host_platform_device_count=2"
    variables = {**os.environ, "XLA_FLAGS": flags, "NPROC": "8"}
    done = subprocess.run(
        [sys.executable, PROGRAM], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_losses_are_those_of_one_device_at_every_step(found):
    assert found["devices"] == 2
    assert found["loss"] < 1e-5
    assert found["values"] < 1e-5
    assert found["weights"] < 1e-4
    assert found["differs"]  # sums are in another order: the devices did share the work


def test_the_same_bits_come_out_each_time(found):
    assert found["same"]


def test_a_step_has_one_all_reduce_and_gathers_nothing(found):
    assert found["reduces"] == 1
    assert found["gathers"] == 0


def test_a_stream_is_shared_likewise(found):
    assert found["streamed"]


def test_running_statistics_are_kept_by_all(found):
    assert 0 < found["moved"] < 1


def test_what_cannot_be_shared_is_refused(found):
    assert found["odd"] == "A batch cannot be shared equally by 2 devices."
    assert found["many"] == "There are not so many devices to train on."
