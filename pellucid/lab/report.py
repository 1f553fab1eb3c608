"""What stands on the bench as one HTML file: scores, course, network, runs, and the script."""

from collections.abc import Iterator

from pellucid.experiments.findings import finding_blocks
from pellucid.experiments.opening import what_is_predicted
from pellucid.experiments.report import score_blocks
from pellucid.lab.record import entry_of
from pellucid.lab.script import script
from pellucid.lab.views.scene import Scene
from pellucid.models.display import summary_text
from pellucid.plots.blocks import (
    Block,
    Code,
    Facts,
    Page,
    Picture,
    Section,
    Sentence,
    Table,
    section,
)
from pellucid.plots.figures import to_svg
from pellucid.plots.history import curves
from pellucid.plots.page import to_html


def report(scene: Scene) -> str:
    """Return the report of a session's present run."""
    bench = scene.bench
    times = f"{scene.openings} time{'' if scene.openings == 1 else 's'}"
    sections = (
        _score(scene, "validation", "Rows that never trained, by which settings were chosen."),
        *([_score(scene, "test", f"The test rows, opened {times}.")] if scene.openings else []),
        section("Training", *_training(scene)),
        *finding_blocks(scene.findings),
        section("Network", Picture(bench.model.draw(), "Layers in order", "The layers"),
                Code(summary_text(bench.model.summarize()))),
        section("Runs of this session", _runs(scene)),
        section("To repeat it", Code(script(scene).rstrip())),
    )  # fmt: skip
    about = f"{what_is_predicted(bench.ready.data, bench.ready.rows)}; test rows opened {times}"
    return to_html(Page(f"{bench.ready.data.name}, run {scene.run}", sections, about))


def _score(scene: Scene, part: str, words: str) -> Section:
    _, judgement = scene.bench.judged(part)
    held_out = scene.bench.ready.held_out
    told = words if held_out else "A truth table is all there is: these rows trained, too."
    blocks = score_blocks(judgement._replace(held_out=held_out))
    return section(part.capitalize(), Sentence(told), *blocks)


def _training(scene: Scene) -> Iterator[Block]:
    bench, train = scene.bench, scene.bench.model.train_state
    yield Facts(
        (
            ("loss", bench.made.loss.replace("_", " ")),
            ("optimizer", repr(bench.model.recipe.optimizer)),
            ("learning rate", f"{float(train.learning_rate):.4g}"),
            ("batch size", bench.made.batch_size),
            ("epochs", int(train.epoch)),
            ("updates", int(train.step)),
            ("seed", bench.experiment.seed),
        )
    )
    if scene.epochs:
        names = scene.epochs[0]["values"]
        course = {name: [one["values"][name] for one in scene.epochs] for name in names}
        yield Picture(to_svg(curves(course)), "Loss and metrics by epoch", "The course")


def _runs(scene: Scene) -> Table:
    found = tuple(one.check for one in scene.findings)
    here = entry_of(scene.run, scene.bench, scene.epochs, found, scene.openings, "")
    rows = tuple(
        (one.run, one.data, *one.settings.values(), one.parameters, one.updates,
         float(min(one.curves["val_loss"])) if len(one.curves.get("val_loss", ())) else None)
        for one in (*scene.past, here)
    )  # fmt: skip
    return Table(
        ("run", "data", *here.settings, "parameters", "updates", "least validation loss"), rows
    )
