"""A run as a report: the same blocks for the terminal and for one HTML file."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pellucid.data.dataset import Dataset
from pellucid.data.splits import Split
from pellucid.experiments.judging import Judgement
from pellucid.models.display import summary_text
from pellucid.models.history import History
from pellucid.network.summary import Summary
from pellucid.plots.blocks import (
    Block,
    Code,
    Facts,
    Note,
    Page,
    Picture,
    Section,
    Sentence,
    Table,
    section,
)
from pellucid.plots.classification import balance, confusion
from pellucid.plots.drawing import Node
from pellucid.plots.drawing import network as drawing
from pellucid.plots.figures import to_svg
from pellucid.plots.history import curves
from pellucid.plots.mistakes import mistake_table, mistakes, surest_mistakes
from pellucid.plots.regression import predicted_against_actual

MOST_ON_SCREEN = 12  # classes whose confusion fits a terminal


class Material(NamedTuple):
    """What a report is made from."""

    title: str
    judgement: Judgement
    data: Dataset
    parts: Split
    output: np.ndarray  # of the held-out rows: probabilities, or numbers
    true: np.ndarray  # of the held-out rows
    history: History
    summary: Summary
    facts: tuple[tuple[str, str | int | float], ...]  # how it was trained
    experiment: str  # as TOML
    notes: tuple[str, ...]


def short_blocks(judgement: Judgement) -> tuple[Block, ...]:
    """Return what a terminal shows: the score beside its baseline, and class by class."""
    blocks: list[Block] = [section("Held-out score", *_score_blocks(judgement))]
    if judgement.classes:
        tables: list[Block] = [_class_table(judgement)]
        if len(judgement.class_names) <= MOST_ON_SCREEN:
            tables.append(_confusion_table(judgement))
        blocks.append(section("Class by class", *tables))
    return tuple(blocks)


def page(material: Material) -> Page:
    """Return the whole report."""
    sections = (
        section("Held-out score", *_score_blocks(material.judgement)),
        *_class_sections(material),
        *_number_sections(material),
        section("Training", *_training_blocks(material)),
        section("Network", *_network_blocks(material.summary)),
        section("Data", *_data_blocks(material)),
        section("To repeat it", Code(material.experiment)),
    )
    score = material.judgement.headline
    return Page(material.title, sections, f"{score.name} {score.value:.4g} on rows held out")


def mistakes_shown(material: Material, most: int = 8) -> Section | None:
    """Return the surest mistakes as a table, or None where there are none to show."""
    if material.judgement.task != "classification":
        return None
    said = material.output.argmax(1)
    if (said == material.true).all():
        return section("Mistakes", Sentence("None on the rows held out."))
    return section("Mistakes", _mistake_table(material, most))


def _score_blocks(judgement: Judgement) -> Iterator[Block]:
    score = judgement.headline
    interval = "" if score.low is None else f" (95 % interval {score.low:.4g} to {score.high:.4g})"
    beside = "" if score.baseline is None else f" Beside it, {judgement.baseline}: "
    beside += "" if score.baseline is None else f"{score.baseline:.4g}."
    yield Sentence(
        f"{score.name} {score.value:.4g}{interval} on {judgement.rows:,} rows that the network "
        f"has not seen.{beside}"
    )
    if not judgement.beats_baseline:
        yield Note("That is not surely better than the constant prediction.", "warning")
    if judgement.unbalanced:
        words = "The classes are unbalanced, so accuracy says little: look at recall by class."
        yield Note(words, "warning")
    columns = ("score", "value", "from", "to", "constant prediction")
    caption = "from, to: 95 % interval over these rows"
    yield Table(columns, tuple(tuple(score) for score in judgement.scores), caption)


def _class_table(judgement: Judgement) -> Table:
    columns = ("class", "precision", "recall", "F1", "rows")
    return Table(columns, tuple(tuple(score) for score in judgement.classes))


def _confusion_table(judgement: Judgement) -> Table:
    rows = zip(judgement.class_names, judgement.confusion, strict=True)
    columns = ("true \\ said", *judgement.class_names)
    return Table(columns, tuple((name, *counts) for name, counts in rows))


def _class_sections(material: Material) -> Iterator[Section]:
    judgement = material.judgement
    if not judgement.classes:
        return
    matrix = np.array(judgement.confusion)
    alt = f"{int(np.trace(matrix))} of {judgement.rows} rows lie on the diagonal."
    picture = Picture(
        to_svg(confusion(matrix, judgement.class_names)),
        "Confusion: true classes down, predicted classes across",
        alt,
        _confusion_table(judgement),
    )
    yield section("Class by class", _class_table(judgement), picture)
    yield section("Mistakes", *_mistake_blocks(material))


def _mistake_blocks(material: Material) -> Iterator[Block]:
    said = material.output.argmax(1)
    surest = material.output[np.arange(len(said)), said]
    if (said == material.true).all():
        yield Sentence("None on the rows held out.")
        return
    if isinstance(material.data.x, np.ndarray):
        pictures = material.data.x[material.parts.test]
        names = material.judgement.class_names
        drawn = mistakes(pictures, material.true, said, surest, names)
        count = int((said != material.true).sum())
        caption = f"The surest of {count} mistakes: what it is, what was said, how surely"
        yield Picture(to_svg(drawn), caption, f"{count} pictures that were taken for others")
    yield _mistake_table(material, 24)


def _mistake_table(material: Material, most: int) -> Table:
    said = material.output.argmax(1)
    surest = material.output[np.arange(len(said)), said]
    names = material.judgement.class_names
    table = mistake_table(material.true, said, surest, names, most)
    rows = surest_mistakes(material.true, said, surest, most)
    places = [material.data.where(int(material.parts.test[row])) for row in rows]
    lines = tuple((place, *line[1:]) for place, line in zip(places, table.rows, strict=True))
    return Table(table.columns, lines, table.caption)


def _number_sections(material: Material) -> Iterator[Section]:
    if material.judgement.task == "regression":
        target = material.data.target.name if material.data.target else "target"
        drawn = predicted_against_actual(material.true, material.output, target)
        caption = "Predicted against actual, on the rows held out"
        yield section("Number by number", Picture(to_svg(drawn), caption, caption))


def _training_blocks(material: Material) -> Iterator[Block]:
    yield Facts(material.facts)
    for note in material.notes:
        yield Note(note, "info")
    if material.history.records:
        frame = {name: material.history[name] for name in material.history}
        last = ", ".join(f"{name} {series[-1]:.4g}" for name, series in frame.items())
        drawn = to_svg(curves(frame))
        yield Picture(drawn, "Loss and metrics by epoch", f"In the last epoch: {last}.")


def _network_blocks(summary: Summary) -> Iterator[Block]:
    nodes = [Node(*row) for row in summary.rows]
    words = ", then ".join(f"{row.kind} {row.output_shape}" for row in summary.rows)
    yield Picture(drawing(summary.inputs, nodes, summary.outputs), "The network", words)
    yield Code(summary_text(summary))


def _data_blocks(material: Material) -> Iterator[Block]:
    data, parts = material.data, material.parts
    yield Facts(
        (
            ("data", data.name),
            ("rows to learn from", len(parts.train)),
            ("rows to stop by", len(parts.validation)),
            ("rows to be judged on", len(parts.test)),
            ("SHA-256 of the rows", data.digest),
        )
    )
    for note in data.notes:
        yield Note(note, "info")
    if data.labels is not None:
        names = data.class_names
        counts = {
            part: np.bincount(data.labels[rows], minlength=len(names)).tolist()
            for part, rows in zip(("train", "validation", "test"), parts, strict=True)
        }
        table = Table(("class", *counts), tuple(zip(names, *counts.values(), strict=True)))
        yield Picture(to_svg(balance(counts, names)), "Rows of each class", "Rows by class", table)
