"""The hashes of Keras's hashing layers, against values from other implementations."""

import pytest

from pellucid.keras.engine.layers.hashing import farm_fingerprint, siphash

# Given by the pyfarmhash package, 0.5.1, for this letter so many times; the last over blocks.
FARMHASH = {
    "": 11160318154034397263,
    "A": 16915294056622060564,
    "abcd": 1897425971756105985,
    "skywalker": 8332060478004835230,
    "x" * 20: 8233088228747857348,
    "y" * 40: 276292113409495006,
    "z" * 64: 294799756062990872,
    "w" * 65: 12495383604066267776,
    "abc" * 30: 4303131457557429970,
    "w" * 128: 1651997402916279192,
    "w" * 200: 5137922210105849728,
}


@pytest.mark.parametrize("word", FARMHASH, ids=len)
def test_farmhash(word):
    assert farm_fingerprint(word.encode()) == FARMHASH[word]


def test_siphash_as_its_paper_works_it_out():
    assert siphash(bytes(range(15)), (0x0706050403020100, 0x0F0E0D0C0B0A0908)) == 0xA129CA6149BE45E5
