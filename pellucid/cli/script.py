"""A script or notebook, and running it as the program of this process.

What `python SCRIPT.py ARGS` gives a script, it gets here too: `__name__`, `__file__`, `sys.argv`,
its own folder first on `sys.path`, its exit status, its tracebacks without frames of ours.
"""

import ast
import io
import json
import linecache
import os
import re
import sys
import tokenize
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType, TracebackType
from typing import Any, NamedTuple

from pellucid.base.errors import FileError, PellucidError, explain
from pellucid.base.whose import line_of, shown
from pellucid.cli.exits import FAILED, INTERRUPTED
from pellucid.keras.config import is_traceback_filtering_enabled

NOT_PYTHON = re.compile(r"^(\s*)([%!?]|\w+\s*=\s*[%!]|.*\w\?$)")
# Where pellucid and JAX lie, found without loading them: scripts set what JAX reads when loaded.
_SPECS = (find_spec(package) for package in ("pellucid", "jax"))
MACHINERY = tuple(f"{Path(str(spec.origin)).parent}{os.sep}" for spec in _SPECS if spec)
JAX_NOTE = "--------------------\nFor simplicity, JAX has removed"
OTHER_LANGUAGE = re.compile(r"^\s*%%(?!time|capture|prun)")


class Piece(NamedTuple):
    """Some source: a whole script, or one cell of a notebook."""

    name: str  # what tracebacks call it
    source: bytes
    cell: bool = False

    def run(self, names: dict[str, Any]) -> None:
        """Run it among `names`; the last expression of a cell is shown."""
        for code in self._programs():
            exec(code, names)

    def _programs(self) -> Iterator[CodeType]:
        if not self.cell:
            yield compile(self.source, self.name, "exec", dont_inherit=True)
            return
        tree = ast.parse(self.source, self.name)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        quiet = self.source.rstrip().endswith(b";")
        yield compile(tree, self.name, "exec", dont_inherit=True)
        if last is not None:
            form = ast.Module([last], []) if quiet else ast.Interactive([last])
            yield compile(form, self.name, "exec" if quiet else "single", dont_inherit=True)


class Script(NamedTuple):
    """A program to run: its path as given, and its source in pieces."""

    path: Path
    pieces: tuple[Piece, ...]

    @classmethod
    def read(cls, path: str | Path) -> "Script":
        """Read a `.py` file or a notebook.

        Raises:
            FileError: There is no such file, or it is not what its name says.
        """
        path = Path(path)
        try:
            source = path.read_bytes()
        except OSError as error:
            why = error.strerror or "cannot be read"
            raise FileError(
                explain(f"{path}: {why}.", got=str(path), expected="a Python script or a notebook")
            ) from error
        if path.suffix != ".ipynb":
            return cls(path, (Piece(str(path.absolute()), source),))
        return cls(path, tuple(_cells(path, source)))

    def run(self, module: ModuleType) -> int:
        """Run it in `module`, and return its exit status."""
        try:
            for piece in self.pieces:
                piece.run(module.__dict__)
        except SystemExit as leaving:
            return _status(leaving.code)
        except PellucidError as error:
            _say(error)
            return FAILED
        except BaseException as error:
            error.with_traceback(self._own(error.__traceback__))
            if is_traceback_filtering_enabled():
                leave_out_machinery(error)
            self._show(error)
            return INTERRUPTED if isinstance(error, KeyboardInterrupt) else FAILED
        return 0

    def _show(self, error: BaseException) -> None:
        """Print a traceback as Python would; of cells, whose lines only `linecache` knows."""
        if any(piece.cell for piece in self.pieces) and sys.excepthook is sys.__excepthook__:
            traceback.print_exception(error)
        else:
            sys.excepthook(type(error), error, error.__traceback__)

    def _own(self, trace: TracebackType | None) -> TracebackType | None:
        """Return a traceback from the script's first frame on."""
        names = {piece.name for piece in self.pieces}
        while trace is not None and trace.tb_frame.f_code.co_filename not in names:
            trace = trace.tb_next
        return trace


