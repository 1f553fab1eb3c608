"""`pellucid card`: a model card of a run, as Markdown."""

import click

from pellucid.cli.exits import say


@click.command("card")
@click.argument("run")
@click.option("--output", "-o", metavar="FILE", help="the Markdown file to write  [the terminal]")
def command(run: str, output: str | None) -> None:
    """Say what the model of RUN was trained on, how it was judged, and where its limits are."""
    from pellucid.experiments.card import card
    from pellucid.experiments.folder import open_run
    from pellucid.interop.atomic import write_atomically
    from pellucid.plots.markdown import to_markdown

    text = to_markdown(card(open_run(run)))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text.encode())
        say(f"the card was written to {output}")
