"""`pellucid bench`: how fast a network trains on this machine."""

import click

from pellucid.cli.screen import show


@click.command("bench")
@click.argument("what", metavar="RUN | DATA")
@click.option("--target", metavar="COLUMN", help="the column of DATA to predict")
@click.option("--batch-size", type=click.IntRange(1), help="rows in a batch  [the run's]")
def command(what: str, target: str | None, batch_size: int | None) -> int:
    """Measure for a few seconds how fast a network trains here, and with larger batches.

    The network is that of a RUN folder, or the one that would be chosen for DATA.
    """
    from pellucid.experiments.folder import is_run
    from pellucid.experiments.pace import of_data, of_run

    if not is_run(what):
        found = of_data(what, target, batch_size=batch_size)
    elif target:
        raise click.UsageError("--target goes with data: a run has its own")
    else:
        found = of_run(what, batch_size=batch_size)
    show(found.blocks())
    return 0
