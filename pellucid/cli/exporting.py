"""`pellucid export`: a run's model as a file that runs elsewhere."""

import click

from pellucid.cli.exits import say

ENDINGS = {"onnx": ".onnx", "numpy": ".py", "stablehlo": ".stablehlo", "keras": ".keras"}


@click.command("export")
@click.argument("run")
@click.option("--to", "kind", type=click.Choice(list(ENDINGS)), default="onnx", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="the file to write  [named after the run]")
def command(run: str, kind: str, output: str | None) -> None:
    """Write the network of RUN as ONNX, a Python file that needs NumPy only, StableHLO or .keras.

    Scaling is inside. A table's columns come in as `pellucid card` lists them: words as a
    column each, 1 where a row has it, and no cell missing.
    """
    from pellucid.experiments.folder import open_run
    from pellucid.models.exporting import export_network

    found = open_run(run)
    path = output or f"{found.path.name}{ENDINGS[kind]}"
    if kind == "keras":
        from pellucid.keras.saving.writing_models import save_model

        save_model(found.model, path)
    else:
        train = found.model.train_state
        export_network(found.model.network, train.params, train.state, path, kind)
    numbers = " x ".join(map(str, found.encoding.shape))
    names = ", ".join(found.encoding.feature_names)
    say(f"written to {path}; a row is {numbers} numbers{names and f': {names}'}")
