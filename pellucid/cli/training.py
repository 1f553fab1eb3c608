"""`pellucid train`: learn from data, judge on rows held out, leave a run folder."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from pellucid.cli.exits import INTERRUPTED, NOT_FINITE, say, warnings_said
from pellucid.cli.options import Grouped, options_of, settings_of
from pellucid.cli.screen import show
from pellucid.data.reading import Reading
from pellucid.experiments.experiment import Experiment


@click.command("train", cls=Grouped)
@click.argument("data", required=False)
@options_of(Experiment, leave_out=("data", "reading"))
@options_of(Reading)
@click.option(
    "--run", "run_folder", metavar="FOLDER", help="the folder to make  [runs/DATA-1, ...]"
)
@click.option("--resume", metavar="RUN", help="go on with a run that was interrupted or killed")
@click.option(
    "--deterministic", is_flag=True, help="the same bits on any number of cores, by one thread"
)
@click.option("--repair", is_flag=True, help="try the doctor's remedies, and keep what helps")
@click.option("--devices", metavar="N", help="how many share each batch: a number, or all  [1]")
@click.option("--quiet", is_flag=True, help="only name the report")
def command(
    data: str | None,
    run_folder: str | None,
    resume: str | None,
    deterministic: bool,
    repair: bool,
    devices: str | None,
    quiet: bool,
    **given: Any,
) -> int:
    """Learn from DATA, judge on rows held out, and leave a run folder with a report.

    DATA is a set by name (`pellucid data` lists them), a .csv or .parquet file, a folder of
    pictures with one folder for each class, or an experiment.toml.

    Output, loss and a sensible network follow from the target. Rows are held out for
    stopping and for judging; scaling and encodings are learnt from the rest and stay
    inside the model.

    While it trains, its state is kept in RUN.training, once a minute: --resume goes on from
    there, with the same result as if nothing had happened.
    """
    _check(data, run_folder, resume)
    experiment = None if data is None else experiment_of(data, given)
    if deterministic:
        os.environ["NPROC"] = "1"  # XLA splits large sums by its threads, and reads this first
    from pellucid.experiments.running import NotFiniteError, follow, run
    from pellucid.experiments.unfinished import CompleteError, asked_for
    from pellucid.training.cluster import joined

    shown, verbose = (_ignore, 0) if quiet else (show, "auto")
    try:
        with warnings_said(), joined() as rank:
            experiment = experiment or with_settings(asked_for(str(resume)), given)
            if rank:
                follow(experiment, resume, devices)
                return 0
            outcome = run(
                experiment,
                resume or run_folder,
                verbose=verbose,
                show=shown,
                repair=repair,
                resume=resume is not None,
                devices=devices,
            )
    except (CompleteError, NotFiniteError) as error:
        say(error.one_line)
        return 0 if isinstance(error, CompleteError) else NOT_FINITE
    return _ended(outcome, quiet=quiet)


def _check(data: str | None, run_folder: str | None, resume: str | None) -> None:
    """Refuse neither data nor a run, and two places for one."""
    if resume is None and data is None:
        here = click.get_current_context()
        raise click.MissingParameter("Or --resume a run.", here, None, "'DATA'", "argument")
    if resume is not None and run_folder is not None:
        raise click.UsageError("A run is resumed where it is: leave out --run.")


def _ended(outcome: Any, *, quiet: bool) -> int:
    """Show how a run went; return the exit code."""
    if not quiet:
        show(outcome.blocks)
        click.echo(f"\npredict: pellucid predict {outcome.run.path} NEW_ROWS")
    click.echo(f"report: {outcome.run.report}")
    if outcome.interrupted:
        click.echo(f"go on: pellucid train --resume {outcome.run.path}")
        return INTERRUPTED
    if not outcome.finite:
        say("training became non-finite; the run has the best weights from before that")
        return NOT_FINITE
    return 0


def experiment_of(data: str, given: dict[str, Any]) -> Experiment:
    """Return the experiment that DATA and the options mean; options come before its file."""
    file = Path(data).suffix.lower() == ".toml"
    base = Experiment.read(data) if file else Experiment(data)
    return with_settings(base, given)


def with_settings(base: Experiment, given: dict[str, Any]) -> Experiment:
    """Return an experiment with the settings that options give."""
    reading = replace(base.reading, **settings_of(Reading, given))
    return replace(base, reading=reading, **settings_of(Experiment, given))


def _ignore(blocks: Any) -> None:
    """Show nothing."""
