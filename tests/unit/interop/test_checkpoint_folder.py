"""Checkpoints on disk: whatever goes wrong while one is written, the one before is there.

Names begin with the fault's number in the list of faults that training must outlive: R for
crashes and resuming.
"""

import errno
import os
import resource
import subprocess
import sys
import warnings

import numpy as np
import pytest
from faulty_calls import Calls

from pellucid.base.errors import FileError, StateError
from pellucid.interop.checkpoint_folder import CheckpointFolder
from pellucid.interop.sealed import Sealed, read_sealed

FORM = "a test"


def content(number):
    return Sealed({"format": FORM, "number": number}, {"w": np.full(5, number, "float32")})


def filled(path):
    """Write checkpoints 1 and 2."""
    with CheckpointFolder(path) as folder:
        folder.write(1, content(1))
        folder.write(2, content(2))
    return {file.name: file.read_bytes() for file in path.glob("step-*")}


def newest(path):
    """Return the number of the checkpoint that would be gone on from, by another process."""
    with CheckpointFolder(path) as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = folder.newest(FORM)
    if found is None:
        return None
    assert (found.arrays["w"] == found.described["number"]).all()
    return found.described["number"]


def test_the_last_two_stay(tmp_path):
    with CheckpointFolder(tmp_path) as folder:
        for number in (1, 2, 4, 3, 3):  # a fit may go back
            folder.write(number, content(number))
    kept = {path.name for path in tmp_path.iterdir()}
    assert kept == {"lock", "step-000000000002.safetensors", "step-000000000003.safetensors"}
    assert newest(tmp_path) == 3


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC, errno.EACCES])
def test_R3_any_call_may_fail(tmp_path, code):
    def fault():
        raise OSError(code, os.strerror(code))

    number, failed = 0, True
    while failed:
        number += 1
        path = tmp_path / str(number)
        before = filled(path)
        with CheckpointFolder(path) as folder:
            assert folder.newest(FORM) is not None
            failed = False
            with Calls(number, fault):
                try:
                    folder.write(3, content(3))
                except OSError as error:
                    failed = error.errno == code
            files = {file.name: file.read_bytes() for file in path.glob("step-*")}
            assert files.items() >= before.items() or "step-000000000003.safetensors" in files
            assert not list(path.glob(".step-*"))
        assert newest(path) in (2, 3)
        with CheckpointFolder(path) as folder:  # the next one is written as ever
            folder.newest(FORM)
            folder.write(4, content(4))
        assert newest(path) == 4
    assert number == 11  # mkstemp, four writes, fsync, chmod, replace, fsync, unlink; and none


def test_R4_a_disk_that_is_full(tmp_path):
    before = filled(tmp_path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    big = Sealed({"format": FORM, "number": 3}, {"w": np.full(100_000, 3.0)})
    with CheckpointFolder(tmp_path) as folder:
        folder.newest(FORM)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
        try:
            with pytest.raises(OSError, match="File too large"):
                folder.write(3, big)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {file.name: file.read_bytes() for file in tmp_path.glob("*step-*")} == before
    assert newest(tmp_path) == 2


def test_R5_no_flipped_bit_goes_unseen(tmp_path):
    filled(tmp_path)
    path = tmp_path / "step-000000000002.safetensors"
    whole = path.read_bytes()
    for bit in range(8 * len(whole)):
        broken = bytearray(whole)
        broken[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bytes(broken))
        with pytest.raises(FileError):
            read_sealed(path, FORM, "checkpoint")
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(FileError):
            read_sealed(path, FORM, "checkpoint")
    assert newest(tmp_path) == 1


def test_R5_a_broken_one_is_told_of_and_goes_with_the_next(tmp_path):
    filled(tmp_path)
    broken = tmp_path / "step-000000000002.safetensors"
    broken.write_bytes(b"cut off")
    with CheckpointFolder(tmp_path) as folder:
        with pytest.warns(RuntimeWarning, match=r"step-000000000002\.safetensors .*passed over"):
            assert folder.newest(FORM).described["number"] == 1
        folder.write(3, content(3))
    names = sorted(path.name for path in tmp_path.glob("step-*"))
    assert names == ["step-000000000001.safetensors", "step-000000000003.safetensors"]
    for path in tmp_path.glob("step-*"):
        path.write_bytes(b"")
    with (
        CheckpointFolder(tmp_path) as folder,
        pytest.warns(RuntimeWarning),
        pytest.raises(FileError, match="nowhere to go on from"),
    ):
        folder.newest(FORM)


HOLDER = """
import sys, time
from pellucid.interop.checkpoint_folder import CheckpointFolder
with CheckpointFolder(sys.argv[1]):
    print("held", flush=True)
    time.sleep(100)
"""


def test_R8_one_process_at_a_time_and_no_lock_outlives_its_holder(tmp_path):
    filled(tmp_path)
    (tmp_path / ".step-000000000003.safetensors.x1").write_bytes(b"half of it")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(StateError, match=f"process {holder.pid}"),
            CheckpointFolder(tmp_path),
        ):
            pass
        holder.kill()
    assert newest(tmp_path) == 2
    assert not list(tmp_path.glob(".step-*"))


def test_R12_a_loss_of_power_at_any_call(tmp_path):
    """What was not flushed is lost, or half there: a name may come before its bytes."""
    path = tmp_path / "here"
    filled(path)
    names = {file.name: file.stat().st_ino for file in path.iterdir()}  # as the disk has them
    bytes_of = {file.stat().st_ino: file.read_bytes() for file in path.iterdir()}
    states = []

    def before(name, *given):
        now = {file.name: file.stat().st_ino for file in path.iterdir()}
        states.extend([(dict(names), dict(bytes_of)), (now, dict(bytes_of))])
        if name == "fsync":  # from the next call on it is on the disk
            place = os.fstat(given[0])
            if place.st_ino == path.stat().st_ino:
                names.clear()
                names.update(now)
            else:
                file = next(f for f in path.iterdir() if f.stat().st_ino == place.st_ino)
                bytes_of[place.st_ino] = file.read_bytes()

    with CheckpointFolder(path) as folder:
        folder.newest(FORM)
        with Calls(before=before):
            folder.write(3, content(3))
    before("end")
    found = []
    for number, (listed, kept) in enumerate(states):
        after = tmp_path / str(number)
        after.mkdir()
        for name, inode in listed.items():
            (after / name).write_bytes(kept.get(inode, b""))
        found.append(newest(after))
    assert set(found) == {2, 3}
    assert found[-2:] == [3, 3]
