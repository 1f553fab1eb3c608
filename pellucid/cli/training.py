"""`pellucid train`: learn from data, judge on rows held out, leave a run folder."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from pellucid.cli.exits import INTERRUPTED, NOT_FINITE, say
from pellucid.cli.options import Grouped, options_of, settings_of
from pellucid.cli.screen import show
from pellucid.data.reading import Reading
from pellucid.experiments.experiment import Experiment


@click.command("train", cls=Grouped)
@click.argument("data")
@options_of(Experiment, leave_out=("data", "reading"))
@options_of(Reading)
@click.option(
    "--run", "run_folder", metavar="FOLDER", help="the folder to make  [runs/DATA-1, ...]"
)
@click.option("--repair", is_flag=True, help="try the doctor's remedies, and keep what helps")
@click.option("--quiet", is_flag=True, help="only name the report")
def command(data: str, run_folder: str | None, repair: bool, quiet: bool, **given: Any) -> int:
    """Learn from DATA, judge on rows held out, and leave a run folder with a report.

    DATA is a set by name (`pellucid data` lists them), a .csv or .parquet file, a folder of
    pictures with one folder for each class, or an experiment.toml.

    Output, loss and a sensible network follow from the target. Rows are held out for
    stopping and for judging; scaling and encodings are learnt from the rest and stay
    inside the model.
    """
    experiment = experiment_of(data, given)
    from pellucid.experiments.running import NotFiniteError, run

    verbose = 0 if quiet else "auto"
    try:
        shown = _ignore if quiet else show
        outcome = run(experiment, run_folder, verbose=verbose, show=shown, repair=repair)
    except NotFiniteError as error:
        say(error.one_line)
        return NOT_FINITE
    if not quiet:
        show(outcome.blocks)
        click.echo(f"\npredict: pellucid predict {outcome.run.path} NEW_ROWS")
    click.echo(f"report: {outcome.run.report}")
    if not outcome.finite:
        say("training became non-finite; the run has the best weights from before that")
        return NOT_FINITE
    return INTERRUPTED if outcome.interrupted else 0


def experiment_of(data: str, given: dict[str, Any]) -> Experiment:
    """Return the experiment that DATA and the options mean; options come before its file."""
    file = Path(data).suffix.lower() == ".toml"
    base = Experiment.read(data) if file else Experiment(data)
    reading = replace(base.reading, **settings_of(Reading, given))
    return replace(base, reading=reading, **settings_of(Experiment, given))


def _ignore(blocks: Any) -> None:
    """Show nothing."""
