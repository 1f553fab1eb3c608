"""A run as a report: the same blocks for the terminal and for one HTML file."""

from collections.abc import Iterator

import numpy as np

from pellucid.experiments.findings import finding_blocks, repair_blocks
from pellucid.experiments.judging import SHARES, Judgement, Score, sought
from pellucid.experiments.material import Material, surroundings
from pellucid.experiments.mistaken import error_table, mistake_blocks, mistake_table
from pellucid.experiments.opening import notes, what_is_predicted
from pellucid.experiments.spelling import command
from pellucid.functions.decision import MIDDLE, Decision, in_words
from pellucid.functions.scores import average_precision, pr_curve
from pellucid.models.display import summary_text
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
    cell_text,
    section,
)
from pellucid.plots.classification import balance, confusion, precision_recall
from pellucid.plots.drawing import Node
from pellucid.plots.drawing import network as drawing
from pellucid.plots.figures import to_svg
from pellucid.plots.history import curves
from pellucid.plots.regression import predicted_against_actual, residuals

MOST_ON_SCREEN = 12  # classes whose confusion fits a terminal
MISTAKES_ON_SCREEN = 8


def score_blocks(judgement: Judgement) -> tuple[Block, ...]:
    """Return the score beside its baseline, and class by class."""
    blocks: list[Block] = [section(_score_title(judgement), *_scores(judgement))]
    if judgement.classes:
        tables: list[Block] = [_class_table(judgement)]
        if len(judgement.class_names) <= MOST_ON_SCREEN:
            tables.append(_confusion_table(judgement))
        blocks.append(section("Class by class", *tables))
    return tuple(blocks)


def short_blocks(material: Material) -> tuple[Block, ...]:
    """Return what a terminal shows of a run that has just ended."""
    found = finding_blocks([one for one in material.findings if one.is_serious])
    cured = repair_blocks(material.cure)
    blocks = (*_warnings(material), *score_blocks(material.judgement), *cured, *found)
    if material.judgement.task == "regression" or (material.said == material.true).all():
        return blocks
    return (*blocks, section("Mistakes", mistake_table(material, MISTAKES_ON_SCREEN, cells=False)))


def page(material: Material) -> Page:
    """Return the whole report."""
    judgement = material.judgement
    sections = (
        section(_score_title(judgement), *_warnings(material), *_scores(judgement)),
        *(_class_sections(material) if judgement.classes else _number_sections(material)),
        section("Training", *_training(material)),
        *repair_blocks(material.cure),
        *finding_blocks(material.findings),
        section("Network", *_network(material.made.model.summarize())),
        section("Data", *_data(material)),
        section("To repeat it", *_repeating(material)),
    )
    score = judgement.headline
    rows = "rows held out" if judgement.held_out else "rows it was taught with"
    about = f"{score.name} {score_text(score, score.value)} on {judgement.rows:,} {rows}"
    return Page(f"{material.ready.data.name}: {material.path.name}", sections, about)


def score_text(score: Score, value: float | None) -> str:
    """Return a value of a score as it reads: shares of rows in percent.

    Example:
        >>> score_text(Score("accuracy", 0.9, None, None, None), 0.915)
        '91.5 %'
    """
    if value is None or score.name not in SHARES:
        return cell_text(value)
    return f"{100 * value:.1f} %"


def _score_title(judgement: Judgement) -> str:
    return "Score on rows held out" if judgement.held_out else "Score"


def _warnings(material: Material) -> Iterator[Note]:
    if not material.finite:
        words = f"Training became non-finite in epoch {len(material.history.records)}."
        yield Note(f"{words} These are the weights of epoch {material.best_epoch}.", "error")
    if material.interrupted:
        epochs = len(material.history.records)
        yield Note(f"Ctrl-C stopped training after {epochs:,} epochs.", "warning")


def _scores(judgement: Judgement) -> Iterator[Block]:
    score = judgement.headline
    rows = f"{judgement.rows:,} rows that the network has not learnt from"
    if not judgement.held_out:
        rows = f"the {judgement.rows:,} rows that it was taught with"
    low, high = score_text(score, score.low), score_text(score, score.high)
    sure = judgement.held_out and score.low is not None
    interval = f" (95 % interval {low} to {high})" if sure else ""
    yield Sentence(f"{_upper(score.name)} {score_text(score, score.value)}{interval} on {rows}.")
    if score.baseline is not None:
        beside = score_text(score, score.baseline)
        comma = "," if "," in judgement.baseline else ""
        yield Sentence(f"{_upper(judgement.baseline)}{comma} scores {beside}.")
    if judgement.decision is not None:
        yield Sentence(_decided(judgement, judgement.decision))
    if not judgement.beats_baseline:
        words = "This is not surely better than the constant prediction: more rows would tell."
        yield Note(words, "warning")
    if judgement.unbalanced:
        words = "The classes are unbalanced, so accuracy says little: look at the recall of each."
        yield Note(words, "warning")
    yield _score_table(judgement)


def _decided(judgement: Judgement, decision: Decision) -> str:
    one = judgement.class_names[sought(np.array(judgement.training))]
    told = f"A row is taken for {one!r} above a probability of {decision.threshold:.3g}"
    if not decision.rows:
        return f"{told}, as was asked for."
    beside = f" ({max(decision.at_half, 0):.3g} at 0.5)" if decision.threshold != MIDDLE else ""
    rows = f"the {decision.rows:,} rows to stop by, {decision.value:.3g}{beside}"
    return f"{told}: there {in_words(decision.measure)} is best on {rows}."


