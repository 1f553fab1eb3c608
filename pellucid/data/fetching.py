"""Files of known content, from a server to the cache, trusted by their checksum alone."""

import hashlib
import http.client
import os
import tempfile
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from pellucid.base.errors import FileError, explain

TIMEOUT = 20.0  # seconds without an answer
CHUNK = 1 << 20
MD5_DIGITS = 32


def cache_folder() -> Path:
    """Return where fetched files are kept: $PELLUCID_DATA, or pellucid's cache."""
    given = os.environ.get("PELLUCID_DATA")
    cache = os.environ.get("XDG_CACHE_HOME")
    return Path(given) if given else (Path(cache) if cache else Path.home() / ".cache") / "pellucid"


def fetch(urls: Sequence[str], checksum: str | None, place: Path, timeout: float = TIMEOUT) -> Path:
    """Bring a file to `place`, from the first address that has exactly it.

    It is written beside its place and renamed once its checksum is right, so that `place`
    never holds half a file. `checksum` is a SHA-256, an MD5 (32 digits), or None for a file
    nobody knows beforehand.

    Raises:
        FileError: no address had it; the message says how to bring it by hand.
    """
    told = []
    for url in urls:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _fetch_one(url, checksum, place, timeout)
        except (OSError, http.client.HTTPException, ValueError) as error:
            told.append(f"{url} ({str(error).splitlines()[0] or type(error).__name__})")
        else:
            return place
    what = f"{place.name} could not be fetched."
    hint = f"put the file there by hand: {place}"
    expected = f"{_kind(checksum)} {checksum}" if checksum else "a file"
    raise FileError(explain(what, got="; ".join(told), expected=expected, hint=hint))


def _kind(checksum: str | None) -> str:
    return "MD5" if checksum and len(checksum) == MD5_DIGITS else "SHA-256"


def _fetch_one(url: str, checksum: str | None, place: Path, timeout: float) -> None:
    kind = _kind(checksum)
    digest = hashlib.new(kind.replace("-", ""), usedforsecurity=False)
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=place.name, suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, urllib.request.urlopen(url, timeout=timeout) as reply:
            while chunk := reply.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
        if checksum and digest.hexdigest() != checksum:
            raise ValueError(f"another file: {kind} {digest.hexdigest()[:16]}...")
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
