"""An experiment as one value: what to learn from, with which network, trained how.

It loads no JAX, so that a command line can be checked before anything heavy starts.
"""

import tomllib
from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import Any

import tomli_w

from pellucid.base.config import Config, config, option
from pellucid.base.errors import ConfigError, FileError, PellucidError, explain
from pellucid.data.reading import Reading

OPTIMIZERS = (
    *("sgd", "rmsprop", "adagrad", "adadelta", "adam", "adamw", "adamax", "nadam", "lion"),
)
SCALINGS = ("auto", "standard", "minmax", "symmetric", "none")


def as_batch_size(given: Any) -> int | str:
    """Return "auto", "full" or a number of rows, which a command line gives as text.

    Raises:
        ConfigError: it is none of these.
    """
    if given in ("auto", "full"):
        return given
    if str(given).isdecimal() and int(given) > 0:
        return int(given)
    what = "Experiment(batch_size=...) is not a number of rows."
    raise ConfigError(explain(what, got=repr(given), expected="1, 2, ... rows, full, or auto"))


def as_threshold(given: Any) -> float | str:
    """Return "auto", the name of a measure, or a number, which a command line gives as text.

    Raises:
        ConfigError: the number is no probability.
    """
    try:
        number = float(given)
    except ValueError:
        return given
    if 0 <= number <= 1:
        return number
    what = "Experiment(threshold=...) is not a probability."
    raise ConfigError(explain(what, got=repr(given), expected="0 to 1"))


@config
class Experiment(Config):
    """All that is needed to repeat a run: equal experiments on equal data, equal networks.

    What is "auto" or None is chosen by the data: output and loss by the target, the
    network by the number of rows or the size of the pictures. The report says what that was.
    """

    data: str = option(about="a set by name, a file, or a folder of pictures")
    reading: Reading = Reading()
    network: str = option(
        default="auto",
        about="widths such as 128-64, on pictures after filters, c16-c32-64; or linear",
    )
    activation: str = option(
        default="relu", about="what hidden layers do with z, such as relu, tanh, sigmoid"
    )
    dropout: float | None = option(
        default=None,
        at_least=0,
        below=1,
        about="share of hidden units dropped while training; else 0.3 on pictures, 0 on tables",
    )
    scaling: str = option(default="auto", choices=SCALINGS, about="of the inputs, inside the model")
    optimizer: str = option(default="adam", choices=OPTIMIZERS, about="how weights are moved")
    learning_rate: float | None = option(
        default=None, above=0, about="the size of a step; else that of the optimizer"
    )
    loss: str | None = option(default=None, about="what to make small; else by the target")
    class_weight: str | None = option(
        default=None,
        choices=("balanced", None),
        about="let every class weigh the same, however rare",
    )
    shuffle: str = option(
        default="rows",
        choices=("rows", "balanced"),
        about="by epoch: rows at random, or so that a batch has all classes equally often",
    )
    epochs: int | None = option(
        default=None,
        at_least=1,
        about="at most this many passes; else 10,000 steps, 1,500 on pictures",
    )
    batch_size: int | str = option(
        default="auto", convert=as_batch_size, about="rows a step: a number, full, or auto"
    )
    patience: int | None = option(
        default=None, at_least=1, about="epochs without better before stopping; else 500 steps"
    )
    stream: str = option(
        default="auto",
        choices=("auto", "always", "never"),
        about="read rows from disk while training; else if the data are large beside memory",
    )
    validation: float = option(default=0.15, above=0, below=1, about="share of rows to stop by")
    test: float = option(default=0.15, above=0, below=1, about="share of rows to be judged on")
    threshold: float | str = option(
        default="auto",
        convert=as_threshold,
        about="from which probability on a row is of the rarer of two classes: a number, or what "
        "validation rows give by f1, balanced_accuracy, recall=X or precision=X",
    )
    dtype: str = option(
        default="float32", choices=("float32", "bfloat16"), about="what layers compute with"
    )
    seed: int = option(
        default=0, at_least=0, about="of the split, the first weights and the order of rows"
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.validation + self.test >= 1:
            what = "validation and test together leave no rows to train on."
            got = f"{self.validation} + {self.test}"
            raise ConfigError(explain(what, got=got, expected="less than 1"))

    def to_toml(self) -> str:
        """Return the experiment as a TOML document; what is None is left out."""
        return tomli_w.dumps(_without_none(_flat(self)))

    @classmethod
    def from_toml(cls, text: str) -> "Experiment":
        """Return the experiment that a TOML document describes.

        Raises:
            FileError: it is not TOML.
            ConfigError: it names a setting that there is not, or a value it cannot have.
        """
        try:
            told: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            what = "This is no experiment: it is not TOML."
            raise FileError(explain(what, got=str(error), expected="TOML")) from error
        reading = told.get("reading", {})
        if "data" not in told or not isinstance(reading, dict):
            what = "This experiment does not say what to learn from, or not as it should."
            got, expected = ", ".join(told) or "nothing", 'data = "...", and settings in [reading]'
            raise ConfigError(explain(what, got=got, expected=expected))
        return cls.from_config({**told, "reading": Reading.from_config(reading)})

    @classmethod
    def read(cls, path: str | PathLike[str]) -> "Experiment":
        """Return the experiment in a TOML file.

        Raises:
            FileError: the file is not there, or is not TOML.
            ConfigError: it names a setting that there is not, or a value it cannot have.
        """
        try:
            return cls.from_toml(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            if isinstance(error, PellucidError):
                raise
            what = f"{path} cannot be read."
            got = "no text" if isinstance(error, UnicodeDecodeError) else error.strerror
            raise FileError(explain(what, got=got, expected="an experiment in TOML")) from error


def _flat(experiment: Experiment) -> dict[str, Any]:
    told = {f.name: getattr(experiment, f.name) for f in fields(experiment)}
    changed = {
        f.name: getattr(experiment.reading, f.name)
        for f in fields(Reading)
        if getattr(experiment.reading, f.name) != f.default
    }
    return {**told, "reading": changed or None}


def _without_none(told: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_none(value) if isinstance(value, dict) else value
        for name, value in told.items()
        if value is not None
    }