def leave_out_machinery(error: BaseException) -> None:
    """Take frames of pellucid and JAX out of an error's traceback, and JAX's notes about its own.

    What is left are the script's lines and those of what it calls. An error behind this one
    is treated likewise.
    """
    kept, trace = [], error.__traceback__
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(MACHINERY):
            kept.append(trace)
        trace = trace.tb_next
    for frame in reversed(kept):
        trace = TracebackType(trace, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    error.with_traceback(trace)
    notes = getattr(error, "__notes__", [])
    notes[:] = [note for note in notes if not note.startswith(JAX_NOTE)]
    for behind in (error.__cause__, error.__context__):
        if behind is not None:
            leave_out_machinery(behind)


@contextmanager
def main_program(script: Script, arguments: tuple[str, ...]) -> Iterator[ModuleType]:
    """Make a script the main program of this process, and afterwards undo that."""
    module = ModuleType("__main__")
    module.__dict__.update(__builtins__=__builtins__, __spec__=None, __package__=None)
    if not script.pieces or not script.pieces[0].cell:
        module.__dict__["__file__"] = str(script.path.absolute())
    else:
        module.__dict__["display"] = print  # which notebooks have without asking
    before = sys.argv, sys.path, sys.modules.get("__main__")
    sys.argv = [str(script.path), *arguments]
    if not sys.flags.safe_path:
        sys.path = [str(script.path.resolve().parent), *sys.path[1:]]
    sys.modules["__main__"] = module
    try:
        yield module
    finally:
        sys.argv, sys.path = before[:2]
        if before[2] is not None:
            sys.modules["__main__"] = before[2]


def _status(code: object) -> int:
    """Return the exit status that Python gives for `sys.exit(code)`."""
    if code is None or isinstance(code, int):
        return int(code or 0)
    print(code, file=sys.stderr)
    return FAILED


def _say(error: PellucidError) -> None:
    """Print one message with the line of the script that led to it."""
    place = line_of(error.__traceback__)
    what, *more = str(error).splitlines()
    if place is None:
        what = f"{type(error).__name__}: {what}"
    else:
        what = f"{shown(place.file)}:{place.line}: {what}"
        more.insert(0, f"    {linecache.getline(place.file, place.line).strip()}")
    sys.stdout.flush()
    print("\n".join([what, *more]), file=sys.stderr)


def _cells(path: Path, source: bytes) -> Iterator[Piece]:
    try:
        cells = json.loads(source)["cells"]
        texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError) as error:
        raise FileError(
            explain(
                f"{path} is not a notebook of today's form.",
                got=traceback.format_exception_only(error)[-1].strip(),
                expected="JSON with a list of cells (nbformat 4)",
            )
        ) from error
    for number, text in enumerate(texts, 1):
        name = f"{path.absolute()}, cell {number}"
        python = _python(text, shown(name))
        linecache.cache[name] = len(python), None, python.splitlines(keepends=True), name
        yield Piece(name, python.encode(), cell=True)


def _python(text: str, name: str) -> str:
    """Return a cell without the lines that are IPython's and not Python's."""
    if OTHER_LANGUAGE.match(text):
        print(f"{name}: skipped: {text.split(maxsplit=1)[0]}", file=sys.stderr)
        return ""
    lines = text.splitlines()
    inside = _inside_strings(text)
    for number, line in enumerate(lines):
        if number not in inside and (found := NOT_PYTHON.match(line)) and not _parses(text):
            print(f"{name}:{number + 1}: skipped: {line.strip()}", file=sys.stderr)
            lines[number] = f"{found[1]}pass"
    return "\n".join(lines) + "\n"


def _inside_strings(text: str) -> set[int]:
    """Return the lines, counted from 0, that begin inside a string."""
    inside: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.STRING:
                inside.update(range(token.start[0], token.end[0]))
    except (tokenize.TokenError, SyntaxError):
        pass  # what has been seen so far is all there is to know
    return inside


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
