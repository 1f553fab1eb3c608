"""`pellucid inspect`: one row of a run, with the numbers put into the formulas."""

import re

import click

SIGNALS = ("z", "a", "delta")


@click.command("inspect")
@click.argument("run")
@click.option("--row", default=0, metavar="K", help="which row of the data, from 0  [0]")
@click.option("--layer", metavar="NAME", help="this layer only")
@click.option("--unit", metavar="U", help="z, a and delta of one unit of the layer: 2, or 3,4,0")
@click.option("--weight", metavar="W", help='one weight and its paths: "dense/kernel[0,1]"')
@click.option("--latex", is_flag=True, help="the same formulas in LaTeX")
@click.option("--check", is_flag=True, help="by hand, automatic, finite differences: do they agree")
@click.option("--data", metavar="FILE", help="other rows, with their target  [the run's own]")
def command(
    run: str,
    row: int,
    layer: str | None,
    unit: str | None,
    weight: str | None,
    latex: bool,
    check: bool,
    data: str | None,
) -> None:
    """Show what one row does in the network of RUN, a run folder or a saved model.

    For each layer: its input, W, b, z, a, f'(z), delta, the gradients and the update that a
    step on this row would make. Nothing is changed.
    """
    if unit is not None and layer is None:
        raise click.UsageError("--unit is a unit of a layer: name it with --layer")
    from pellucid.experiments.looking import inspect_row

    seen = inspect_row(run, row, data)
    if unit is not None and layer is not None:
        lines = [seen.line(signal, layer, _place(unit)) for signal in SIGNALS]
    elif weight is not None:
        lines = [seen.line("gradient", weight), seen.line("update", weight), seen.path(weight)]
    elif not check:
        lines = [seen.latex(layer=layer) if latex else seen.table(layer=layer)]
    else:
        lines = []
    for line in [*lines, *([seen.check()] if check else [])]:
        click.echo(str(line))


def _place(unit: str) -> tuple[int, ...]:
    if not re.fullmatch(r"\s*-?\d+(\s*,\s*-?\d+)*\s*", unit):
        raise click.UsageError(f"--unit {unit} is no place: give 2, or 3,4,0 in a picture")
    return tuple(int(part) for part in unit.split(","))
