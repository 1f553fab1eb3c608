"""`pellucid compare`: runs, or networks on one split, side by side."""

from pathlib import Path
from typing import Any

import click

from pellucid.cli.exits import NOT_FINITE, say
from pellucid.cli.options import Grouped, options_of, settings_of
from pellucid.cli.screen import show
from pellucid.cli.training import experiment_of
from pellucid.data.reading import Reading
from pellucid.experiments.experiment import Experiment


@click.command("compare", cls=Grouped)
@click.argument("what", nargs=-1, required=True, metavar="RUN RUN... | DATA")
@click.option(
    "--network",
    "networks",
    multiple=True,
    metavar="SPEC",
    help="a network to compare, such as 64-32 or linear; once for each",
)
@click.option("--seeds", type=click.IntRange(1), default=5, help="first weights for each  [5]")
@click.option("--report", metavar="FILE", help="write the comparison as one HTML file, too")
@options_of(Experiment, leave_out=("data", "reading", "network"))
@options_of(Reading)
def command(
    what: tuple[str, ...], networks: tuple[str, ...], seeds: int, report: str | None, **given: Any
) -> int:
    """Put networks side by side: error with its spread, time, parameters.

    With run folders, those runs. With DATA and --network, each network is trained on one
    split from several first weights.
    """
    runs = not networks and all(Path(path).is_dir() for path in what)
    if runs and (settings_of(Experiment, given) or settings_of(Reading, given)):
        raise click.UsageError("Runs are compared as they are: leave out the other options.")
    data, *more = what
    if not runs and more:
        raise click.UsageError("One set of DATA is compared on, or several RUN folders.")
    if not runs and not networks:
        raise click.UsageError("Say which networks to compare: --network 16 --network 64-32")
    from pellucid.experiments.comparing import compare, compare_runs
    from pellucid.experiments.running import NotFiniteError

    try:
        base = None if runs else experiment_of(data, given)
        found = compare_runs(what) if base is None else compare(base, networks, seeds=seeds)
    except NotFiniteError as error:
        say(error.one_line)
        return NOT_FINITE
    show(found.blocks())
    if report is not None:
        click.echo(f"\nreport: {found.save(report)}")
    return 0
