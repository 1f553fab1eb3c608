"""`pellucid evaluate`: judge a run on its own held-out rows, or on others."""

import click

from pellucid.cli.screen import show


@click.command("evaluate")
@click.argument("run")
@click.argument("data", required=False)
def command(run: str, data: str | None) -> None:
    """Judge RUN on DATA, rows with their target; without DATA on the rows it held out."""
    from pellucid.experiments.folder import open_run
    from pellucid.experiments.reviewing import evaluation

    show(evaluation(open_run(run), data))
