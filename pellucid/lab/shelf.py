"""Where benches come from: sets by name, what the command line named, what a page has sent."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pellucid.base.errors import ConfigError, DataError, FileError, explain, nearest
from pellucid.data.reading import Reading
from pellucid.data.sources import SETS
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import is_run, open_run
from pellucid.lab.bench import Bench, as_layers, as_told, from_run, set_up
from pellucid.lab.lesson import ENDING, Lesson, lesson_named
from pellucid.lab.protocol import Command
from pellucid.lab.upload import MODELS, Upload
from pellucid.lab.views.scene import Scene

SAME_DATA = ("reset", "build", "apply")  # what leaves the data as they are
LONGEST_TABLE = 200_000  # letters that a lesson takes along
RUNS, MOST_RUNS = Path("runs"), 40  # where `pellucid train` puts runs; those that a page may open


class Shelf:
    """Finds the bench that a command asks for, and keeps what a page has sent.

    One that is `closed` finds none: what a script trains, it alone changes.
    """

    def __init__(self, *, closed: bool = False) -> None:
        self._closed = closed
        self.upload: Upload | None = None
        self.lesson: Lesson | None = None  # the last one that was asked for
        self._named = ""  # what the command line named, which may be a place on this machine

    @property
    def sent(self) -> str:
        """The name of the last table that a page has sent."""
        return self.upload.name if self.upload is not None else ""

    def kept(self) -> dict[str, Path]:
        """Return the runs of the folder in which the lab was started by name, the latest first."""
        found = [path for path in RUNS.iterdir() if is_run(path)] if RUNS.is_dir() else []
        found.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        return {path.name: path for path in found[:MOST_RUNS]}

    def bench(self, command: Command, scene: Scene | None) -> Bench:
        """Return the bench that a command asks for.

        Raises:
            PellucidError: it cannot be, or there is no such thing.
        """
        if self._closed:
            what, hint = "This network is a script's own.", "change it there, and call fit again"
            raise ConfigError(explain(what, got=command.do, expected="looks at it", hint=hint))
        given = command.given
        if scene is None or command.do in ("open", "lesson", "file", "run"):
            return self._opened(command, scene)
        match command.do:
            case "build":
                return scene.bench.with_layers(as_layers(given["layers"]))
            case "settle":
                return scene.bench.settled(given["settings"])
            case "apply":
                return _remedied(scene, str(given["check"]))
        return scene.bench.again()

    def _opened(self, command: Command, scene: Scene | None) -> Bench:
        given = command.given
        if command.do == "file":
            return self._sent(Upload(given["name"], given["content"]), scene)
        if command.do == "lesson":
            lesson = lesson_named(given["name"]) if scene else Lesson.from_toml(given["text"])
            return self._taught(lesson, trusted=scene is None)
        if command.do == "run":
            return self._trained(given["name"])
        if scene is None:
            self._named = given["data"]
        return self._of(given["data"], given["reading"], scene)

    def _sent(self, file: Upload, scene: Scene | None) -> Bench:
        """Return the bench of a file that a page has sent: a table, a network, or a lesson."""
        ending = Path(file.name).suffix.lower()
        if ending in MODELS and scene is not None:
            return scene.bench.with_network(file.view())
        if ending == ENDING:
            return self._taught(Lesson.from_toml(file.text))
        self.upload = file
        return self._of(file.name, {}, None)

    def _trained(self, name: str) -> Bench:
        """Return the bench of a run that is kept in the folder of runs."""
        known = self.kept()
        if name not in known:
            what = f"There is no run called {name!r}."
            expected = ", ".join(known) or "a run that `pellucid train` made here"
            raise FileError(explain(what, got=name, expected=expected, hint=nearest(name, known)))
        self.lesson = None
        return from_run(open_run(known[name]))

    def _taught(self, lesson: Lesson, *, trusted: bool = False) -> Bench:
        """Return the bench of a lesson."""
        told = lesson.experiment
        if trusted:
            self._named = told.data
        if lesson.table:
            self.upload = Upload(told.data, lesson.table.encode())
            told = replace(told, data=self.upload.name)
        bench = self._set_up(told)
        self.lesson = lesson
        return bench.with_layers(as_layers(lesson.layers)) if lesson.layers else bench

    def _of(self, source: str, reading: Mapping[str, Any], scene: Scene | None) -> Bench:
        """Return the bench of data by their name; of sets alike, with the network there is."""
        if source == self._named and is_run(source):
            return from_run(open_run(source))
        made = self._set_up(Experiment(source, reading=Reading.from_config(reading)))
        if scene is not None and _alike(scene.bench, made):
            with_rows = replace(scene.bench, ready=made.ready)
            return with_rows.settled({"data": source, "reading": made.experiment.reading})
        self.lesson = None
        return made

    def _set_up(self, experiment: Experiment) -> Bench:
        source = experiment.data
        if self.upload is not None and source == self.upload.name:
            return set_up(experiment, self.upload.read(experiment.reading))
        if source not in (*SETS, self._named):
            what = "The page may open sets by name; a file comes from the page itself."
            raise DataError(explain(what, got=source, expected=", ".join(SETS)))
        return set_up(experiment)

    def share(self, scene: Scene, title: str, view: str, look: Sequence[str]) -> Lesson:
        """Return what is on the bench as a lesson; rows that a page has sent come along.

        Raises:
            FileError: they are no text, or too many.
        """
        bench, table = scene.bench, ""
        told = replace(bench.experiment, batch_size=bench.made.batch_size, epochs=bench.made.epochs)
        if self.upload is not None and told.data == self.upload.name:
            table = self.upload.text
            if len(table) > LONGEST_TABLE:
                what, expected = "This table is too large for a lesson.", f"{LONGEST_TABLE} letters"
                raise FileError(explain(what, got=len(table), expected=expected))
        layers = tuple(as_told(bench.layers))
        return Lesson(title, tuple(look), view, told, (), table, scene.options, layers)


def _alike(before: Bench, after: Bench) -> bool:
    """Tell whether a network for one set is one for the other, too."""
    told = [(b.ready.encoding.shape, b.ready.encoding.task, len(b.ready.encoding.class_names))
            for b in (before, after)]  # fmt: skip
    return told[0] == told[1] and {before.experiment.data, after.experiment.data} <= set(SETS)


def _remedied(scene: Scene, check: str) -> Bench:
    """Return the bench with the remedy of a finding made."""
    found = {one.check: one for one in scene.findings}
    change = found[check].change if check in found else None
    if change is None:
        what = "There is no such remedy."
        raise ConfigError(explain(what, got=check, expected=", ".join(found)))
    return scene.bench.cured(change)
