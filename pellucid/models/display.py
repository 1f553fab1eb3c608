"""A model as text and as HTML, from its summary."""

from html import escape

from pellucid.network.summary import Row, Summary
from pellucid.plots.drawing import Node, network

HEADINGS = ("layer", "kind", "reads", "output", "parameters")


def summary_text(summary: Summary) -> str:
    """Return the table `model.summary()` prints."""
    table = [HEADINGS, *_cells(summary)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADINGS))]
    lines = [_line(row, widths) for row in table]
    rule = "-" * max(map(len, lines))
    return "\n".join([lines[0], rule, *lines[1:], rule, totals(summary)])


def model_html(summary: Summary) -> str:
    """Return a drawing and the same table, for a notebook."""
    head = "".join(f"<th style='text-align:left'>{name}</th>" for name in HEADINGS)
    body = "".join(
        "<tr>"
        + "".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in row)
        + "</tr>"
        for row in _cells(summary)
    )
    table = f"<table><tr>{head}</tr>{body}</table><p>{escape(totals(summary))}</p>"
    return drawing(summary) + table


def drawing(summary: Summary) -> str:
    """Return the layers and how they are wired, as SVG."""
    return network(summary.inputs, [Node(*row) for row in summary.rows], summary.outputs)


def totals(summary: Summary) -> str:
    """Return one sentence: depth and parameters, the input layer not counted."""
    count = f"{summary.trainable + summary.frozen:,} parameters"
    frozen = f", {summary.frozen:,} of them frozen" if summary.frozen else ""
    return f"{summary.depth}-layer network (the input layer is not counted), {count}{frozen}"


def _cells(summary: Summary) -> list[tuple[str, ...]]:
    inputs = [(name, "Input", "", str(shape), "") for name, shape in summary.inputs.items()]
    return [*inputs, *(_row(row) for row in summary.rows)]


def _row(row: Row) -> tuple[str, ...]:
    kind = f"{row.kind} ({row.activation})" if row.activation else row.kind
    count = f"as {row.shared_with}" if row.shared_with else f"{row.parameters:,}"
    frozen = "" if row.trainable or not row.parameters else " frozen"
    return (row.name, kind, ", ".join(row.inputs), str(row.output_shape), count + frozen)


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
