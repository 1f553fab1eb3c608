"""The `.keras` file as a container: a zip of two JSON texts and an HDF5 file."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Mapping
from os import PathLike
from typing import Any, NamedTuple

from pellucid.base.errors import FileError, explain
from pellucid.interop.atomic import write_atomically
from pellucid.interop.door import content_of, guarded, parsed

METADATA, CONFIG, WEIGHTS, ASSETS = "metadata.json", "config.json", "model.weights.h5", "assets/"
VERSION = "3.15.1"  # of the Keras that reads these files as its own
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LEAST_TEXT = 2**20  # bytes of JSON that any file may unpack to; else as many as the file has
LEAST, GROWTH = 2**24, 20  # bytes that any file may unpack to; else so many times its own


class Archive(NamedTuple):
    """What a `.keras` file holds."""

    metadata: Mapping[str, Any]
    config: Mapping[str, Any]
    weights: bytes
    assets: Mapping[str, bytes]


def write_archive(
    path: str | PathLike[str],
    config: Mapping[str, Any],
    weights: bytes,
    assets: Mapping[str, bytes],
) -> None:
    """Write a `.keras` file, whole or not at all."""
    now = time.strftime("%Y-%m-%d@%H:%M:%S")
    texts = {METADATA: {"keras_version": VERSION, "date_saved": now}, CONFIG: config}
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(name), json.dumps(text))
        archive.writestr(zipfile.ZipInfo(WEIGHTS), weights)
        for name, asset in assets.items():
            archive.writestr(zipfile.ZipInfo(f"{ASSETS}{name}"), asset)
    write_atomically(path, content.getvalue())


def read_archive(path: str | PathLike[str]) -> Archive:
    """Return what a `.keras` file holds; only its known members are looked at.

    Raises:
        FileError: it is not there, is no such file, or is damaged.
    """
    kind = ".keras file"
    content = content_of(path, kind)
    with guarded(path, kind), zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check(archive, len(content))
        members = {name: archive.read(name) for name in archive.namelist() if _is_known(name)}
        for name in (CONFIG, WEIGHTS):
            if name not in members:
                what, got = f"The file has no {name}.", ", ".join(archive.namelist()[:8])
                raise FileError(explain(what, got=got, expected=name))
        metadata, config = parsed(members.get(METADATA, "{}")), parsed(members[CONFIG])
        if not isinstance(config, dict) or not isinstance(metadata, dict):
            what, got = "The file's config.json describes no model.", type(config).__name__
            raise FileError(explain(what, got=got, expected="a JSON object"))
    assets = {n[len(ASSETS) :]: held for n, held in members.items() if n.startswith(ASSETS)}
    return Archive(metadata, config, members[WEIGHTS], assets)


def _is_known(name: str) -> bool:
    return name in (METADATA, CONFIG, WEIGHTS) or (name.startswith(ASSETS) and name[-1] != "/")


def _check(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse an archive whose members would be too large when unpacked, or are there twice."""
    names = [name for name in archive.namelist() if _is_known(name)]
    if len(set(names)) < len(names):
        what = "The file has two members of one name."
        raise FileError(explain(what, got=", ".join(names[:8]), expected="each name once"))
    if any(archive.getinfo(name).compress_type not in METHODS for name in names):
        what = "The file is packed in a way that is not read here."
        raise FileError(explain(what, got="bzip2, LZMA, ...", expected="stored, or deflated"))
    sizes = {name: archive.getinfo(name).file_size for name in names}
    texts = sum(sizes.get(name, 0) for name in (METADATA, CONFIG))
    whole = sum(sizes.values())
    if texts > max(LEAST_TEXT, size) or whole > max(LEAST, GROWTH * size):
        what = "The file would be too large when unpacked."
        got = f"{size:,} bytes that become {whole:,}, of them {texts:,} of JSON"
        raise FileError(explain(what, got=got, expected="less"))
