"""Settings in the words of the command line: one option each, and the line that repeats a run."""

import csv
import io
import re
import shlex
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from pellucid.base.config import Config
from pellucid.data.reading import Reading
from pellucid.experiments.experiment import Experiment

# A seed and rows mean the split and the table to most people, so generated sets say more.
RENAMED = {"rows": "generate_rows", "noise": "generate_noise", "seed": "generate_seed"}
_OF_READING = frozenset(f.name for f in fields(Reading))
_OF_EXPERIMENT = frozenset(f.name for f in fields(Experiment)) - {"data", "reading"}
_CALL = re.compile(r"\b(Experiment|Reading)\((\w+)=\.\.\.\)")
_SETTING = re.compile(
    rf"\b({'|'.join(sorted(_OF_READING | _OF_EXPERIMENT))})="
    r"""('[^']*'|"[^"]*"|\([^()]*\)|\.\.\.|[\w.+-]*\w)"""
)


def parameter(config: type[Config], setting: str) -> str:
    """Return a setting's name on the command line, as Python spells it: "generate_rows"."""
    return RENAMED.get(setting, setting) if config is Reading else setting


def option(config: type[Config], setting: str) -> str:
    """Return a setting's option: "--batch-size"."""
    return f"--{parameter(config, setting).replace('_', '-')}"


def command(experiment: Experiment) -> str:
    """Return the line for a shell that runs an experiment.

    Example:
        >>> command(Experiment("my table.csv", Reading(target="price", drop=("id", "zip"))))
        "pellucid train 'my table.csv' --target price --drop id,zip"
    """
    words = ["pellucid", "train", experiment.data]
    for config in (experiment.reading, experiment):
        for declared in fields(config):
            value = getattr(config, declared.name)
            told = declared.name not in ("data", "reading") and value != declared.default
            if told and value is not None:
                words += [option(type(config), declared.name), _written(value)]
    return shlex.join(words)


def in_options(text: str) -> str:
    """Return a message with settings as a command line takes them, not as Python does.

    Example:
        >>> in_options("say missing='median', or leave it out: drop='full name'")
        "say --missing median, or leave it out: --drop 'full name'"
    """
    configs = {"Experiment": Experiment, "Reading": Reading}
    text = _CALL.sub(lambda found: option(configs[found[1]], found[2]), text)
    return _SETTING.sub(_as_option, text)


def _as_option(found: re.Match[str]) -> str:
    setting, value = found[1], found[2]
    config = Experiment if setting in _OF_EXPERIMENT else Reading
    if value == "...":
        return f"{option(config, setting)} ..."
    if value.startswith("("):
        value = "x".join(part.strip() for part in value.strip("()").split(",") if part.strip())
    return f"{option(config, setting)} {shlex.quote(value.strip(chr(34) + chr(39)))}"


def _written(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        if all(isinstance(part, int) for part in value):
            return "x".join(map(str, value))
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(value)
        return line.getvalue()
    return str(value)
