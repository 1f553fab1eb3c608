"""`pellucid run`: an unchanged Keras script, with Pellucid's Keras in the place of Keras."""

import gc
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import click

from pellucid.base.whose import current_line, shown
from pellucid.cli.exits import INTERRUPTED
from pellucid.cli.findings import print_findings
from pellucid.cli.fits import print_fits
from pellucid.cli.script import Script, main_program

STRICT = "PELLUCID_STRICT_KERAS"
MANY = 50_000  # new objects before Python looks for garbage; at its 700, a start looks 300 times


@click.command("run", context_settings={"allow_interspersed_args": False})
@click.argument("script")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--strict-keras", is_flag=True, help="Keras's numbers also where ours are better")
@click.option("--no-summary", is_flag=True, help="no table of the fits at the end")
def command(script: str, arguments: tuple[str, ...], strict_keras: bool, no_summary: bool) -> int:
    """Run SCRIPT, a Keras script or notebook, with ARGUMENTS of its own.

    Its keras, tensorflow.keras and tf.keras are Pellucid's, for this run only; nothing is
    installed or changed. Exit status, arguments, input and working directory are the
    script's. A table of its fits follows at the end.
    """
    gc.set_threshold(MANY)
    if strict_keras:
        os.environ[STRICT] = "1"
    stays = ExitStack()  # never undone: threads and exit handlers of the script need it too
    status = perform(script, arguments, stays)
    if not no_summary:
        ended_with(status)
    return status


def perform(script: str, arguments: tuple[str, ...], setting: ExitStack) -> int:
    """Run a script, and return its exit status; closing `setting` undoes what was set up."""
    read = Script.read(script)
    from pellucid.keras.engine.staging.stage import Stage

    if sys.platform == "linux" and not {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ):
        os.environ.setdefault("MPLBACKEND", "Agg")
    setting.enter_context(Stage())
    setting.enter_context(hints_in_one_line())
    return read.run(setting.enter_context(main_program(read, arguments)))


def ended_with(status: int) -> None:
    """Print what there is to say after a script."""
    fits = sys.modules.get("pellucid.keras.engine.training.fits")
    if fits is not None and status != INTERRUPTED:
        print_fits(fits.fits)
        print_findings(fits.fits)


@contextmanager
def hints_in_one_line() -> Iterator[None]:
    """Show hints as `script.py:12: hint: ...`, and other warnings as before."""
    before = warnings.showwarning

    def show(message: Any, category: type, filename: str, lineno: int, *more: Any) -> None:
        if category.__name__ != "KerasHint":
            before(message, category, filename, lineno, *more)
            return
        place = current_line() or (filename, lineno)
        sys.stdout.flush()
        print(f"{shown(place[0])}:{place[1]}: hint: {message}", file=sys.stderr)

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before
