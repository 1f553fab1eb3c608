"""`pellucid predict`: raw rows in, predictions out."""

import click

from pellucid.cli.exits import say


@click.command("predict")
@click.argument("run")
@click.argument("data")
@click.option("--output", metavar="FILE", help="the CSV file to write  [the terminal]")
def command(run: str, data: str, output: str | None) -> None:
    """Write what RUN predicts for the raw rows of DATA, as CSV.

    Columns may stand in another order, and the target need not be there: scaling and
    encodings are inside the model.
    """
    from pellucid.experiments.folder import open_run
    from pellucid.experiments.prediction import predict_rows, write_predictions

    predictions = predict_rows(open_run(run), data)
    for note in predictions.notes:
        say(note)
    if output is None:
        click.echo(predictions.to_csv(), nl=False)
    else:
        write_predictions(predictions, output)
        say(f"{len(predictions.rows):,} rows written to {output}")
