"""The value that every source becomes."""

import numpy as np
import pytest

from pellucid.base.errors import DataError
from pellucid.data.sources import open_data

COLUMNS = {"a": [1.5, 2, 3, 4], "kind": ["x", "y", "x", "y"]}


def test_rows_are_taken_from_everything_at_once(tmp_path):
    path = tmp_path / "data.csv"
    path.write_text("a,who,day,kind\n1,p,4,x\n2,q,3,y\n3,p,2,x\n4,q,1,y\n")
    some = open_data(path, groups="who", time="day").take(np.array([3, 0]))
    assert some.rows == 2
    assert some.column("a").values.tolist() == [4, 1]
    assert some.labels.tolist() == [1, 0]
    assert some.groups.tolist() == [1, 0]
    assert some.time.tolist() == [1, 4]
    assert some.lines.tolist() == [5, 2]
    assert some.where(0) == "Line 5 of data.csv"


def test_the_digest_changes_with_any_content():
    plain = open_data(COLUMNS).digest
    assert plain == open_data(dict(COLUMNS)).digest
    for change in ({"a": [1.5, 2, 3, 5]}, {"kind": ["x", "y", "y", "x"]}, {"kind": ["x", "z"] * 2}):
        assert open_data(COLUMNS | change).digest != plain
    pictures = open_data("mnist").take(np.arange(20))
    changed = pictures.x.copy()
    changed[0, 0, 0, 0] ^= 1
    assert pictures.digest != pictures.take(np.arange(19)).digest
    assert type(pictures)("other", changed, pictures.target).digest != pictures.digest


def test_an_unknown_column_is_refused():
    with pytest.raises(DataError, match="no column 'b'"):
        open_data(COLUMNS).column("b")
    with pytest.raises(DataError, match="pictures"):
        open_data("mnist").column("b")


def test_rows_without_a_file_are_counted_from_0():
    assert open_data(COLUMNS).where(0) == "Row 0 of the dictionary"
