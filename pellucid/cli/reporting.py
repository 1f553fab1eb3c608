"""`pellucid report`: where a run's report lies, and what it says in short."""

import click

from pellucid.cli.screen import show


@click.command("report")
@click.argument("run")
def command(run: str) -> None:
    """Show the report of RUN: on the terminal in short, and as a file with its pictures."""
    from pellucid.experiments.folder import open_run
    from pellucid.experiments.running import report_run

    found = open_run(run)
    show(report_run(found))
    click.echo(f"report: {found.report}")
