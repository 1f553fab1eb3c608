"""README, taken at its word: its Python runs, and its commands are ones that there are."""

import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import click
import pytest

from pellucid.cli.main import pellucid_command

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN, TEST = "## Run it", "## Test it"


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, flags=re.M | re.S)


def section(title: str) -> str:
    return README.split(f"{title}\n", 1)[1].split("\n## ", 1)[0]


def commands() -> list[list[str]]:
    lines = [line for block in blocks("bash") for line in block.splitlines()]
    parts = [part for line in lines for part in line.split(" && ")]
    return [shlex.split(part, comments=True) for part in parts if part.strip()]


def calls(program: str) -> list[list[str]]:
    found = [words[1:] for words in commands() if Path(words[0]).name == program]
    assert found, f"README never calls {program}"
    return found


@pytest.mark.parametrize("number", range(len(blocks("python"))))
def test_python_runs(number, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    exec(compile(blocks("python")[number], f"README.md, block {number}", "exec"), {})
    assert capsys.readouterr().out.strip()


def test_there_are_blocks_for_every_face():
    assert len(blocks("python")) == 5  # the library, experiments, scikit-learn, Keras, the doctor


@pytest.mark.parametrize("title", [RUN, TEST])
def test_one_command_is_enough(title):
    (block,) = blocks("bash", section(title))
    assert len(block.splitlines()) == 1


def test_every_program_is_known():
    assert {Path(words[0]).name for words in commands()} == {"python3", "pip", "pellucid", "python"}


@pytest.mark.parametrize("words", calls("pellucid"), ids=" ".join)
def test_commands_take_what_they_are_given(words):
    """Every option exists and has a value it can have; nothing is run."""
    context = click.Context(pellucid_command)
    command = pellucid_command.get_command(context, words[0])
    assert command.make_context(words[0], words[1:], parent=context).params


def test_what_is_installed_is_there():
    for words in calls("pip"):
        assert words[:2] == ["install", "--constraint"]
        assert (ROOT / words[2]).is_file()
        extra = re.fullmatch(r"\.(?:\[(\w+)\])?", words[-1])
        assert extra, words[-1]
        assert extra[1] is None or extra[1] in PROJECT["project"]["optional-dependencies"]


def test_tests_leave_out_only_what_is_marked_slow():
    (words,) = calls("python")
    assert words[:2] == ["-m", "pytest"]
    assert words[words.index("-m", 2) + 1] == "not slow"
    markers = PROJECT["tool"]["pytest"]["ini_options"]["markers"]
    assert any(marker.startswith("slow:") for marker in markers)


@pytest.mark.parametrize("arguments", [[], ["nightly"]])
def test_the_script_for_fresh_machines_runs_the_same_tests(arguments, tmp_path):
    """Run .ci/run in a copy where each program only says what it was asked."""
    (command,) = blocks("bash", section(TEST))
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "run").write_bytes((ROOT / ".ci" / "run").read_bytes())
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    for place in ("bin/chromium", "bin/python3", *(f".venv/bin/{name}" for name in PROGRAMS)):
        _say(tmp_path / place)
    said = subprocess.run(
        ["bash", ".ci/run", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"},
        check=True,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    ).stdout
    wanted = shlex.split(command.split(" && ")[-1])[1:]
    if arguments:
        wanted = [word.removeprefix("not ") for word in wanted]
    assert said.splitlines()[-1] == f"python {' '.join(wanted)}"
    assert ("ruff check ." in said) != bool(arguments)


PROGRAMS = ("pip", "python", "ruff", "basedpyright")


def _say(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f'#!/bin/sh\n[ "$1" = -c ] || echo {place.name} "$@"\n')
    place.chmod(0o755)
