"""Processes of one machine average through memory: the means of all, the same bits in each."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sharing_processes import SIZES, losses

from pellucid.training.shared_memory import (
    PACKAGE,
    SWITCH,
    created,
    offered,
    opened,
    ranks_that_share,
)

PROGRAM = Path(__file__).parents[1] / "sharing_processes.py"


@pytest.fixture(autouse=True)
def switched_on(monkeypatch):
    """Allow the kernel, which other tests do without."""
    monkeypatch.setenv(SWITCH, "on")
    if not offered():
        if "PELLUCID_KERNELS" in os.environ:
            raise AssertionError(f"{PACKAGE} is needed here: pip install ./kernels")
        pytest.skip("memory is not shared here: pip install ./kernels")


def found(ranks, switch="on"):
    """Return what so many processes find."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    started = [
        subprocess.Popen(
            [sys.executable, PROGRAM, port, str(rank), str(ranks)],
            env={**os.environ, SWITCH: switch, "NPROC": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(ranks)
    ]
    answers = [process.communicate(timeout=120) for process in started]
    assert not any(process.returncode for process in started), answers
    return [json.loads(said.splitlines()[-1]) for said, _ in answers]


def expected(ranks, size):
    """Return what a program that takes the mean twice finds, by NumPy."""
    numbers = [np.random.default_rng([rank, size]).normal(size=size) for rank in range(ranks)]
    return np.mean(numbers, axis=0)[:50] * np.mean(1 + np.arange(ranks))


@pytest.mark.parametrize("ranks", [2, pytest.param(4, marks=pytest.mark.slow)])
def test_P4_all_have_the_same_means_and_the_losses_of_one_process(ranks):
    first, *others = found(ranks)
    assert first["share"] == ranks
    assert all(one == first for one in others)
    for size, mean in zip(SIZES, first["means"], strict=True):
        np.testing.assert_allclose(mean, expected(ranks, size), atol=1e-6)
    assert first["half"] == [[(ranks - 1) / 2] * 2] * 3
    np.testing.assert_allclose(first["losses"], losses(), atol=1e-6)


@pytest.mark.slow
def test_P4_two_have_the_bits_of_those_that_send_messages():
    by_messages, by_memory = found(2, "off")[0], found(2)[0]
    assert (by_messages.pop("share"), by_memory.pop("share")) == (1, 2)
    assert by_messages == by_memory


def test_a_file_of_another_machine_is_not_taken_for_it():
    process, number, mark = created().tolist()
    right = opened(np.array([process, number, mark]))
    assert right is not None
    assert opened(np.array([process, number, mark ^ 1])) is None
    assert opened(np.array([process, 10**6, mark])) is None
    os.close(right)
    os.close(number)
    assert opened(np.array([process, number, mark])) is None
    assert ranks_that_share() == 1
