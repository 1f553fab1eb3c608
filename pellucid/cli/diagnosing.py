"""`pellucid diagnose`: what keeps a network from learning, and what to do about it."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

SCRIPTS = (".py", ".ipynb")


@click.command("diagnose", context_settings={"allow_interspersed_args": False})
@click.argument("what")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--target", metavar="COLUMN", help="the column of DATA to predict")
def command(what: str, arguments: tuple[str, ...], target: str | None) -> int:
    """Look for faults in WHAT: a Keras script, a run folder, or data to learn from.

    A script is run, with ARGUMENTS of its own, and each of its fits is looked at. Of data,
    what can be seen before training is told; of a run, what was found when it was made.
    """
    path = Path(what)
    if path.suffix.lower() in SCRIPTS:
        return _script(what, arguments)
    if path.is_dir() and (path / "experiment.toml").is_file():
        _show(_of_run(what))
        return 0
    _show(_of_data(what, target))
    return 0


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


def _of_run(folder: str) -> list[Any]:
    from pellucid.doctor.finding import Finding
    from pellucid.experiments.folder import FINDINGS, open_run

    return [Finding.from_json(one) for one in open_run(folder).json(FINDINGS)]


def _of_data(data: str, target: str | None) -> list[Any]:
    from pellucid.experiments.diagnosis import of_data

    return of_data(data, target)


def _show(findings: Any, *, err: bool = False) -> None:
    """Print findings, or that there are none."""
    if not findings:
        click.echo("nothing found", err=err)
    for found in findings:
        click.echo(str(found), err=err)
