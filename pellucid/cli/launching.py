"""`pellucid launch`: several processes train one network, each on its share of every batch."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import click

from pellucid.base.errors import ConfigError, explain
from pellucid.cli.exits import FAILED, say
from pellucid.training.place import BY_SCHEDULER, LEFT_ALONE, Place

LOOPBACK = "127.0.0.1"
GRACE = 3.0  # seconds for the others to end by themselves
MOST_LOG = 2**20  # letters
# What the runtime under JAX writes when processes come, and when one is lost.
CAME = re.compile(r"Task (\d+) invoked BarrierAsync\(\[Init\]")
TWICE = re.compile(r"(\d+) unexpectedly tried to connect")
LOST = re.compile(r"stopped sending heartbeats\):\n([\d\s]+)\n")
TOLD = {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "coordination_service=3"}


class Rank:
    """A process that trains along with others, and what it writes to its error stream."""

    def __init__(self, place: Place, command: Sequence[str], threads: int, *, shown: bool) -> None:
        self.place, self._shown = place, shown
        self.log, self.last = "", ""  # of the runtime; and its last words
        self.twice = ""  # the number of the rank that came twice, once the runtime has told
        variables = {"NPROC": str(threads)} if threads and "NPROC" not in os.environ else {}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pellucid", *command],
            env={**os.environ, **TOLD, **variables, **place.variables()},
            stdout=None if shown else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",  # the runtime's log has bytes that are no text
            start_new_session=True,  # Ctrl-C comes by way of this process, once
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ended(self) -> int | None:
        """Return the exit code, negative for a signal; None while it runs."""
        code = self.process.poll()
        if code is not None:
            self._reader.join(timeout=1)
        return code

    @property
    def is_in_vain(self) -> bool:
        """Whether it would try in vain to join, for twice the time that was asked for.

        Rank 0 ends by itself, after it has told the others.
        """
        return self.twice == str(self.place.rank) != "0"

    def stop(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.process.poll() is None:
            self.process.send_signal(number)

    def _read(self) -> None:
        for line in self.process.stderr or ():
            if line.startswith("pellucid: "):
                self.last = line.removeprefix("pellucid: ").strip()
                if self._shown:
                    sys.stderr.write(line)
            else:
                self.log = (self.log + line)[-MOST_LOG:]
                if told := TWICE.search(line):
                    self.twice = told[1]


@click.command("launch", context_settings={"ignore_unknown_options": True})
@click.option("-n", "count", type=click.IntRange(1), help="how many processes train")
@click.option("--coordinator", metavar="HOST:PORT", help="where rank 0 listens; else this machine")
@click.option(
    "--rank", type=click.IntRange(0), help="which of them this one is; else all start here"
)
@click.option("--wait", default=8, help="seconds for all to come  [8]")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def command(
    count: int | None, coordinator: str | None, rank: int | None, wait: int, command: Sequence[str]
) -> int:
    r"""Train with several processes, each on its share of every batch.

    \b
    pellucid launch -n 4 -- train data.csv                 four processes on this machine
    pellucid launch -n 2 --coordinator a:7001 --rank 0 -- train data.csv      on host a
    pellucid launch -n 2 --coordinator a:7001 --rank 1 -- train data.csv      on another
    srun pellucid launch -- train data.csv                 as Slurm, MPI or a TPU pod sets it

    Rank 0 writes the run. When a process is lost, all end, and the run can be resumed.
    """
    if command[0] != "train":
        raise click.UsageError(f"launch starts `train`, not {command[0]!r}.")
    if rank is not None and (coordinator is None or count is None or rank >= count):
        raise click.UsageError("--rank goes with --coordinator and -n, and is less than n.")
    if count is None:
        places = [Place(BY_SCHEDULER, 0, 0, wait)]
    else:
        address = coordinator or f"{LOOPBACK}:{_free_port()}"
        numbers = range(count) if rank is None else [rank]
        places = [Place(address, number, count, wait) for number in numbers]
    if coordinator and rank in (None, 0):
        _check_port(coordinator)
    alone = len(places) == 1
    threads = 0 if alone else max((os.cpu_count() or 1) // len(places), 1)
    ranks = [Rank(at, command, threads, shown=alone or at.rank == 0) for at in places]
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, frame: [one.stop(number) for one in ranks])
    return _watched(ranks, command)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def _check_port(coordinator: str) -> None:
    """Refuse an address at which another process listens: the runtime would share it, or crash.

    Raises:
        ConfigError: it is taken, or no address of this machine.
    """
    host, _, port = coordinator.rpartition(":")
    try:
        for *kind, _, address in socket.getaddrinfo(
            host.strip("[]"), port, type=socket.SOCK_STREAM
        ):
            with socket.socket(*kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
    except (OSError, OverflowError) as error:
        what, got = f"Rank 0 cannot listen at {coordinator}.", str(error)
        expected, hint = "a free port of this machine", "another port"
        raise ConfigError(explain(what, got=got, expected=expected, hint=hint)) from error


def _watched(ranks: Sequence[Rank], command: Sequence[str]) -> int:
    """Wait for all to end, and end all when one is lost; return the exit code."""
    while True:
        codes = [rank.ended() for rank in ranks]
        lost = [
            rank
            for rank, code in zip(ranks, codes, strict=True)
            if (code and _is_lost(code)) or (code is None and rank.is_in_vain)
        ]
        if lost:
            first = min(lost, key=lambda rank: rank.ended() in (LEFT_ALONE, -signal.SIGABRT))
            _end(ranks)
            say(f"{_what_happened(first)}: the run has ended. {_go_on(ranks, command)}")
            return FAILED
        if None not in codes:
            return max(code or 0 for code in codes)
        time.sleep(0.05)


def _is_lost(code: int) -> bool:
    """Tell whether a process ended otherwise than a command ends."""
    return code < 0 or code in (FAILED, LEFT_ALONE)


def _end(ranks: Sequence[Rank]) -> None:
    """End those that still run: none can go on without the other."""
    for rank in ranks:
        rank.stop(signal.SIGTERM)
    until = time.monotonic() + GRACE
    while any(rank.ended() is None for rank in ranks) and time.monotonic() < until:
        time.sleep(0.05)
    for rank in ranks:
        rank.stop(signal.SIGKILL)
        rank.process.wait()


def _what_happened(rank: Rank) -> str:
    """Return in words which process was lost, and how."""
    code, place = rank.ended() or 0, rank.place
    if rank.twice:
        return f"rank {rank.twice} came twice, and each must be another"
    if code not in (LEFT_ALONE, -signal.SIGABRT):
        if code < 0:
            return f"rank {place.rank} was ended by {signal.Signals(-code).name}"
        told = rank.last or rank.log.strip().rpartition("\n")[2]
        return f"rank {place.rank} failed: {told}"
    lost = sorted({number for told in LOST.findall(rank.log) for number in told.split()})
    if lost:
        return f"rank {', '.join(lost)} was lost"
    came = {int(number) for number in CAME.findall(rank.log)}
    missing = sorted(set(range(place.ranks)) - came) if came else []
    if missing:
        return f"rank {', '.join(map(str, missing))} did not come in time"
    return f"rank 0 at {place.coordinator} did not answer, or another rank was lost"


def _go_on(ranks: Sequence[Rank], command: Sequence[str]) -> str:
    """Return how to go on with the run, if there is a checkpoint."""
    named = [command[k + 1] for k, word in enumerate(command[:-1]) if word in ("--run", "--resume")]
    folders = [Path(f"{name}.training") for name in named] or [*Path("runs").glob("*.training")]
    kept = [folder for folder in folders if any(folder.glob("step-*.safetensors"))]
    if not kept:
        return "It had no checkpoint yet"
    newest = max(kept, key=lambda folder: folder.stat().st_mtime)
    count = f" -n {ranks[0].place.ranks}" if len(ranks) > 1 else " ..."
    return f"Go on: pellucid launch{count} -- train --resume {newest.with_suffix('')}"
