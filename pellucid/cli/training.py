"""`pellucid train`: learn from data, judge on rows held out, leave a run folder."""

from typing import Any

import click

from pellucid.cli.exits import INTERRUPTED, NOT_FINITE
from pellucid.cli.options import options_of, settings_of
from pellucid.cli.screen import show
from pellucid.data.reading import Reading
from pellucid.experiments.experiment import Experiment

RENAMED = {"rows": "generate_rows", "noise": "generate_noise", "seed": "generate_seed"}


@click.command("train")
@click.argument("data")
@click.option("--run", "folder", default=None, help="the folder to make  [runs/DATA-1, ...]")
@click.option("--quiet", is_flag=True, help="only name the report")
@options_of(Experiment, leave_out=("data", "reading"))
@options_of(Reading, renamed=RENAMED)
@click.pass_context
def command(
    context: click.Context, data: str, folder: str | None, quiet: bool, **given: Any
) -> int:
    """Learn from DATA: a set by name, a .csv or .parquet file, or a folder of pictures.

    The output, the loss and a sensible network follow from the target. Rows are held out
    for stopping and for judging; scaling and encodings are learnt from the rest and stay
    inside the model. Everything lands in a run folder, with a report.
    """
    reading = Reading(**settings_of(Reading, given, renamed=RENAMED))
    experiment = Experiment(data=data, reading=reading, **settings_of(Experiment, given))
    from pellucid.experiments.running import run

    outcome = run(experiment, folder, verbose=0 if quiet else "auto")
    if not quiet:
        show(outcome.blocks)
    click.echo(f"report: {outcome.path / 'report.html'}")
    if outcome.interrupted:
        return INTERRUPTED
    return 0 if outcome.finite else NOT_FINITE
