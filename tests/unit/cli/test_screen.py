"""Blocks on a terminal: nothing cut, nothing coloured that should not be."""

import io

import pytest
import rich.console

from pellucid.cli import screen
from pellucid.plots.blocks import Code, Facts, Note, Picture, Sentence, Table, section

NUMBERS = Table(("row", *"abcdefghijkl"), (("first", *[123456] * 12),), "confusion: by class")


def shown(*blocks, monkeypatch, width, terminal=True, **settings):
    """Return what a terminal of this width gets."""
    file = io.StringIO()

    def console(**_):
        return rich.console.Console(
            file=file, width=width, force_terminal=terminal, highlight=False, **settings
        )

    monkeypatch.setattr(screen, "_console", console)
    screen.show(blocks)
    return file.getvalue()


def test_a_pipe_gets_whole_lines_without_colour(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    long = "word " * 60
    screen.show((Sentence(long), NUMBERS, Note("look", "warning"), Facts((("name", long),))))
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert long.strip() in out
    assert f"name  {long.strip()}" in out
    assert out.count("123,456") == 12
    assert "warning: look" in out


def test_a_narrow_terminal_is_not_given_half_numbers(monkeypatch):
    out = shown(NUMBERS, monkeypatch=monkeypatch, width=60)
    assert "123" not in out
    assert "(confusion, 13 columns wide, is in the report)" in out
    wide = shown(NUMBERS, monkeypatch=monkeypatch, width=140)
    assert wide.count("123,456") == 12


def test_words_fold_and_stay_whole(monkeypatch):
    table = Table(("name", "what it is"), (("iris", "four lengths of a flower and its species"),))
    lines = shown(table, monkeypatch=monkeypatch, width=30, color_system=None).splitlines()
    assert max(map(len, lines)) <= 30
    assert "species" in " ".join(lines)
    assert "…" not in "".join(lines)


def test_colour_only_where_it_is_wanted(monkeypatch):
    note = Note("look", "warning")
    assert "\x1b[33m" in shown(note, monkeypatch=monkeypatch, width=80, color_system="standard")
    monkeypatch.setenv("NO_COLOR", "1")
    plain = shown(note, monkeypatch=monkeypatch, width=80, color_system="standard")
    assert "[33m" not in plain


@pytest.mark.parametrize("words", ["[red]x[/red]", "[/]", ":smile:", "a[0]"])
def test_words_of_the_data_are_no_markup(capsys, words):
    table = Table((words,), ((words,),), words)
    screen.show((Sentence(words), Note(words), Code(words), Facts(((words, words),)), table))
    assert capsys.readouterr().out.count(words) == 8


def test_sections_have_headings_and_pictures_stay_on_the_page(capsys):
    screen.show((section("Title", Sentence("one"), Picture("<svg/>", "caption", "alt")),))
    assert capsys.readouterr().out == "\nTitle\none\n"
