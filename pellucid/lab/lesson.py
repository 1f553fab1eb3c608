"""A lesson: data, network and view set, and what to look at. A TOML file that one can pass on.

title = "..."              what it shows
look = ["...", "..."]      sentences: what to do, and what to see
view = "space"             where it begins
rows = [4]                 of the list of what the lectures show, if it is of one
table = "x1,x2,y ..."      rows of its own, as CSV, if no set has them
[experiment]               as in experiment.toml of a run
[options]                  what the view shows at first
[[layers]]                 if not those that the experiment means: class_name, config
"""

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import tomli_w

from pellucid.base.errors import FileError, PellucidError, explain, nearest
from pellucid.experiments.experiment import Experiment

FOLDER = Path(__file__).parent / "lessons"
ENDING = ".toml"
VIEWS = ("data", "network", "train", "layers", "maps", "space", "score", "runs")
KINDS: Mapping[str, type] = {
    **{"title": str, "look": list, "view": str, "experiment": dict},
    **{"rows": list, "table": str, "options": dict, "layers": list},
}
NEEDED = frozenset(("title", "look", "view", "experiment"))


class Lesson(NamedTuple):
    """What a lesson file says."""

    title: str
    look: tuple[str, ...]
    view: str
    experiment: Experiment
    rows: tuple[int, ...] = ()
    table: str = ""
    options: Mapping[str, Any] = {}
    layers: tuple[Mapping[str, Any], ...] = ()

    @classmethod
    def from_toml(cls, text: str) -> "Lesson":
        """Return the lesson in a file's text.

        Raises:
            FileError: it is none.
            ConfigError: its experiment has a setting that there is not.
        """
        try:
            told = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _no_lesson(str(error), "TOML") from error
        wrong = [name for name, value in told.items() if not isinstance(value, KINDS.get(name, ()))]
        if wrong or not set(told) >= NEEDED:
            raise _no_lesson(", ".join(wrong or told) or "nothing", ", ".join(KINDS))
        if told["view"] not in VIEWS:
            raise _no_lesson(f"the view {told['view']!r}", ", ".join(VIEWS))
        made = {name: tuple(v) if isinstance(v, list) else v for name, v in told.items()}
        return cls(
            **{**made, "experiment": Experiment.from_toml(tomli_w.dumps(told["experiment"]))}
        )

    def to_toml(self) -> str:
        """Return the lesson as the text of a file; what is None is left out."""
        told = {name: value for name, value in self._asdict().items() if value}
        told["experiment"] = tomllib.loads(self.experiment.to_toml())
        return tomli_w.dumps(_without_none(told), multiline_strings=True)


@functools.cache
def all_lessons() -> Mapping[str, Lesson]:
    """Return the lessons that come with the lab, in the order of the lectures."""
    known = {path.stem: Lesson.from_toml(path.read_text("utf-8")) for path in FOLDER.glob("*.toml")}
    return dict(sorted(known.items(), key=lambda item: (item[1].rows, item[0])))


def lesson_named(name: str) -> Lesson:
    """Return a lesson that comes with the lab.

    Raises:
        FileError: there is none of this name.
    """
    known = all_lessons()
    if name not in known:
        what, hint = f"There is no lesson called {name!r}.", nearest(name, known)
        raise FileError(explain(what, got=name, expected=", ".join(known), hint=hint))
    return known[name]


def _no_lesson(got: str, expected: str) -> PellucidError:
    return FileError(explain("This is no lesson.", got=got, expected=expected))


def _without_none(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_none(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_without_none(one) for one in value if one is not None]
    return value
