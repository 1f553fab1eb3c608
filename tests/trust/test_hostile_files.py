"""M2 to M9: files made to do harm are refused with the reason, and cost little."""

from pathlib import Path

import numpy as np
import pytest
from hostile_files import HOSTILE, Hostile
from mutants import MEGABYTES, measured

from pellucid.base.errors import FileError, ShapeError


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda one: f"{one.name} ({one.of})")
def test_hostile_files_are_refused(hostile: Hostile, whole, tmp_path: Path):
    sample = whole[hostile.of]
    path = tmp_path / hostile.of
    path.write_bytes(hostile.change(sample.content))
    with pytest.raises((FileError, ShapeError), match=hostile.why) as refusal:
        sample.read(path)
    told = str(refusal.value)
    assert str(path) in told
    assert "\n  got: " in told
    assert "\n  expected: " in told
    assert measured(lambda: _read(sample, path))[2] < MEGABYTES


def test_what_is_held_is_measured():
    assert measured(lambda: np.ones(10**7))[2] > MEGABYTES


def _read(sample, path):
    with pytest.raises((FileError, ShapeError)):
        sample.read(path)