def _score_table(judgement: Judgement) -> Table:
    known = judgement.held_out
    columns = ("score", "value", *(("from", "to") if known else ()), "constant prediction")
    rows = tuple(
        (
            score.name,
            score_text(score, score.value),
            *((score_text(score, score.low), score_text(score, score.high)) if known else ()),
            score_text(score, score.baseline),
        )
        for score in judgement.scores
    )
    caption = "from, to: where the score of many such rows lies, with 95 % confidence"
    return Table(columns, rows, caption if known else "", right=tuple(range(1, len(columns))))


def _class_table(judgement: Judgement) -> Table:
    columns = ("class", "precision", "recall", "F1", "rows")
    caption = "recall: the share of a class that was found; precision: of those said, the right"
    return Table(columns, tuple(tuple(score) for score in judgement.classes), caption)


def _confusion_table(judgement: Judgement) -> Table:
    rows = zip(judgement.class_names, judgement.confusion, strict=True)
    caption = "confusion: true classes down, predicted classes across"
    columns = ("true \\ predicted", *judgement.class_names)
    return Table(columns, tuple((name, *counts) for name, counts in rows), caption)


def _class_sections(material: Material) -> Iterator[Section]:
    judgement = material.judgement
    matrix = np.array(judgement.confusion)
    alt = f"{int(np.trace(matrix))} of {judgement.rows} rows lie on the diagonal."
    picture = Picture(
        to_svg(confusion(matrix, judgement.class_names)),
        "Confusion: true classes down, predicted classes across",
        alt,
        _confusion_table(judgement),
    )
    yield section("Class by class", _class_table(judgement), picture, *_curve(material))
    yield section("Mistakes", *mistake_blocks(material))


def _curve(material: Material) -> Iterator[Picture]:
    """Return precision against recall, where there are two classes and rows of both."""
    names = material.judgement.class_names
    if len(names) != 2 or len(np.unique(material.true)) < 2:
        return
    one = sought(np.array(material.judgement.training))
    is_one = (material.true == one).astype(int)
    recall, precision, _ = pr_curve(is_one, material.output[:, one])
    area = average_precision(is_one, material.output[:, one])
    drawn = precision_recall(
        {names[one]: (recall, precision)}, {names[one]: area}, base_rate=float(is_one.mean())
    )
    caption = f"To find more of {names[one]!r}, one has to accept more false alarms"
    yield Picture(to_svg(drawn), caption, f"The area under the curve is {area:.3g}.")


def _number_sections(material: Material) -> Iterator[Section]:
    target = material.ready.encoding.answer.column
    both = material.true, material.output, target
    caption = "Predicted against actual: a perfect network has all points on the line"
    left_over = "What is left over: a bend or a funnel is something not yet learnt"
    yield section(
        "Number by number",
        Picture(to_svg(predicted_against_actual(*both)), caption, _furthest_off(material)),
        Picture(to_svg(residuals(*both)), left_over, _furthest_off(material)),
        error_table(material),
    )


def _furthest_off(material: Material) -> str:
    off = np.abs(material.true - material.output)
    return f"Half of the rows are off by {np.median(off):.4g} or less, the furthest {off.max():.4g}"


def _training(material: Material) -> Iterator[Block]:
    yield Facts(material.course())
    history = material.history
    if history.records:
        last = ", ".join(f"{name} {series[-1]:.4g}" for name, series in history.items())
        drawn = to_svg(curves(dict(history), material.best_epoch))
        caption = "Loss and metrics by epoch; the weights kept are those of the marked one"
        yield Picture(drawn, caption, f"In the last epoch: {last}.")


def _network(summary: Summary) -> Iterator[Block]:
    nodes = [Node(*row) for row in summary.rows]
    words = ", then ".join(f"{row.kind} {row.output_shape}" for row in summary.rows)
    picture = drawing(summary.inputs, nodes, summary.outputs)
    yield Picture(picture, "Layers in order; scaling belongs to the network", words)
    yield Code(summary_text(summary))


def _data(material: Material) -> Iterator[Block]:
    ready = material.ready
    data, parts = ready.data, ready.parts
    yield Sentence(f"{what_is_predicted(data, ready.rows)}.")
    yield from notes(ready.notes)
    yield Facts(
        (
            ("rows to learn from", ready.taught_rows),
            ("rows to stop by", len(parts.validation)),
            ("rows to be judged on", len(parts.test)),
            ("seed of the split", material.experiment.seed),
        )
    )
    if isinstance(data.x, tuple):
        features = {feature.column: feature for feature in ready.encoding.features}
        rows = tuple(
            (c.name, c.kind, int(c.missing.sum()), len(features[c.name].names)) for c in data.x
        )
        yield Table(("column", "kind", "missing cells", "inputs"), rows, "What it learns from")
    if data.labels is not None:
        names, labels = data.class_names, data.labels
        counts = {
            name: np.bincount(labels[rows], minlength=len(names)).tolist()
            for name, rows in parts._asdict().items()
        }
        table = Table(("class", *counts), tuple(zip(names, *counts.values(), strict=True)))
        yield Picture(to_svg(balance(counts, names)), "Rows of each class", "Rows by class", table)


def _repeating(material: Material) -> Iterator[Block]:
    yield Sentence("The same rows, the same seed and the same versions give the same weights:")
    repaired = "" if material.cure is None else " --repair"
    yield Code(command(material.experiment) + repaired)
    yield Sentence(f"The run folder keeps the experiment as {material.path.name}/experiment.toml:")
    yield Code(material.experiment.to_toml().rstrip())
    yield Sentence(f"Made with {surroundings()}.")
    yield Sentence(f"SHA-256 of the rows: {material.ready.data.digest}")


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
