"""IDX, the format of MNIST's files: a kind, the lengths of the axes, then bytes.

Two zero bytes, the type (8: unsigned byte), the number of axes, then each length as four
bytes with the highest first. Source: torchvision, datasets/mnist.py,
`read_sn3_pascalvincent_tensor`.
"""

import gzip
import math
import zlib
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from pellucid.base.errors import FileError, explain

UNSIGNED_BYTE = 8


def read_idx(path: Path, axes: int) -> UInt8[np.ndarray, "..."]:
    """Return the array of bytes in an IDX file, packed by gzip or not.

    Raises:
        FileError: the file is cut short, too long, or no IDX file with so many axes.
    """
    content = _unpacked(path)
    start = bytes([0, 0, UNSIGNED_BYTE, axes])
    if not content.startswith(start):
        got, expected = content[:4].hex(" ") or "nothing", f"{start.hex(' ')} at its beginning"
        what = f"{path.name} is no IDX file of bytes with {axes} axes."
        raise FileError(explain(what, got=got, expected=expected))
    head = content[4 : 4 + 4 * axes].ljust(4 * axes, b"\0")
    sizes = np.frombuffer(head, ">u4").tolist()
    wanted, found = math.prod(sizes), len(content) - 4 - 4 * axes
    if found != wanted:
        what = f"{path.name} is not whole."
        got, expected = f"{found} bytes of data", f"{wanted} for the shape {tuple(sizes)}"
        raise FileError(explain(what, got=got, expected=expected, hint="fetch the file again"))
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(sizes)


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        what, expected = f"{path.name} is a broken gzip file.", "a whole one"
        hint = "fetch the file again"
        raise FileError(explain(what, got=str(error), expected=expected, hint=hint)) from error
