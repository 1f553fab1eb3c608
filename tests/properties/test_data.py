"""What holds of splits and encodings, whatever the rows."""

import json
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pellucid.base.errors import PellucidError
from pellucid.data.csv_files import read_csv_text
from pellucid.data.encoding import Encoding, learn
from pellucid.data.labels import from_one_hot, one_hot
from pellucid.data.reading import Reading
from pellucid.data.sources import open_data
from pellucid.data.splits import partition

SHARES = st.lists(st.integers(1, 8), min_size=1, max_size=4).map(
    lambda parts: tuple(part / sum(parts) for part in parts)
)
SEEDS = st.integers(0, 2**32 - 1)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)


def assert_partition(parts, rows):
    assert sorted(np.concatenate(parts).tolist()) == list(range(rows))


@given(rows=st.integers(40, 300), shares=SHARES, seed=SEEDS, data=st.data())
def test_a_stratified_split_is_a_partition_in_proportion(rows, shares, seed, data):
    classes = data.draw(hnp.arrays(np.int64, rows, elements=st.integers(0, 4)))
    parts = partition(rows, shares, stratify=classes, seed=seed)
    assert_partition(parts, rows)
    again = partition(rows, shares, stratify=classes, seed=seed)
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))
    for label, members in zip(*np.unique(classes, return_counts=True), strict=True):
        counts = [int((classes[part] == label).sum()) for part in parts]
        ideal = [members * share for share in shares]
        if members >= len(shares):
            assert min(counts) >= 1
        if min(ideal) >= 1:
            off = [abs(count - wish) for count, wish in zip(counts, ideal, strict=True)]
            assert max(off) < 1 + 1e-6
    if min(shares) * np.bincount(classes)[np.unique(classes)].min() >= 1:
        totals = [abs(len(part) - rows * share) for part, share in zip(parts, shares, strict=True)]
        assert max(totals) < len(shares)


@given(rows=st.integers(1, 200), shares=SHARES, seed=SEEDS)
def test_a_plain_split_is_off_by_less_than_a_row(rows, shares, seed):
    if rows < 8 * len(shares):
        rows += 8 * len(shares)
    parts = partition(rows, shares, seed=seed)
    assert_partition(parts, rows)
    for part, share in zip(parts, shares, strict=True):
        assert part.size >= 1
        assert abs(part.size - rows * share) < 1 + 1e-6 or rows * share < 1


@given(groups=hnp.arrays(np.int64, st.integers(50, 150), elements=st.integers(0, 30)), seed=SEEDS)
def test_no_group_is_in_two_parts(groups, seed):
    if len(np.unique(groups)) < 10:
        groups = np.arange(len(groups)) // 5
    parts = partition(len(groups), (0.6, 0.2, 0.2), groups=groups, seed=seed)
    assert_partition(parts, len(groups))
    homes = [set(groups[part].tolist()) for part in parts]
    assert sum(map(len, homes)) == len(set.union(*homes))


@given(
    moments=hnp.arrays(np.int64, st.integers(20, 100), elements=st.integers(0, 10**6), unique=True)
)
def test_parts_by_time_follow_each_other(moments):
    parts = partition(len(moments), (0.5, 0.3, 0.2), time=moments)
    assert_partition(parts, len(moments))
    for before, after in pairwise(parts):
        assert moments[before].max() < moments[after].min()


@given(labels=st.lists(WORDS, min_size=1, max_size=30))
def test_one_hot_undoes_itself(labels):
    matrix, names = one_hot(np.array(labels, dtype=object))
    assert from_one_hot(matrix, names).tolist() == labels


@given(
    numbers=st.lists(st.none() | st.integers(-999, 999), min_size=8, max_size=20),
    words=st.lists(st.none() | st.sampled_from("uvw"), min_size=8, max_size=20),
    missing=st.sampled_from(["mean", "median", "most_frequent", "category"]),
)
def test_an_encoding_knows_only_training_rows_and_survives_json(numbers, words, missing):
    rows = min(len(numbers), len(words))
    numbers = [1, 2, *numbers[2:rows]]
    words = ["u", "v", *words[2:rows]]
    columns = {"n": numbers, "w": words, "kind": ["x", "y"] + ["x"] * (rows - 2)}
    raw = open_data(columns, missing=missing, unknown="ignore")
    train = np.arange(rows // 2 + 1)
    encoding = learn(raw, train)
    x, y = encoding.encode(raw)
    assert np.isfinite(x).all()
    assert x.shape == (rows, *encoding.shape) == (rows, len(encoding.feature_names))
    assert Encoding.from_json(json.loads(json.dumps(encoding.to_json()))) == encoding
    assert encoding.decode(y).tolist() == columns["kind"]
    new = encoding.encode_new({key: values[::-1] for key, values in reversed(columns.items())})
    np.testing.assert_array_equal(new.x, x[::-1])


@settings(max_examples=50)
@given(
    cells=st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
)
def test_any_file_that_polars_writes_is_laid_out_as_polars_reads_it(cells, delimiter):
    frame = pl.DataFrame(cells, schema=["first", "second"], orient="row")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        frame.write_csv(path, separator=delimiter, quote_style="always")
        text = read_csv_text(path, Reading(delimiter=delimiter))
        read = pl.read_csv(text.content, separator=delimiter, infer_schema=False)
        lines = path.read_bytes().decode().split("\n")
    assert read.height == len(text.lines) == len(cells)
    for line, (first, _) in zip(text.lines, cells, strict=True):
        assert lines[line - 1].startswith('"' + first.replace('"', '""').split("\n")[0])


CELL = st.sampled_from(
    [
        "",
        "1",
        "-2.5",
        "x",
        "true",
        "2026-01-01",
        "1,5",
        '"',
        '""',
        '"a,b"',
        " ",
        "inf",
        "é",
        "1e400",
    ]
)
LINES = st.lists(st.lists(CELL, min_size=1, max_size=4).map(",".join), max_size=8)


@settings(max_examples=100)
@given(content=LINES.map("\n".join).map(str.encode) | st.binary(max_size=80), table=LINES)
def test_any_bytes_are_read_or_refused_and_nothing_else(content, table):
    header = b"a,b,kind\n" + "\n".join(table).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.csv"
        for attempt in (content, header):
            path.write_bytes(attempt)
            try:
                data = open_data(path, missing="mean")
                x, y = learn(data).encode(data)
            except PellucidError as error:
                assert str(error).count("\n  got: ") == 1
            else:
                assert np.isfinite(x).all()
                assert len(x) == len(y) == data.rows
