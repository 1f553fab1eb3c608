"""`pellucid data`: what comes along, and what a file of one's own looks like."""

from typing import Any

import click

from pellucid.cli.options import options_of, settings_of
from pellucid.cli.screen import show
from pellucid.cli.training import RENAMED
from pellucid.data.dataset import Dataset
from pellucid.data.reading import Reading
from pellucid.data.sources import SETS, open_data
from pellucid.plots.blocks import Block, Facts, Note, Table


@click.command("data")
@click.argument("data", required=False)
@options_of(Reading, renamed=RENAMED)
def command(data: str | None, **given: Any) -> None:
    """List the sets that open by name; with DATA, say how it would be read."""
    if data is None:
        show([_sets()])
        return
    show(_looks(open_data(data, **settings_of(Reading, given, renamed=RENAMED))))


def _sets() -> Table:
    rows = tuple(
        (s.name, s.kind, s.rows, str(s.shape), s.classes or "numbers", s.about, s.licence)
        for s in SETS.values()
    )
    return Table(("name", "kind", "rows", "shape", "classes", "what it is", "licence"), rows)


def _looks(data: Dataset) -> list[Block]:
    pairs = [("data", data.name), ("rows", data.rows), ("task", data.task)]
    if data.target is not None:
        pairs.append(("target", data.target.name))
    if data.class_names:
        pairs.append(("classes", ", ".join(data.class_names[:30])))
    blocks: list[Block] = [Facts(tuple(pairs))]
    if isinstance(data.x, tuple):
        rows = tuple((c.name, c.kind, int(c.missing.sum())) for c in data.x)
        blocks.append(Table(("column", "kind", "missing cells"), rows))
    return [*blocks, *(Note(note, "info") for note in data.notes)]
