"""Files of known content, from a server to the cache, trusted by their SHA-256 alone."""

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


def cache_folder() -> Path:
    """Return where fetched files are kept: $PELLUCID_DATA, or pellucid's cache."""
    given = os.environ.get("PELLUCID_DATA")
    cache = os.environ.get("XDG_CACHE_HOME")
    return Path(given) if given else (Path(cache) if cache else Path.home() / ".cache") / "pellucid"


def fetch(urls: Sequence[str], sha256: str, place: Path, timeout: float = TIMEOUT) -> Path:
    """Bring a file to `place`, from the first address that has exactly it.

    It is written beside its place and renamed once its checksum is right, so that `place`
    never holds half a file.

    Raises:
        FileError: no address had it; the message says how to bring it by hand.
    """
    told = []
    for url in urls:
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _fetch_one(url, sha256, place, timeout)
        except (OSError, http.client.HTTPException, ValueError) as error:
            told.append(f"{url} ({str(error).splitlines()[0] or type(error).__name__})")
        else:
            return place
    what = f"{place.name} could not be fetched."
    hint = f"put the file there by hand: {place}"
    raise FileError(explain(what, got="; ".join(told), expected=f"SHA-256 {sha256}", hint=hint))


def _fetch_one(url: str, sha256: str, place: Path, timeout: float) -> None:
    digest = hashlib.sha256()
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=place.name, suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, urllib.request.urlopen(url, timeout=timeout) as reply:
            while chunk := reply.read(CHUNK):
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != sha256:
            raise ValueError(f"another file: SHA-256 {digest.hexdigest()[:16]}...")
        part.replace(place)
    finally:
        part.unlink(missing_ok=True)
