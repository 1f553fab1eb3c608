"""`pellucid launch`: processes that train together, and what is said when one is lost."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pellucid.training.shared_memory import SWITCH

pytestmark = pytest.mark.slow

FOREVER = ("--epochs", "1000000", "--patience", "1000000", "--network", "8", "--batch-size", "10")
AT_MOST = 15.0  # seconds in which a run ends that has lost a process


def launch(*words, **how):
    command = [sys.executable, "-m", "pellucid", "launch", *words]
    return subprocess.Popen(command, stdout=-1, stderr=-1, text=True, **how)


def ranks(launched):
    """Return the processes that a launcher has started, in the order of their numbers."""
    told = Path(f"/proc/{launched.pid}/task/{launched.pid}/children").read_text()
    return [int(number) for number in told.split()]


def begun(launched, folder):
    """Wait until the processes of a launcher train; return them."""
    for _ in range(600):
        assert launched.poll() is None, launched.communicate()
        if any(Path(f"{folder}.training").glob("lock")):
            time.sleep(3)
            return ranks(launched)
        time.sleep(0.1)
    raise AssertionError(launched.communicate())


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_P4_two_processes_train_the_network_that_one_does(tmp_path):
    asked = ("train", "iris", "--epochs", "20", "--batch-size", "10", "--patience", "20")
    histories = []
    for number, how in enumerate(((), ("launch", "-n", "2", "--"), ("launch", "-n", "2", "--"))):
        run = tmp_path / f"run-{number}"
        command = [sys.executable, "-m", "pellucid", *how, *asked, "--run", str(run)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        table = pl.read_csv(run / "history.csv").drop("seconds")
        histories.append(table.to_numpy())
        assert not Path(f"{run}.training").exists()
    np.testing.assert_allclose(histories[1], histories[0], atol=1e-5)
    np.testing.assert_array_equal(histories[1], histories[2])
    assert "Gloo" not in done.stdout


@pytest.mark.parametrize("memory", ["off", "on"])
@pytest.mark.parametrize("number", [0, 1])
def test_P1_a_killed_process_ends_the_run_with_one_line(tmp_path, number, memory, monkeypatch):
    monkeypatch.setenv(SWITCH, memory)
    launched = launch("-n", "2", "--", "train", "iris", *FOREVER, "--run", "one", cwd=tmp_path)
    processes = begun(launched, tmp_path / "one")
    os.kill(processes[number], signal.SIGKILL)
    since = time.monotonic()
    _, told = launched.communicate(timeout=60)
    assert time.monotonic() - since < AT_MOST
    assert launched.returncode == 1
    assert re.fullmatch(
        rf"pellucid: rank {number} was ended by SIGKILL: the run has ended\. .*\n", told
    )
    assert not any(Path(f"/proc/{process}").exists() for process in processes)


def test_P1_a_run_that_was_stopped_goes_on(tmp_path):
    launched = launch("-n", "2", "--", "train", "iris", *FOREVER, "--run", "one", cwd=tmp_path)
    begun(launched, tmp_path / "one")
    launched.send_signal(signal.SIGTERM)
    _, told = launched.communicate(timeout=60)
    assert launched.returncode == 143, told
    assert any((tmp_path / "one.training").glob("step-*"))
    again = launch("-n", "2", "--", "train", "--resume", "one", "--epochs", "1", cwd=tmp_path)
    said, told = again.communicate(timeout=120)
    assert again.returncode == 0, told
    assert "report: one/report.html" in said


def test_P2_a_process_that_does_not_come_is_named(tmp_path):
    since = time.monotonic()
    at = f"127.0.0.1:{free_port()}"
    how = ("-n", "2", "--coordinator", at, "--wait", "3")
    launched = launch(*how, "--rank", "0", "--", "train", "iris", cwd=tmp_path)
    _, told = launched.communicate(timeout=60)
    assert time.monotonic() - since < AT_MOST
    assert launched.returncode == 1
    assert "rank 1 did not come in time: the run has ended" in told
    assert told.count("\n") == 1


@pytest.mark.parametrize("rank", [(), ("--rank", "0")])
def test_P2_a_port_that_is_taken_is_refused_at_once(tmp_path, rank):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        at = f"127.0.0.1:{other.getsockname()[1]}"
        launched = launch(
            "-n", "2", "--coordinator", at, *rank, "--", "train", "iris", cwd=tmp_path
        )
        _, told = launched.communicate(timeout=60)
    assert launched.returncode == 2
    assert f"Rank 0 cannot listen at {at}." in told
    assert "already in use" in told
    assert not list(tmp_path.iterdir())


def test_P2_a_rank_that_comes_twice_is_named(tmp_path):
    how = ("-n", "2", "--coordinator", f"127.0.0.1:{free_port()}", "--wait", "5")
    asked = ("--", "train", "iris", *FOREVER)
    since = time.monotonic()
    all_ = [launch(*how, "--rank", rank, *asked, cwd=tmp_path) for rank in ("0", "1", "1")]

    def ended(one):
        return one.communicate(timeout=60)[1], time.monotonic() - since

    with ThreadPoolExecutor(len(all_)) as threads:
        told, seconds = zip(*threads.map(ended, all_), strict=True)
    assert max(seconds) < 2 * AT_MOST
    # None waits for what cannot come; what a busy machine takes to start is the same for all.
    assert max(seconds) - min(seconds) < 2, seconds
    assert [one.returncode for one in all_] == [1, 1, 1]
    assert all(text.count("\n") == 1 for text in told)
    assert any("rank 1 came twice" in text for text in told)


@pytest.mark.parametrize("memory", ["off", "on"])
def test_processes_of_several_hosts_meet_where_they_are_told_to(tmp_path, memory, monkeypatch):
    monkeypatch.setenv(SWITCH, memory)
    how = ("-n", "2", "--coordinator", f"127.0.0.1:{free_port()}")
    asked = ("--", "train", "iris", *FOREVER)
    first = launch(*how, "--rank", "0", *asked, "--run", "one", cwd=tmp_path)
    second = launch(*how, "--rank", "1", *asked, cwd=tmp_path)
    begun(first, tmp_path / "one")
    os.kill(ranks(second)[0], signal.SIGKILL)
    since = time.monotonic()
    _, theirs = second.communicate(timeout=60)
    _, told = first.communicate(timeout=60)
    assert time.monotonic() - since < AT_MOST
    assert "rank 1 was ended by SIGKILL" in theirs
    assert told.startswith("pellucid: rank 1 was lost: the run has ended.")
    assert told.count("\n") == 1


def listening(processes):
    """Return the addresses at which processes wait for others, in the system's own words."""
    held = set()
    for process in processes:
        for link in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):  # it was closed meanwhile
                held.add(str(link.readlink()))
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            cells = line.split()
            if cells[3] == "0A" and f"socket:[{cells[9]}]" in held:
                found.add(cells[1].split(":")[0])
    return found


def test_P3_processes_of_one_machine_wait_at_its_own_address_only(tmp_path):
    launched = launch("-n", "2", "--", "train", "iris", *FOREVER, "--run", "one", cwd=tmp_path)
    processes = begun(launched, tmp_path / "one")
    found = listening([launched.pid, *processes])
    launched.send_signal(signal.SIGTERM)
    launched.communicate(timeout=60)
    loopback = {"0100007F", "0" * 24 + "01000000", "0" * 16 + "FFFF00000100007F"}
    assert found
    assert found <= loopback
