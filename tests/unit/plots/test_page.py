"""A page is one safe file: nothing runs, nothing is fetched, every name is only text."""

import base64
import re
from html.parser import HTMLParser

import pytest

from pellucid.plots.blocks import (
    Code,
    Facts,
    Note,
    Page,
    Picture,
    Sentence,
    Table,
    cell_text,
    section,
)
from pellucid.plots.page import to_html

VOID = {"meta", "img", "br", "hr", "link", "input"}
HOSTILE = '</title></style><script>alert(1)</script><img src=x onerror="alert(2)">'
SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>'


class Reader(HTMLParser):
    """Collects tags and text, and fails where an element is closed out of turn."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def read(page):
    reader = Reader()
    reader.feed(to_html(page))
    reader.close()
    assert reader.open == []
    return reader


def page_of(word):
    table = Table((word, "rows"), ((word, 1234), (word, 5)), word)
    blocks = (
        Sentence(word),
        Facts(((word, word), ("seed", 7))),
        Note(word, "warning"),
        Code(word),
        table,
        Picture(SVG, word, word, numbers=table),
        section(word, Sentence(word), section(word, Sentence(word))),
    )
    return Page(word, (section(word, *blocks), section(word)), about=word)


@pytest.mark.parametrize("word", ["plain", HOSTILE, "a & b", "a\x00b\ud800", "]]>--><!--"])
def test_a_page_is_well_formed_whatever_the_names(word):
    reader = read(page_of(word))
    assert not reader.all("script")
    assert not [a for _, attributes in reader.tags for a in attributes if a.startswith("on")]
    assert len(reader.all("img")) == 1


def test_a_hostile_name_is_shown_as_it_is():
    assert read(page_of(HOSTILE)).text.count(HOSTILE) >= 10


def test_nothing_is_fetched_and_nothing_runs():
    text = to_html(page_of("x"))
    reader = read(page_of("x"))
    policy = next(m for m in reader.all("meta") if m.get("http-equiv"))
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    assert not re.search(r"https?:|url\(|@import|//", re.sub(r"data:[^\"]+", "", text))
    assert all(a["href"].startswith("#") for a in reader.all("a"))
    assert not reader.all("link")
    assert not reader.all("form")


def test_headings_go_down_step_by_step():
    reader = read(page_of("x"))
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch("h[1-6]", tag)]
    assert levels == [1, 2, 3, 4, 2]


def test_each_link_of_the_contents_leads_to_a_section():
    reader = read(page_of("x"))
    places = [a["id"] for _, a in reader.tags if "id" in a]
    assert len(places) == len(set(places))
    assert {a["href"].removeprefix("#") for a in reader.all("a")} <= set(places)


def test_a_picture_is_in_the_file_with_its_words_and_numbers():
    reader = read(page_of("x"))
    (image,) = reader.all("img")
    assert image["alt"] == "x"
    code = image["src"].removeprefix("data:image/svg+xml;base64,")
    assert base64.b64decode(code).decode() == SVG
    assert len(reader.all("details")) == 1


def test_a_table_has_a_caption_and_heads_and_numbers_on_the_right():
    reader = read(page_of("x"))
    assert len(reader.all("caption")) == 2
    assert all(th["scope"] == "col" for th in reader.all("th"))
    assert [td.get("class") for td in reader.all("td")[:2]] == [None, "number"]
    assert "1,234" in reader.text


def test_light_dark_and_paper():
    text = to_html(page_of("x"))
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def test_the_same_page_gives_the_same_bytes():
    assert to_html(page_of("x")) == to_html(page_of("x"))


def test_a_row_of_the_wrong_length_is_not_cut_in_silence():
    with pytest.raises(ValueError, match="argument"):
        to_html(Page("x", (section("s", Table(("a", "b"), ((1,),))),)))


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, "\u2013"),
        (True, "yes"),
        (12345, "12,345"),
        (0.123456, "0.1235"),
        (float("nan"), "nan"),
        ("a", "a"),
    ],
)
def test_how_a_cell_reads(cell, words):
    assert cell_text(cell) == words
