"""Fetching by checksum, from addresses on this machine only."""

import hashlib

import pytest

from pellucid.base.errors import FileError
from pellucid.data.fetching import fetch


def test_fetching_takes_the_first_address_with_the_right_file(tmp_path):
    wrong, right, place = tmp_path / "wrong", tmp_path / "right", tmp_path / "cache" / "file"
    wrong.write_bytes(b"advertisement")
    right.write_bytes(b"digits")
    urls = [(tmp_path / "none").as_uri(), wrong.as_uri(), right.as_uri()]
    assert fetch(urls, hashlib.sha256(b"digits").hexdigest(), place) == place
    assert place.read_bytes() == b"digits"
    assert [path.name for path in place.parent.iterdir()] == ["file"]


def test_fetching_in_vain_says_where_to_put_the_file(tmp_path):
    (tmp_path / "wrong").write_bytes(b"advertisement")
    place = tmp_path / "cache" / "file.gz"
    with pytest.raises(FileError) as caught:
        fetch([(tmp_path / "wrong").as_uri()], "0" * 64, place)
    told = str(caught.value)
    assert "file.gz could not be fetched" in told
    assert "another file: SHA-256" in told
    assert f"by hand: {place}" in told
    assert list(place.parent.iterdir()) == []
