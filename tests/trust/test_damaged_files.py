"""M1: a file that was cut, flipped or changed in any way is refused, or read as it was.

All lengths and all bits are tried in the nightly command; `mutants.py` counts what comes of
100,000 mutants, and `fuzzing.py` looks for those that reach further.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from mutants import mutant, outcome

FUZZING = Path(__file__).parents[1] / "fuzzing.py"
NAMES = (
    *("model.safetensors", "checkpoint.safetensors", "machine.safetensors"),
    *("model.keras", "model.weights.h5", "old.h5", "keras.weights.h5"),
    *("model.onnx", "theirs.onnx", "experiment.toml", "encoding.json", "scores.json"),
)
pytestmark = pytest.mark.filterwarnings("ignore")


def came_of(whole, name, tmp_path, kind, content):
    """What came of reading a content; a change that nobody could tell is "other"."""
    path = tmp_path / name
    path.write_bytes(whole[name].content)
    digest = whole[name].read(path)
    path.write_bytes(content)
    return outcome(whole[name], path, kind, digest)


def test_M1_every_format_is_tried(whole):
    assert set(NAMES) == {name for name in whole if ".alone." not in name}


@pytest.mark.parametrize("name", NAMES)
def test_M1_mutants_are_refused_or_the_same(whole, name, tmp_path):
    for number in range(12):
        kind, content = mutant(name, whole[name], number)
        came = came_of(whole, name, tmp_path, kind, content)
        assert came in ("refused", "same", "other"), f"{name} {number}: {came}"


@pytest.mark.parametrize("name", NAMES)
def test_M1_cut_files_are_refused(whole, name, tmp_path):
    content = whole[name].content
    for length in range(0, len(content) - 80, len(content) // 8):
        came = came_of(whole, name, tmp_path, "damaged", content[:length])
        assert came == "refused", f"{name}, {length} bytes: {came}"


def cut_or_flipped(content):
    """Give a file at every shorter length, and with every bit flipped."""
    yield from (content[:length] for length in range(len(content)))
    for place in range(8 * len(content)):
        data = bytearray(content)
        data[place // 8] ^= 1 << place % 8
        yield bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_M1_every_length_and_every_bit(whole, name, tmp_path):
    path = tmp_path / name
    path.write_bytes(whole[name].content)
    digest = whole[name].read(path)
    for number, one in enumerate(cut_or_flipped(whole[name].content)):
        path.write_bytes(one)
        came = outcome(whole[name], path, "damaged", digest)
        assert came in ("refused", "same") + ("other",) * (not whole[name].sealed), number


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_M1_mutants_guided_by_coverage(name, tmp_path):
    command = [sys.executable, FUZZING, name, "-runs=4000"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
