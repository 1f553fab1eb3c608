"""Files from the net in Keras's folder, checked and unpacked inside it."""

import hashlib
import shutil
import tarfile
import tempfile
import urllib.parse
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pellucid.base.errors import ConfigError, FileError, explain
from pellucid.data.fetching import CHUNK, fetch
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.settings import keras_home, say

ALGORITHMS = {32: "md5", 64: "sha256"}


def get_file(
    fname: Any = None,
    origin: str | None = None,
    untar: bool = False,
    md5_hash: str | None = None,
    file_hash: str | None = None,
    cache_subdir: str = "datasets",
    hash_algorithm: str = "auto",
    extract: bool = False,
    archive_format: Any = "auto",
    cache_dir: Any = None,
    force_download: bool = False,
) -> str:
    """Return the path of a file of the net, fetched into Keras's folder unless it lies there.

    A file of another checksum than `file_hash` is fetched again. With `extract` the archive
    is unpacked beside it, and the path is that of its folder.

    Raises:
        ConfigError: the address or the name is no such thing.
        FileError: the file is not to be had; the message says where to put it by hand.
    """
    if not origin:
        what, expected = "get_file(origin=...) has no address.", "the URL of a file"
        raise ConfigError(explain(what, got=origin, expected=expected))
    name = str(fname) if fname else PurePosixPath(urllib.parse.urlsplit(origin).path).name
    if not name or "/" in name or "\\" in name or name in (".", ".."):
        what, hint_text = "get_file(fname=...) is no file name.", "folders go into cache_subdir"
        raise ConfigError(explain(what, got=repr(name), expected="a name", hint=hint_text))
    if untar:
        hint("untar", "get_file(untar=...) is called extract= since Keras 3")
    checksum, algorithm = file_hash or md5_hash, hash_algorithm
    if md5_hash and not file_hash:
        algorithm = "md5"
    folder = (Path(cache_dir).expanduser() if cache_dir else keras_home()) / cache_subdir
    if not (extract or untar):
        return str(bring(folder / name, (origin,), checksum, algorithm, force_download))
    file, target = _archive_places(folder, name, bool(fname))
    bring(file, (origin,), checksum, algorithm, force_download)
    if not unpack(file, target, "tar" if untar else archive_format):
        warnings.warn(f"{file.name} is no archive that can be unpacked.", stacklevel=2)
    return str(target)


def bring(
    place: Path,
    origins: Sequence[str],
    checksum: str | None = None,
    algorithm: str = "auto",
    anew: bool = False,
) -> Path:
    """Return `place`, with the file of that checksum in it, fetched if need be.

    Raises:
        FileError: it is not to be had.
    """
    kind = algorithm if algorithm in ALGORITHMS.values() else ALGORITHMS.get(len(checksum or ""))
    if checksum and kind is None:
        what = "file_hash is no checksum."
        raise ConfigError(explain(what, got=checksum, expected="64 or 32 hexadecimal digits"))
    if place.is_file() and not anew:
        if not checksum or checksum_of(place, kind or "") == checksum.lower():
            return place
        say(f"{place.name} is not what it should be, and is fetched again.")
    say(f"Downloading data from {origins[0]}")
    return fetch(origins, checksum.lower() if checksum else None, place)


def checksum_of(path: Path, algorithm: str) -> str:
    """Return a file's checksum in hexadecimal digits."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while part := file.read(CHUNK):
            digest.update(part)
    return digest.hexdigest()


def unpack(file: Path, target: Path, archive_format: Any = "auto") -> bool:
    """Unpack a tar or zip archive into the folder `target`; tell whether it is one.

    Nothing is written outside the folder: members with other places, links out of it, and
    devices are refused. The folder appears once everything is in it.

    Raises:
        FileError: the archive is broken, or wants to write elsewhere.
    """
    kinds = ("tar", "zip") if archive_format == "auto" else archive_format or ()
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    is_kind = {"tar": tarfile.is_tarfile, "zip": zipfile.is_zipfile}
    found = next((kind for kind in kinds if kind in is_kind and is_kind[kind](file)), None)
    if found is None:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=target.parent, prefix=target.name, suffix=".part"))
    try:
        _unpack_tar(file, part) if found == "tar" else _unpack_zip(file, part)
        shutil.copytree(part, target, dirs_exist_ok=True, symlinks=True)
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError, RuntimeError) as error:
        what, got = f"{file.name} cannot be unpacked.", str(error).splitlines()[0]
        expected = "a whole archive that stays in its folder"
        raise FileError(explain(what, got=got, expected=expected)) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return True


def _unpack_tar(file: Path, folder: Path) -> None:
    with tarfile.open(file) as archive:
        archive.extractall(folder, filter="data")


def _unpack_zip(file: Path, folder: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            parts = PurePosixPath(name.replace("\\", "/"))
            if parts.is_absolute() or ".." in parts.parts:
                raise zipfile.BadZipFile(f"{name} lies outside")
        archive.extractall(folder)


def _archive_places(folder: Path, name: str, given: bool) -> tuple[Path, Path]:
    """Return where Keras puts an archive and its folder."""
    if given and "." in name:
        return folder / name, folder / f"{name.partition('.')[0]}_extracted"
    return folder / f"{name}_archive", folder / name
