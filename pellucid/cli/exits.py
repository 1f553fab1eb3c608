"""How a command ends: its exit code, and one line on why where it did not do as asked.

0    done
1    ran and failed
2    refused: usage, data or a file; nothing was changed on disk
3    training became non-finite
130  stopped by Ctrl-C
143  stopped by a signal to terminate
"""

import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from pellucid.base.errors import PellucidError
from pellucid.experiments.spelling import in_options

EXHAUSTED = "RESOURCE_EXHAUSTED"  # how XLA begins to say that memory is
FAILED, REFUSED, NOT_FINITE, INTERRUPTED = 1, 2, 3, 130


def answered(command: Callable[[], Any]) -> NoReturn:
    """Run a command and leave with its exit code; what it returns, if a number, is the code."""
    try:
        code = command()
        sys.stdout.flush()
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        more = f" (see {context.command_path} --help)" if context is not None else ""
        say(f"{error.format_message()}{more}")
        code = REFUSED
    except PellucidError as error:
        say(error.one_line)
        code = REFUSED
    except (KeyboardInterrupt, click.Abort, SystemExit) as error:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a third one must not change the code
        for note in getattr(error, "__notes__", ()):
            say(note)
        if _at_once(error):  # a program of JAX may run, and Python cannot be taken down under it
            sys.stdout.flush()
            os._exit(INTERRUPTED)
        code = error.code if isinstance(error, SystemExit) else INTERRUPTED
    except BrokenPipeError:  # whoever reads our output has gone; what is left has no reader
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    except OSError as error:
        say(f"{error.filename or 'the system'}: {error.strerror or error}")
        code = FAILED
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and EXHAUSTED not in str(error):
            raise
        tip = "try a smaller --batch-size, fewer rows, a smaller network, or smaller pictures"
        say(f"not enough memory; {tip}")
        code = FAILED
    sys.exit(code if isinstance(code, int) else 0)


def _at_once(error: BaseException | None) -> bool:
    """Tell whether somebody leaves without waiting, or did before he pressed once more."""
    return error is not None and (getattr(error, "at_once", False) or _at_once(error.__context__))


@contextmanager
def warnings_said() -> Iterator[None]:
    """Say warnings as the command line says things."""
    before = warnings.showwarning

    def show(message: Any, *where: Any) -> None:
        say(str(message))

    warnings.showwarning = show
    try:
        yield
    finally:
        warnings.showwarning = before


def say(line: str) -> None:
    """Write one line to the error stream, in the words of the command line."""
    print(f"pellucid: {in_options(' '.join(line.split()))}", file=sys.stderr)
