"""The `.keras` file as a container: a zip of two JSON texts and an HDF5 file."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any, NamedTuple

from pellucid.base.errors import FileError, explain
from pellucid.interop.atomic import write_atomically

METADATA, CONFIG, WEIGHTS, ASSETS = "metadata.json", "config.json", "model.weights.h5", "assets/"
VERSION = "3.15.1"  # of the Keras that reads these files as its own
LARGEST_TEXT = 256 * 2**20  # of JSON
SMALL, GROWTH = 16 * 2**20, 100  # a member of more bytes may not grow this much when unpacked


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
    if not Path(path).is_file():
        what = f"There is no file {str(path)!r}."
        raise FileError(explain(what, got="nothing there", expected="a .keras file"))
    try:
        with zipfile.ZipFile(path) as archive:
            texts = [_json(archive, name) for name in (METADATA, CONFIG)]
            assets = {
                member.filename[len(ASSETS) :]: _member(archive, member.filename)
                for member in archive.infolist()
                if member.filename.startswith(ASSETS) and not member.is_dir()
            }
            weights = _member(archive, WEIGHTS)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        what = f"{str(path)!r} is no .keras file, or a damaged one."
        expected = "a zip with config.json and model.weights.h5"
        raise FileError(explain(what, got=error, expected=expected)) from error
    metadata, config = texts
    if not isinstance(config, dict) or not isinstance(metadata, dict):
        what = f"{str(path)!r} has a config.json that describes no model."
        raise FileError(explain(what, got=type(config).__name__, expected="a JSON object"))
    return Archive(metadata, config, weights, assets)


def parsed(text: str | bytes) -> Any:
    """Return what a JSON text says.

    Raises:
        FileError: it is none.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        what = "The description of the model is no valid JSON."
        raise FileError(explain(what, got=error, expected="JSON")) from error


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    if name == METADATA and name not in archive.namelist():
        return {}
    return parsed(_member(archive, name, LARGEST_TEXT))


def _member(archive: zipfile.ZipFile, name: str, largest: int | None = None) -> bytes:
    try:
        member = archive.getinfo(name)
    except KeyError:
        what = f"The file has no {name}."
        got = ", ".join(archive.namelist()[:8])
        raise FileError(explain(what, got=got, expected=name)) from None
    grows = member.file_size > max(SMALL, GROWTH * member.compress_size)
    if grows or (largest is not None and member.file_size > largest):
        what = f"{name} in the file would be too large when unpacked."
        got = f"{member.compress_size:,} bytes that become {member.file_size:,}"
        raise FileError(explain(what, got=got, expected="less"))
    with archive.open(member) as packed:
        content = packed.read(member.file_size + 1)
    if len(content) != member.file_size:
        what = f"{name} in the file has another size than it says."
        raise FileError(explain(what, got=len(content), expected=member.file_size))
    return content
