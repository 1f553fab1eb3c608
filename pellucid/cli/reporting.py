"""`pellucid report`: where a run's report lies, and what it says in short."""

import click

from pellucid.cli.screen import show


@click.command("report")
@click.argument("run")
def command(run: str) -> None:
    """Show the report of RUN: in short here, and as a file with its pictures."""
    from pellucid.experiments.folder import open_run
    from pellucid.experiments.report import score_blocks
    from pellucid.experiments.reviewing import reported

    found = open_run(run)
    show(score_blocks(reported(found)))
    click.echo(f"\nreport: {found.report}")
