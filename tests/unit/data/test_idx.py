"""IDX files, whole and broken."""

import gzip
import struct

import numpy as np
import pytest

from pellucid.base.errors import FileError
from pellucid.data.idx import read_idx


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


WHOLE = idx(np.arange(6, dtype=np.uint8).reshape(2, 3))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (WHOLE[:-1], "not whole"),
        (WHOLE + b"\0", "not whole"),
        (WHOLE[:6], "not whole"),
        (gzip.compress(WHOLE, mtime=0)[:-9], "broken gzip"),
        (b"", "no IDX file"),
        (b"<html>", "no IDX file"),
        (idx(np.zeros(6, np.uint8)), "no IDX file"),
    ],
)
def test_what_is_no_whole_idx_file_is_refused_by_name(tmp_path, content, told):
    path = tmp_path / "some-idx2-ubyte"
    path.write_bytes(content)
    with pytest.raises(FileError, match=rf"some-idx2-ubyte is .*{told}"):
        read_idx(path, 2)


def test_a_whole_idx_file_is_read(tmp_path):
    for content in (WHOLE, gzip.compress(WHOLE, mtime=0)):
        (tmp_path / "x").write_bytes(content)
        assert read_idx(tmp_path / "x", 2).tolist() == [[0, 1, 2], [3, 4, 5]]
