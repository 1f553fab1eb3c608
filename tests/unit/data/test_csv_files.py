"""Every way in which a CSV file can be broken, each refused by its line."""

import gzip

import polars as pl
import pytest

from pellucid.base.errors import DataError, FileError
from pellucid.data.csv_files import read_csv_text
from pellucid.data.reading import PLAIN
from pellucid.data.sources import open_data

SOUND = "a,b,kind\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n"


def write(tmp_path, content, name="data.csv"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path, error=DataError, **settings):
    with pytest.raises(error) as caught:
        open_data(path, **settings)
    return str(caught.value)


def test_a_sound_file_is_read_with_its_lines(tmp_path):
    data = open_data(write(tmp_path, SOUND))
    assert data.feature_names == ("a", "b")
    assert data.class_names == ("x", "y")
    assert data.lines.tolist() == [2, 3, 4, 5]
    assert data.column("b").values.tolist() == [2, 4, 6, 8]


@pytest.mark.parametrize(
    "content",
    [
        SOUND.replace("\n", "\r\n"),
        SOUND.replace("\n", "\r"),
        SOUND.rstrip("\n"),
        "\ufeff" + SOUND,
        SOUND.replace("1", " 1 "),
        SOUND.replace(",", ", "),
        SOUND.replace("x", '"x"'),
    ],
    ids=["crlf", "cr", "no last newline", "bom", "spaces", "spaces after commas", "quotes"],
)
def test_harmless_differences_change_nothing(tmp_path, content):
    plain = open_data(write(tmp_path, SOUND))
    other = open_data(write(tmp_path, content, "other.csv"))
    assert other.digest == plain.digest


def test_blank_lines_are_skipped_and_lines_counted_as_an_editor_does(tmp_path):
    content = 'a,kind\n\n1,"two\nlines"\n   \n2,y\n\n3,y\n4,"two\nlines"\n'
    data = open_data(write(tmp_path, content))
    assert data.lines.tolist() == [3, 6, 8, 9]
    assert data.class_names == ("two\nlines", "y")


def test_short_and_long_lines_are_refused_with_both_counts(tmp_path):
    short = refusal(write(tmp_path, "a,b,c\n1,2,x\n1,2\n1,2,y\n1\n"))
    assert short.startswith("Line 3 of data.csv has fewer cells")
    assert "2 cells (and 1 more such lines)" in short
    assert "expected: 3 cells" in short
    long = refusal(write(tmp_path, "a,b,c\n1,2,x\n1,2,y\n1,2,3,4\n"))
    assert long.startswith("Line 4 of data.csv has more cells")
    assert "in quotes" in long


def test_a_delimiter_inside_quotes_is_no_delimiter(tmp_path):
    data = open_data(write(tmp_path, 'a,kind\n1,"x, y"\n2,z\n3,"x, y"\n4,z\n'))
    assert data.class_names == ("x, y", "z")


def test_an_open_quote_is_refused_where_it_opens(tmp_path):
    told = refusal(write(tmp_path, 'a,kind\n1,x\n2,"y\n3,x\n'))
    assert told.startswith("Line 3 of data.csv opens a quote")


def test_a_quote_inside_a_cell_is_refused(tmp_path):
    told = refusal(write(tmp_path, 'a,kind\n1,5" pipe\n2,6" pipe\n3,x\n'))
    assert told.startswith(("data.csv cannot be read", "data.csv has quotes", "Line"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "data.csv is empty"),
        ("\n \n", "data.csv is empty"),
        ("a,b,c\n", "data.csv has no data rows: line 1"),
        ("\n\na,b,c\n\n", "data.csv has no data rows: line 3"),
    ],
)
def test_a_file_without_rows_is_refused(tmp_path, content, expected):
    assert refusal(write(tmp_path, content)).startswith(expected)


def test_one_column_is_refused_with_the_delimiter_it_may_have(tmp_path):
    told = refusal(write(tmp_path, SOUND), delimiter=";")
    assert told.startswith("Line 1 of data.csv has a single column")
    assert "delimiter=','" in told


def test_a_wrong_delimiter_is_told_before_the_lines_that_it_cuts_unevenly(tmp_path):
    told = refusal(write(tmp_path, "a,b\n1,2\n1,2;3\n"), delimiter=";")
    assert told.startswith("Line 1 of data.csv has a single column")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_found_and_noted(tmp_path, delimiter):
    data = open_data(write(tmp_path, SOUND.replace(",", delimiter)))
    assert data.feature_names == ("a", "b")
    assert any(repr(delimiter) in note for note in data.notes)


def test_a_name_given_twice_is_refused_with_its_places(tmp_path):
    told = refusal(write(tmp_path, "a,b,a\n1,2,x\n3,4,y\n"))
    assert told.startswith("Line 1 of data.csv has the column name 'a' more than once")
    assert "columns 1 and 3" in told


@pytest.mark.parametrize("line", ["5,3,0", "5.1,3.5,setosa"])
def test_numbers_for_names_are_refused(tmp_path, line):
    told = refusal(write(tmp_path, f"{line}\n4.9,3.0,1\n"))
    assert told.startswith("Line 1 of data.csv holds numbers where column names")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,ort\n1,Köln\n2,x\n".encode("latin-1"), "Line 2 of data.csv is not UTF-8 text"),
        (SOUND.encode("utf-16"), "data.csv is not CSV text but UTF-16 text"),
        (SOUND.encode() + b"9,\0,x\n", "Line 6 of data.csv has a zero byte"),
        (gzip.compress(SOUND.encode(), mtime=0), "data.csv is not CSV text but a gzip file"),
        (b"PAR1....", "data.csv is not CSV text but a Parquet file"),
        (b"PK\x03\x04....", "data.csv is not CSV text but a zip archive"),
        (bytes(range(128, 256)), "Line 1 of data.csv is not UTF-8 text"),
    ],
    ids=["latin-1", "utf-16", "nul", "gzip", "parquet", "zip", "binary"],
)
def test_what_is_no_text_is_refused_by_its_byte(tmp_path, content, expected):
    told = refusal(write(tmp_path, content), FileError)
    assert told.startswith(expected)
    assert "at byte " in told


def test_the_byte_that_is_named_is_the_wrong_one(tmp_path):
    told = refusal(write(tmp_path, "a,ort\n1,Köln\n".encode("latin-1")), FileError)
    assert "f6 at byte 9" in told


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig", "cp1252"])
def test_another_encoding_is_read_when_it_is_named(tmp_path, encoding):
    path = write(tmp_path, "a,ort\n1,Köln\n2,Bonn\n3,Köln\n4,Bonn\n".encode(encoding))
    assert open_data(path, text_encoding=encoding).class_names == ("Bonn", "Köln")


def test_an_unknown_or_wrong_encoding_is_refused(tmp_path):
    path = write(tmp_path, "a,ort\n1,Köln\n")
    assert "utf-9" in refusal(path, FileError, text_encoding="utf-9")
    assert "ascii" in refusal(path, FileError, text_encoding="ascii")


def test_the_text_agrees_with_polars_on_a_tangled_file(tmp_path):
    content = 'a,b\n"1,2","x ""y"""\n"\n\n",z\n,""\n'
    text = read_csv_text(write(tmp_path, content), PLAIN)
    frame = pl.read_csv(text.content, infer_schema=False)
    assert frame.height == len(text.lines) == 3
    assert text.lines.tolist() == [2, 3, 6]
