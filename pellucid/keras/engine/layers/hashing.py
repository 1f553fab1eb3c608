"""The two hashes that Keras's hashing layers use, so that words land in Keras's bins.

FarmHash's 64-bit fingerprint where there is no salt, SipHash-2-4 keyed by the salt where there
is. Both are tested against values other implementations give.
"""

from typing import NamedTuple

MASK = (1 << 64) - 1
K0, K1, K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
BLOCK = 64


class Pair(NamedTuple):
    """Two words of 64 bits."""

    first: int
    second: int


def farm_fingerprint(data: bytes) -> int:
    """Return FarmHash's fingerprint of `data`, the same on every machine.

    Source: tensorflow.strings.to_hash_bucket_fast is documented as this hash; values compared
    with the pyfarmhash package.
    """
    length = len(data)
    if length <= 16:
        return _up_to_16(data, length)
    if length <= 32:
        return _up_to_32(data, length)
    return _up_to_64(data, length) if length <= BLOCK else _longer(data, length)


def siphash(data: bytes, key: tuple[int, int]) -> int:
    """Return SipHash-2-4 of `data` under a key of two words.

    Source: J.-P. Aumasson and D. J. Bernstein, SipHash: a fast short-input PRF, 2012; tested
    with the value worked out in its appendix A.
    """
    low, high = key[0] & MASK, key[1] & MASK
    state = [
        low ^ 0x736F6D6570736575, high ^ 0x646F72616E646F6D,
        low ^ 0x6C7967656E657261, high ^ 0x7465646279746573,
    ]  # fmt: skip
    whole = len(data) // 8 * 8
    last = data[whole:].ljust(7, b"\0") + bytes([len(data) & 0xFF])
    for start in range(0, whole + 8, 8):
        word = int.from_bytes(data[start : start + 8] if start < whole else last, "little")
        state[3] ^= word
        _sip_round(state)
        _sip_round(state)
        state[0] ^= word
    state[2] ^= 0xFF
    for _ in range(4):
        _sip_round(state)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _sip_round(v: list[int]) -> None:
    for a, b, turn in ((0, 1, 13), (2, 3, 16)):
        v[a] = (v[a] + v[b]) & MASK
        v[b] = _left(v[b], turn) ^ v[a]
    v[0] = _left(v[0], 32)
    for a, b, turn in ((2, 1, 17), (0, 3, 21)):
        v[a] = (v[a] + v[b]) & MASK
        v[b] = _left(v[b], turn) ^ v[a]
    v[2] = _left(v[2], 32)


def _left(word: int, bits: int) -> int:
    return ((word << bits) | (word >> (64 - bits))) & MASK


def _right(word: int, bits: int) -> int:
    return _left(word & MASK, 64 - bits)


def _word(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 8], "little")


def _half(data: bytes, place: int) -> int:
    return int.from_bytes(data[place : place + 4], "little")


def _shift_mix(word: int) -> int:
    word &= MASK
    return word ^ (word >> 47)


def _mix(u: int, v: int, factor: int) -> int:
    u, v = u & MASK, v & MASK
    a = _shift_mix((u ^ v) * factor)
    return _shift_mix((v ^ a) * factor) * factor & MASK


def _up_to_16(data: bytes, length: int) -> int:
    factor = K2 + 2 * length
    if length >= 8:
        a, b = _word(data, 0) + K2, _word(data, length - 8)
        return _mix(_right(b, 37) * factor + a, (_right(a, 25) + b) * factor, factor)
    if length >= 4:
        return _mix(length + (_half(data, 0) << 3), _half(data, length - 4), factor)
    if length:
        y = data[0] + (data[length >> 1] << 8)
        z = length + (data[-1] << 2)
        return _shift_mix(y * K2 ^ z * K0) * K2 & MASK
    return K2


def _up_to_32(data: bytes, length: int) -> int:
    factor = K2 + 2 * length
    a, b = _word(data, 0) * K1, _word(data, 8)
    c, d = _word(data, length - 8) * factor, _word(data, length - 16) * K2
    return _mix(_right(a + b, 43) + _right(c, 30) + d, a + _right(b + K2, 18) + c, factor)


def _up_to_64(data: bytes, length: int) -> int:
    factor = K2 + 2 * length
    a, b = _word(data, 0) * K2, _word(data, 8)
    c, d = _word(data, length - 8) * factor, _word(data, length - 16) * K2
    y = _right(a + b, 43) + _right(c, 30) + d
    z = _mix(y, a + _right(b + K2, 18) + c, factor)
    e, f = _word(data, 16) * factor, _word(data, 24)
    g, h = (y + _word(data, length - 32)) * factor, (z + _word(data, length - 24)) * factor
    return _mix(_right(e + f, 43) + _right(g, 30) + h, e + _right(f + a, 18) + g, factor)


def _four_words(data: bytes, place: int, a: int, b: int) -> Pair:
    w, x, y, z = (_word(data, place + step) for step in (0, 8, 16, 24))
    a += w
    b = _right(b + a + z, 21)
    c = a
    a += x + y
    return Pair((a + z) & MASK, (b + _right(a, 44) + c) & MASK)


def _longer(data: bytes, length: int) -> int:
    seed = 81
    y = (seed * K1 + 113) & MASK
    z = _shift_mix(y * K2 + 113) * K2 & MASK
    x = (seed * K2 + _word(data, 0)) & MASK
    v = w = Pair(0, 0)
    for place in range(0, (length - 1) // BLOCK * BLOCK, BLOCK):
        x = _right(x + y + v.first + _word(data, place + 8), 37) * K1
        y = _right(y + v.second + _word(data, place + 48), 42) * K1
        x = (x ^ w.second) & MASK
        y = (y + v.first + _word(data, place + 40)) & MASK
        z = _right(z + w.first, 33) * K1 & MASK
        v = _four_words(data, place, v.second * K1, x + w.first)
        w = _four_words(data, place + 32, z + w.second, y + _word(data, place + 16))
        x, z = z, x
    factor, place = K1 + ((z & 0xFF) << 1), length - BLOCK
    w = Pair(w.first + ((length - 1) & 63), w.second)
    v = Pair(v.first + w.first, v.second)
    w = Pair(w.first + v.first, w.second)
    x = _right(x + y + v.first + _word(data, place + 8), 37) * factor
    y = _right(y + v.second + _word(data, place + 48), 42) * factor
    x = (x ^ w.second * 9) & MASK
    y = y + v.first * 9 + _word(data, place + 40)
    z = _right(z + w.first, 33) * factor
    v = _four_words(data, place, v.second * factor, x + w.first)
    w = _four_words(data, place + 32, z + w.second, y + _word(data, place + 16))
    x, z = z, x
    end = _mix(v.first, w.first, factor) + _shift_mix(y) * K0 + z
    return _mix(end, _mix(v.second, w.second, factor) + x, factor)
