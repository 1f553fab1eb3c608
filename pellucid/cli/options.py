"""Settings as options of a command: the declaration of a Config is the only one."""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, get_args, get_origin, get_type_hints

import click

from pellucid.base.config import Config, kinds_of
from pellucid.experiments.spelling import option, parameter

# The headings of a command's help, and what stands under each.
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "What to predict": ("target", "task"),
    "The network": ("network", "activation", "dropout", "scaling"),
    "Training": (
        *("optimizer", "learning_rate", "loss", "class_weight", "shuffle"),
        *("epochs", "batch_size", "patience", "dtype", "seed"),
    ),
    "Rows held out": ("validation", "test", "groups", "time", "threshold"),
    "Reading a table": (
        *("missing", "na_values", "on_bad_row", "categorical", "drop", "stream"),
        *("delimiter", "decimal", "text_encoding", "unknown"),
    ),
    "Reading pictures": ("size", "channels"),
    "Sets by name": ("generate_rows", "generate_noise", "generate_seed", "folder"),
}


COLUMNS = ("target", "groups", "time")  # settings that name a column


class Grouped(click.Command):
    """A command whose help lists its options under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = (p for p in self.get_params(ctx) if isinstance(p, click.Option))
        lines = {option.name: option.get_help_record(ctx) for option in options}
        grouped = {name for names in HEADINGS.values() for name in names}
        others = tuple(name for name in lines if name not in grouped)
        for heading, names in {**HEADINGS, "This command": others}.items():
            records = [line for name in names if (line := lines.get(name)) is not None]
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def options_of(config: type[Config], *, leave_out: tuple[str, ...] = ()) -> Callable[[Any], Any]:
    """Return a decorator that gives a command one option for each setting of `config`.

    An option not given is None, so that the setting's own default holds.
    """
    hints = get_type_hints(config)

    def decorate(command: Any) -> Any:
        for declared in reversed(fields(config)):
            if declared.name not in leave_out:
                command = _option(config, declared, hints[declared.name])(command)
        return command

    return decorate


def settings_of(config: type[Config], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of `config` that were given on the command line."""
    hints, found = get_type_hints(config), {}
    for declared in fields(config):
        value = given.get(parameter(config, declared.name))
        if value not in (None, ()):
            item = _item(hints[declared.name])
            found[declared.name] = value if item is None else _parts(value, item)
    return found


def _option(config: type[Config], declared: "Field[Any]", hint: Any) -> Callable[[Any], Any]:
    item = _item(hint)
    return click.option(
        option(config, declared.name),
        parameter(config, declared.name),
        type=_plain_type(hint),
        default=None,
        multiple=item is str,
        metavar=_metavar(declared, hint),
        help=_help(declared),
    )


def _help(declared: "Field[Any]") -> str:
    choices, about = declared.metadata.get("choices"), declared.metadata.get("about", "")
    if isinstance(choices, tuple):
        about += f" ({' | '.join(str(choice) for choice in choices if choice is not None)})"
    default = declared.default
    return about if default in (MISSING, None, ()) else f"{about}  [{default}]"


def _metavar(declared: "Field[Any]", hint: Any) -> str:
    item, kinds = _item(hint), kinds_of(hint)
    if item is not None:
        return "A,B,..." if item is str else "HxW"
    if int in kinds:
        return "N"
    return "X" if float in kinds else "COLUMN" if declared.name in COLUMNS else "NAME"


def _plain_type(hint: Any) -> Any:
    kinds = kinds_of(hint)
    if str in kinds or _item(hint) is not None:  # the setting itself says what it may be
        return str
    return float if float in kinds else int


def _item(hint: Any) -> Any:
    """Return what a setting is a sequence of, or None if it is none."""
    several = [kind for kind in kinds_of(hint) if get_origin(kind) in (tuple, Sequence)]
    return get_args(several[0])[0] if several else None


def _parts(given: Any, item: Any) -> Any:
    """Return "a,b" as names, "32x24" as numbers, and "32" as one number."""
    if item is str:
        return tuple(name.strip() for row in csv.reader(given) for name in row)
    if not re.fullmatch(r"\d+([x,]\d+)*", given):
        return given
    numbers = tuple(int(part) for part in re.split("[x,]", given))
    return numbers if numbers[1:] else numbers[0]
