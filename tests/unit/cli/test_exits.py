"""Exit codes, one line on why, and a command line that answers before JAX is loaded."""

import os
import subprocess
import sys

import click
import pytest

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.cli.exits import answered

TOO_LITTLE_MEMORY = (
    "pellucid: not enough memory; "
    "try a smaller --batch-size, fewer rows, a smaller network, or smaller pictures\n"
)


def ended(command):
    with pytest.raises(SystemExit) as caught:
        answered(command)
    return caught.value.code


def failing(error):
    def command():
        raise error

    return command


def test_what_a_command_returns_is_its_code():
    assert ended(lambda: None) == 0
    assert ended(lambda: 3) == 3


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (
            DataError(explain("Bad.", got=1, expected="2", hint="try missing='mean'")),
            2,
            "pellucid: Bad. Try --missing mean. (got 1; expected 2)\n",
        ),
        (
            ConfigError(explain("There is no 'x'.", got="'x'", expected="y")),
            2,
            "pellucid: There is no 'x'. (expected y)\n",
        ),
        (click.UsageError("Two\nlines."), 2, "pellucid: Two lines.\n"),
        (KeyboardInterrupt(), 130, ""),
        (
            PermissionError(13, "Permission denied", "a.csv"),
            1,
            "pellucid: a.csv: Permission denied\n",
        ),
        (MemoryError(), 1, TOO_LITTLE_MEMORY),
        (
            RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 9 bytes."),
            1,
            TOO_LITTLE_MEMORY,
        ),
    ],
)
def test_a_failure_has_a_code_and_a_line(capsys, monkeypatch, error, code, line):
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert ended(failing(error)) == code
    assert capsys.readouterr() == ("", line)


def test_a_mistake_of_ours_is_not_hidden():
    with pytest.raises(ZeroDivisionError):
        answered(lambda: 1 / 0)


def test_a_reader_that_has_gone_is_no_traceback():
    read, written = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "pellucid", "data"]
    done = subprocess.run(command, stdout=written, stderr=subprocess.PIPE, check=False)
    os.close(written)
    assert (done.returncode, done.stderr) == (1, b"")


def test_help_and_refusals_need_no_jax(tmp_path):
    script = (
        "import sys\n"
        "from pellucid.cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "assert 'jax' not in sys.modules and 'matplotlib' not in sys.modules\n"
    )
    for words in (("--help",), ("train", "--help"), ("train", "iris", "--optimizer", "adm")):
        command = [sys.executable, "-c", script, *words]
        subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
