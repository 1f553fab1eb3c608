"""TensorBoard's event files: named numbers by step, written without TensorFlow.

A file is a row of records; a record is its length, its bytes, and a checksum of each:

    uint64 length | uint32 masked crc of the length | bytes | uint32 masked crc of the bytes

with crc = CRC-32C and masked = (crc >> 15 | crc << 17) + 0xa282ead8, in 32 bits. The bytes
are a protocol buffer `Event`: wall_time = 1, step = 2, file_version = 3, summary = 5; a
summary's values are its field 1, each with tag = 1 and simple_value = 2.

Source: "TFRecords Format Details" in TensorFlow's guide to Python IO; event.proto and
summary.proto in TensorFlow's repository.
"""

import os
import socket
import struct
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path

VERSION = b"brain.Event:2"
VARINT, DOUBLE, BYTES, FLOAT = 0, 1, 2, 5  # the wire types of protocol buffers
POLYNOMIAL = 0x82F63B78  # Castagnoli's, its bits reversed

_numbers = count()


class EventFile:
    """A file in `folder` that grows by an event at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        parts = (f"{int(time.time()):010d}", socket.gethostname(), os.getpid(), next(_numbers))
        name = ".".join(["events.out.tfevents", *map(str, parts), "v2"])
        self._file = (folder / name).open("wb")
        self._write(_field(3, BYTES, VERSION))

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Write one event with these values."""
        summary = b"".join(
            _field(1, BYTES, _field(1, BYTES, tag.encode()) + _field(2, FLOAT, value))
            for tag, value in values.items()
        )
        self._write(_field(2, VARINT, step) + _field(5, BYTES, summary))

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, event: bytes) -> None:
        event = _field(1, DOUBLE, time.time()) + event
        length = struct.pack("<Q", len(event))
        self._file.write(length + _checksum(length) + event + _checksum(event))
        self._file.flush()


def crc32c(content: bytes) -> int:
    """Return the CRC-32C of `content`.

    Example:
        >>> hex(crc32c(b"123456789"))
        '0xe3069283'
    """
    crc = 0xFFFFFFFF
    for byte in content:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _checksum(content: bytes) -> bytes:
    crc = crc32c(content)
    masked = ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
    return struct.pack("<I", masked)


def _entry(index: int) -> int:
    for _ in range(8):
        index = index >> 1 ^ (POLYNOMIAL if index & 1 else 0)
    return index


_TABLE = tuple(_entry(index) for index in range(256))


def _field(number: int, wire: int, value: bytes | float) -> bytes:
    """Return one field of a protocol buffer."""
    head = _varint(number << 3 | wire)
    if isinstance(value, bytes):
        return head + _varint(len(value)) + value
    if wire == VARINT:
        return head + _varint(int(value))
    return head + struct.pack("<d" if wire == DOUBLE else "<f", value)


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value > 0x7F:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits, value])
