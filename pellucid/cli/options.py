"""Settings as options of a command: the declaration of a Config is the only one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, get_args, get_origin, get_type_hints

import click

from pellucid.base.config import Config, kinds_of

Names = Mapping[str, str]  # from a setting to its option, where they differ


def options_of(
    config: type[Config], *, leave_out: tuple[str, ...] = (), renamed: Names | None = None
) -> Callable[[Any], Any]:
    """Return a decorator that gives a command one option for each setting of `config`.

    An option not given is None, so that the setting's own default holds.
    """
    hints = get_type_hints(config)

    def decorate(command: Any) -> Any:
        for declared in reversed(fields(config)):
            if declared.name not in leave_out:
                name = (renamed or {}).get(declared.name, declared.name)
                command = _option(declared, hints[declared.name], name)(command)
        return command

    return decorate


def settings_of(
    config: type[Config], given: Mapping[str, Any], *, renamed: Names | None = None
) -> dict[str, Any]:
    """Return the settings of `config` that were given on the command line."""
    hints, found = get_type_hints(config), {}
    for declared in fields(config):
        value = given.get((renamed or {}).get(declared.name, declared.name))
        if value is not None:
            item = _item(hints[declared.name])
            found[declared.name] = value if item is None else _parts(value, item)
    return found


def _option(declared: "Field[Any]", hint: Any, name: str) -> Callable[[Any], Any]:
    choices, about = declared.metadata.get("choices"), declared.metadata.get("about", "")
    default = "" if declared.default in (MISSING, None, ()) else f"  [{declared.default}]"
    return click.option(
        f"--{name.replace('_', '-')}",
        name,
        type=_click_type(kinds_of(hint), choices),
        default=None,
        metavar="A,B,..." if _item(hint) is not None else None,
        help=f"{about}{default}",
    )


def _click_type(kinds: tuple[Any, ...], choices: Any) -> Any:
    if isinstance(choices, tuple) and str in kinds:
        return click.Choice([choice for choice in choices if choice is not None])
    if str in kinds:
        return str
    return float if float in kinds else int if int in kinds else str


def _item(hint: Any) -> Any:
    """Return what a setting is a tuple of, or None if it is none."""
    tuples = [kind for kind in kinds_of(hint) if get_origin(kind) is tuple]
    return get_args(tuples[0])[0] if tuples else None


def _parts(text: str, item: Any) -> tuple[Any, ...]:
    """Return "a,b" as names and "32x24" as numbers."""
    if item is int and re.fullmatch(r"\d+([x,]\d+)*", text):
        return tuple(int(part) for part in re.split("[x,]", text))
    return tuple(part.strip() for part in text.split(","))
