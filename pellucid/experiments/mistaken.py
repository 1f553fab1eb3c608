"""Where a network was wrong: which rows, what they hold, and their pictures."""

from collections.abc import Iterator

import numpy as np

from pellucid.data.column import Column
from pellucid.experiments.material import Material
from pellucid.plots.blocks import Block, Cell, Picture, Sentence, Table
from pellucid.plots.figures import to_svg
from pellucid.plots.mistakes import mistake_table as surest_table
from pellucid.plots.mistakes import mistakes, surest_mistakes

MOST = 24
MOST_CELLS = 5  # columns of the data beside a mistake


def mistake_blocks(material: Material) -> Iterator[Block]:
    """Return the surest mistakes: pictures where there are any, and where to find them."""
    true, said = material.true, material.said
    count = int((said != true).sum())
    if not count:
        yield Sentence("None on these rows.")
        return
    pictures = material.ready.data.x
    if isinstance(pictures, np.ndarray):
        names = material.judgement.class_names
        drawn = mistakes(pictures[material.rows], true, said, _surest(material), names, MOST)
        caption = (
            f"The surest {min(count, MOST)} of {count} mistakes: what it is, "
            "what it was taken for, and how surely"
        )
        alt = f"{count} pictures that were taken for others"
        yield Picture(to_svg(drawn), caption, alt, mistake_table(material, MOST))
    else:
        yield mistake_table(material, MOST)


def mistake_table(material: Material, most: int, *, cells: bool = True) -> Table:
    """Return the surest mistakes as rows, with what stands in the data if `cells` is True."""
    names, surest = material.judgement.class_names, _surest(material)
    table = surest_table(material.true, material.said, surest, names, most)
    rows = material.rows[surest_mistakes(material.true, material.said, surest, most)]
    return _placed(material, table, rows, cells)


def error_table(material: Material, most: int = 10) -> Table:
    """Return the rows whose number was missed by most."""
    true, said = material.true, material.output
    worst = np.argsort(-np.abs(true - said), kind="stable")[:most]
    lines = tuple(
        (int(row), float(true[row]), float(said[row]), float(said[row] - true[row]))
        for row in worst
    )
    table = Table(("row", "actual", "predicted", "off by"), lines, "The largest errors")
    return _placed(material, table, material.rows[worst], cells=True)


def _placed(material: Material, table: Table, rows: np.ndarray, cells: bool) -> Table:
    """Return a table whose first column says where each row is, and whose last ones show it."""
    data = material.ready.data
    shown = data.x[:MOST_CELLS] if cells and isinstance(data.x, tuple) else ()
    lines = tuple(
        (data.where(row), *line[1:], *(_cell(column, row) for column in shown))
        for row, line in zip(rows.tolist(), table.rows, strict=True)
    )
    return Table((*table.columns, *(column.name for column in shown)), lines, table.caption)


def _cell(column: Column, row: int) -> Cell:
    value = column.cell(row)
    if isinstance(value, float):
        return bool(value) if column.kind == "boolean" else value
    return None if value is None else str(value)


def _surest(material: Material) -> np.ndarray:
    return material.output[np.arange(len(material.said)), material.said]
