"""A model card: what a run's model was trained on, how it was judged, and where its limits are."""

from collections.abc import Iterator

from pellucid.data.encoding import Encoding
from pellucid.doctor.finding import Finding
from pellucid.experiments.findings import finding_blocks
from pellucid.experiments.folder import FINDINGS, SPLIT, Run
from pellucid.experiments.judging import Judgement
from pellucid.experiments.report import score_blocks
from pellucid.experiments.reviewing import reported
from pellucid.models.display import summary_text
from pellucid.plots.blocks import Block, Code, Facts, Note, Page, Sentence, Table, section

FEW = 30  # rows of a class, below which its recall is rough: one row is over 3 %
MOST_NAMED = 12


def card(run: Run) -> Page:
    """Return the model card of a run, from what its folder holds."""
    judgement = reported(run)
    findings = run.json(FINDINGS, lambda told: [*map(Finding.from_json, told)])
    sections = (
        section("What it does", *_purpose(run.encoding)),
        section("How it was judged", *score_blocks(judgement)),
        section("What it was trained on", *_rows(run)),
        section("Its limits", *_limits(run.encoding, judgement)),
        *finding_blocks(findings),
        section("The network", Code(summary_text(run.model.summarize()))),
        section("To use it", *_use(run)),
    )
    return Page(f"Model card: {run.path.name}", sections)


def _purpose(encoding: Encoding) -> Iterator[Block]:
    target = encoding.answer.column
    if encoding.task == "regression":
        said = f"the number {target!r}"
    else:
        names = encoding.class_names
        more = f", {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        said = f"{target!r}: one of {', '.join(names[:MOST_NAMED])}{more}, and how likely each is"
    if not encoding.features:
        height, width, channels = encoding.shape
        source = f"a picture of {height} x {width} pixels and {channels} channels, bytes 0 to 255"
        yield Sentence(f"From {source}, it says {said}.")
        return
    yield Sentence(f"From the columns of a row, it says {said}.")
    columns = ("column", "kind", "known words", "in place of a missing cell")
    rows = [
        (f.column, f.kind, ", ".join(f.categories) or None, None if f.fill is None else str(f.fill))
        for f in encoding.features
    ]
    told = [place for place in range(len(columns)) if any(row[place] for row in rows)]
    picked = tuple(tuple(row[place] for place in told) for row in rows)
    yield Table(tuple(columns[place] for place in told), picked)


def _rows(run: Run) -> Iterator[Block]:
    split, experiment = run.json(SPLIT), run.experiment
    yield Facts(
        (
            ("data", str(experiment.data)),
            ("rows to learn from", len(split["train"])),
            ("rows to stop by", len(split["validation"])),
            ("rows to be judged on", len(split["test"])),
            ("SHA-256 of the rows", split["digest"]),
            ("seed", experiment.seed),
        )
    )
    yield Sentence("The experiment, which repeats it:")
    yield Code(experiment.to_toml().rstrip())


def _limits(encoding: Encoding, judgement: Judgement) -> Iterator[Block]:
    if judgement.held_out:
        yield Sentence(
            f"It was judged on {judgement.rows:,} rows of the same source as those it learnt "
            "from. How good it is on rows of another place, time or selection is not known."
        )
    else:
        yield Note(
            "It was judged on the rows it learnt from: nothing is known of others.", "warning"
        )
    if not judgement.beats_baseline:
        yield Note("It is not surely better than the constant prediction.", "warning")
    rough = [score.name for score in judgement.classes if score.support < FEW]
    if rough and judgement.held_out:
        named = ", ".join(rough[:MOST_NAMED]) + (", ..." if rough[MOST_NAMED:] else "")
        yield Note(f"Fewer than {FEW} rows judge its recall of: {named}.", "warning")
    if judgement.task == "classification":
        yield Sentence("How likely it says a class is was not calibrated.")
    if any(feature.categories for feature in encoding.features):
        yield Sentence("Words that no training row had in a column tell it nothing.")
    yield Sentence("What it learns from are associations, which need not be causes.")


def _use(run: Run) -> Iterator[Block]:
    yield Code(f"pellucid predict {run.path} NEW.csv\npellucid export {run.path} --to onnx")
