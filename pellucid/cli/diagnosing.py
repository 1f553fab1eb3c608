"""`pellucid diagnose`: what keeps a network from learning, and what to do about it."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

SCRIPTS = (".py", ".ipynb")


class Diagnosing(click.Command):
    """A command whose options may follow WHAT, unless that is a script with words of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_interspersed_args = not any(_is_script(word) for word in args)
        return super().parse_args(ctx, args)


@click.command("diagnose", cls=Diagnosing)
@click.argument("what")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--target", metavar="COLUMN", help="the column of DATA to predict")
@click.option(
    "--deep",
    is_flag=True,
    help="train copies on the side, too: on one batch, over learning rates, for label noise",
)
def command(what: str, arguments: tuple[str, ...], target: str | None, deep: bool) -> int:
    """Look for faults in WHAT: a Keras script, a run folder, or data to learn from.

    A script is run, with ARGUMENTS of its own, and each of its fits is looked at. Of data,
    what can be seen before training is told; of a run, what was found when it was made.
    """
    if _is_script(what):
        if deep or target:
            hint = "of a model in a script, ask model.diagnose(x, y, deep=True)"
            raise click.UsageError(f"--deep and --target go with data or a run: {hint}")
        return _script(what, arguments)
    if arguments:
        raise click.UsageError(f"Only a script has arguments of its own: {' '.join(arguments)}")
    from pellucid.experiments.folder import is_run

    _show(_of_run(what, deep) if is_run(what) else _of_data(what, target, deep))
    return 0


def _is_script(what: str) -> bool:
    return Path(what).suffix.lower() in SCRIPTS


def _script(script: str, arguments: tuple[str, ...]) -> int:
    """Run a script, and print everything that was found, advice too."""
    from pellucid.cli.running_scripts import perform

    status = perform(script, arguments, ExitStack())
    fits = sys.modules.get("pellucid.keras.engine.training.fits")
    sys.stdout.flush()
    for fit in fits.fits if fits is not None else ():
        line = f"line {fit.script_line}: " if fit.script_line else ""
        click.echo(f"\n{line}{fit.model_name}, {fit.epochs} epochs", err=True)
        _show(fit.findings, err=True)
    return status


def _of_run(folder: str, deep: bool) -> list[Any]:
    from pellucid.experiments.diagnosis import of_run

    return of_run(folder, deep=deep)


def _of_data(data: str, target: str | None, deep: bool) -> list[Any]:
    from pellucid.experiments.diagnosis import of_data

    return of_data(data, target, deep=deep)


def _show(findings: Any, *, err: bool = False) -> None:
    """Print findings, or that there are none."""
    if not findings:
        click.echo("nothing found", err=err)
    for found in findings:
        click.echo(str(found), err=err)
