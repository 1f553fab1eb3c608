"""How a command ends: its exit code, and one line on why where it did not do as asked.

0    done
1    ran and failed
2    refused: usage, data or a file; nothing was changed on disk
3    training became non-finite
130  stopped by Ctrl-C
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

from pellucid.base.errors import PellucidError
from pellucid.experiments.spelling import in_options

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
    except (KeyboardInterrupt, click.Abort):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a third one must not change the code
        code = INTERRUPTED
    except BrokenPipeError:  # whoever reads our output has gone; what is left has no reader
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = FAILED
    except OSError as error:
        say(f"{error.filename or 'the system'}: {error.strerror or error}")
        code = FAILED
    except MemoryError:
        say("not enough memory; try fewer rows, a smaller network, or smaller pictures")
        code = FAILED
    sys.exit(code if isinstance(code, int) else 0)


def say(line: str) -> None:
    """Write one line to the error stream, in the words of the command line."""
    print(f"pellucid: {in_options(' '.join(line.split()))}", file=sys.stderr)
