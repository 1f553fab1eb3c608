"""Rows of a .npy file come whole, however the system hands them out."""

import fcntl
import os

import numpy as np
import pytest

from pellucid.data import stream_sources
from pellucid.data.stream_sources import NpyFile

ROWS = np.random.default_rng(0).normal(size=(3000, 7)).astype(np.float32)


@pytest.fixture
def path(tmp_path):
    np.save(tmp_path / "rows.npy", ROWS)
    return tmp_path / "rows.npy"


def check(file):
    for rows in (slice(0, 1), slice(5, 2222), slice(2990, 3000), slice(0, 3000)):
        assert file[rows].tobytes() == ROWS[rows].tobytes()


def test_any_rows_are_read(path):
    check(NpyFile(path))


def test_reads_that_end_early_are_gone_on_with(path, monkeypatch):
    whole = os.preadv

    def interrupted(descriptor, buffers, offset):
        return whole(descriptor, [buffers[0][: min(len(buffers[0]), 1000)]], offset)

    monkeypatch.setattr(os, "preadv", interrupted)
    check(NpyFile(path))


def test_past_the_cache_where_that_can_be_done_and_else_through_it(path, monkeypatch):
    monkeypatch.setattr(stream_sources, "allowed_bytes", lambda: 1000)
    check(NpyFile(path))
    whole = os.preadv

    def refused(descriptor, buffers, offset):
        if os.O_DIRECT & flags(descriptor):
            raise OSError(22, "Invalid argument")
        return whole(descriptor, buffers, offset)

    monkeypatch.setattr(os, "preadv", refused)
    check(NpyFile(path))


def flags(descriptor):
    return fcntl.fcntl(descriptor, fcntl.F_GETFL)
