"""A report as Markdown."""

from typing import get_args

import pytest

from pellucid.plots.blocks import Block, Code, Facts, Note, Page, Picture, Sentence, Table, section
from pellucid.plots.markdown import to_markdown

BLOCKS = {
    Sentence("One  line,\nno | code."): "One line, no \\| code.",
    Note("Few rows.", "warning"): "> **Warning.** Few rows.",
    Facts((("rows", 1234), ("seed", None))): "- rows: 1,234\n- seed: \N{EN DASH}",
    Code("a\n  <b>"): "    a\n      <b>",
    Table(("name", "rows"), (("<i>", 2),), "all"): "| name | rows |\n| :--- | ---: |\n"
    "| \\<i\\> | 2 |\n\nall.",
    Picture("<svg/>", "Loss", "It falls."): "Loss. It falls.",
    section("Inner", Sentence("Text.")): "### Inner\n\nText.",
}


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: type(block).__name__)
def test_a_block_is_written(block: Block):
    text = to_markdown(Page("Title", (section("Outer", block),), "about"))
    assert text == f"# Title\n\nabout\n\n## Outer\n\n{BLOCKS[block]}\n"


def test_every_kind_of_block_has_its_case():
    assert {type(block) for block in BLOCKS} == set(get_args(Block))
