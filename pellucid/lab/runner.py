"""The process that trains: it does what pages ask for, and shows them what they look at.

Training is the library's own `fit`, with a callback that waits while the page rests and tells
the trainer how far the next block may go. So a network ends with the same bits as in a script.
"""

import os
import signal
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.base.errors import ConfigError, DataError, PellucidError, explain
from pellucid.lab.album import Album
from pellucid.lab.bench import Bench, as_layers, as_model, as_told
from pellucid.lab.easel import Easel
from pellucid.lab.pedals import UNITS, Pedals, speed_for
from pellucid.lab.protocol import Command
from pellucid.lab.record import MOST_RUNS, Entry, entry_of
from pellucid.lab.report import report
from pellucid.lab.script import script
from pellucid.lab.shelf import SAME_DATA, Shelf
from pellucid.lab.survey import Surveyor
from pellucid.lab.views.scene import Draft, Looks, Scene, Then
from pellucid.lab.warming import Warmth
from pellucid.training.callbacks import Callback, Control
from pellucid.training.record import EpochRecord, StepsRecord
from pellucid.training.trainer import Pace

FALLBACK = "moons"  # what is opened where nothing else can be
MENDED = "missing="  # what the words about a table say that has empty cells
WAYS_WITH_GAPS = {"median": "fill them in", "drop": "leave such rows out"}
MEANWHILE = 0.02  # seconds between two looks at whether the programs are there


class Leave(Exception):  # noqa: N818 (it is no error)
    """The fit that is under way is not wanted any more."""


class Runner(Callback):
    """One bench, its controls, and the pipe to the server. Without `warmth` a fit begins cold."""

    def __init__(self, pipe: Any, warmth: Warmth | None = None, shelf: Shelf | None = None) -> None:
        self.pipe, self.pedals, self.warmth = pipe, Pedals(), warmth
        self.surveyor, self.album = Surveyor(), Album()
        self.steps: list[Command] = []  # that wait for the step before them
        self.scene: Scene | None = None
        self.easel = Easel(pipe, self.pedals)
        self._losses_seen = 0  # of the epoch in progress
        self._losses: list[np.ndarray] = []  # of the course, not told yet
        self._epochs: list[Any] = []
        self.shelf = shelf or Shelf()

    # The two loops: at rest, and inside a fit

    def live(self, opening: Mapping[str, Any]) -> None:
        """Open what was asked for, then train whenever pages want it, until the pipe closes."""
        first = [Command("lesson" if "text" in opening else "open", opening)]
        while True:
            try:
                while first:
                    self.obey(first.pop())
                self.attend()
                self.train()
            except Leave:
                continue
            except PellucidError as error:
                self.trouble(error)
                if self.scene is None:  # something must stand on the bench
                    first.append(Command("open", {"data": FALLBACK, "reading": {}}))

    def train(self) -> None:
        """Go through one fit."""
        scene = self.standing
        scene.bench.model.fit(**scene.bench.lesson(), callbacks=[self], verbose=0)
        self.pedals.rest()
        self.show(findings=tuple(scene.bench.model.findings), over=True)

    def attend(self) -> None:
        """Hear what pages ask for, until training may go on."""
        while True:
            ready = self.warmth is None or self.warmth.done
            self.prepare(self.pedals.moving and not ready)
            self.survey()
            if self.scene is not None:
                self.easel.draw(self.scene)
            if self.pedals.stepping and ready:  # each step that was asked for is taken
                return
            wait = max(self.pedals.wait(), 0.0 if ready else MEANWHILE)
            rest = MEANWHILE if self.surveyor.busy else None
            command = self.heard(wait if self.pedals.moving else rest)
            if command is not None:
                self.hear(command)
            elif self.pedals.moving and ready:
                return

    def prepare(self, preparing: bool) -> None:
        """Let pages know while training waits for its programs."""
        if preparing != self.pedals.preparing:
            self.pedals.preparing = preparing
            self.easel.renew()

    def survey(self) -> None:
        """Show the survey that was made meanwhile."""
        found = self.surveyor.take()
        if found is not None:
            self.show(survey=found, surveying=False)

    def answer(self) -> None:
        """Do what pages ask for by now, and nothing else."""
        while self.pipe.poll(0):
            self.hear(Command(*self.pipe.recv()))
        self.pedals.rest()
        if self.scene is not None:
            self.easel.draw(self.scene)

    def heard(self, wait: float | None) -> Command | None:
        """Return what a page asks for next, if it does so in time; a step waits for its turn."""
        if self.steps and not self.pedals.moving:
            return self.steps.pop(0)
        if not self.pipe.poll(wait):
            return None
        told = self.pipe.recv()
        if told is None:
            raise SystemExit
        command = Command(*told)
        if command.do == "step" and self.pedals.stepping:
            self.steps.append(command)
            return None
        return command

    def hear(self, command: Command) -> None:
        """Do what a page asks for; say so if it cannot be done."""
        try:
            self.obey(command)
        except PellucidError as error:
            self.trouble(error)
            if command.do == "file" and MENDED in error.one_line:
                self.tell("gaps", {"data": self.shelf.sent, "ways": WAYS_WITH_GAPS})

    def obey(self, command: Command) -> None:
        """Do what a page asks for."""
        given = command.given
        match command.do:
            case "draw":
                self.easel.wanted = frozenset(given["views"])
            case "recall":
                self.recall(given["epoch"])
            case "play":
                self.recall(None)
                self.pedals.play()
            case "pause":
                self.steps.clear()
                self.rest()
            case "step":
                self.step(given["unit"])
            case "speed":
                self.pedals.speed = given["updates"]
            case "rate":
                self.set_rate(float(given["learning_rate"]))
            case "look":
                self.show(options={**self.standing.options, **given["options"]})
            case "draft":
                self.show(draft=self.drafted(given["layers"]))
            case "open_test":
                self.show(openings=self.standing.openings + 1)
            case "survey":
                self.surveyor.begin(self.standing.bench, given["plane"])
                self.show(surveying=True)
            case "script":
                self.tell("script", {"text": self.script_of(given["run"])})
            case "report":
                self.tell("report", {"text": report(self.standing)})
            case "share":
                told = self.shelf.share(self.standing, **given)
                self.tell("lesson", {"text": told.to_toml()})
            case _:
                self.change(command)

    def change(self, command: Command) -> None:
        """Put something else on the bench, and leave the fit that is under way."""
        bench = self.shelf.bench(command, self.scene)
        self.place(bench, same_data=command.do in SAME_DATA)
        raise Leave

    # What pages may do

    def step(self, unit: str) -> None:
        """Go one unit on."""
        if unit not in UNITS:
            what = "There is no such step."
            raise ConfigError(explain(what, got=unit, expected=", ".join(UNITS)))
        self.recall(None)
        self.pedals.step(unit)

    def recall(self, epoch: int | None) -> None:
        """Let pages look at the end of an earlier epoch, or at the present again."""
        bench = None if epoch is None else self.album.recalled(self.standing.bench, epoch)
        then = None if bench is None else Then(int(epoch or 0), bench, Looks())
        self.show(then=then)

    def rest(self) -> None:
        """Stop training after the block under way, and have the doctor look again."""
        self.pedals.rest()
        scene = self.standing
        if int(scene.bench.model.train_state.step):
            self.show(findings=tuple(scene.bench.model.findings_so_far()))

    def set_rate(self, rate: float) -> None:
        """Let the next steps have another learning rate, without a new start."""
        scene = self.standing
        if not 0 < rate < 1e6:
            what = "This is no learning rate."
            raise ConfigError(explain(what, got=rate, expected="a number above 0"))
        scene.bench.model.trainer.learning_rate = rate
        done = int(scene.bench.model.train_state.step)
        self.show(rates={**scene.rates, done: rate})

    def drafted(self, layers: Sequence[Any]) -> Draft:
        """Return what a network of these layers would be, or why it cannot be."""
        shape = self.standing.bench.ready.encoding.shape
        try:
            model = as_model(as_layers(layers), shape, 0)
            return Draft(tuple(layers), model.summarize(), "")
        except PellucidError as error:
            return Draft(tuple(layers), None, error.one_line)

    def place(self, bench: Bench, *, same_data: bool) -> None:
        """Put another bench in the place of the one there is; a new run begins."""
        before = self.scene
        kept, lesson = before is not None and same_data, self.shelf.lesson
        if not bench.script:
            bench.model.adapt(bench.training[0])
        _ = bench.model.trainer  # so that the learning rate is known before the first step
        self.scene = Scene(
            bench,
            self.pedals,
            run=before.run + 1 if before else 1,
            openings=before.openings if before and kept else 0,
            options=before.options if before and kept else lesson.options if lesson else {},
            draft=Draft(tuple(as_told(bench.layers)), bench.model.summarize(), ""),
            looks=Looks(),
            epochs=[],
            past=self.ended(),
            lesson=lesson,
            kept=() if bench.script else tuple(self.shelf.kept()),
        )
        self.pedals.rest()
        self.pedals.phase = 0
        self.steps.clear()
        self.surveyor.drop()
        if self.warmth is not None:
            self.warmth.begin(bench)
        if not kept:  # a script goes as fast as it can, until a page wants it slower
            self.pedals.speed = None if bench.script else speed_for(bench.steps, bench.made.epochs)
        self.album = Album()
        self._losses, self._epochs, self._losses_seen = [], [], 0
        self._tell_course()
        self.easel.clear()

    def ended(self) -> tuple[Entry, ...]:
        """Return the runs so far, with the one on the bench if it has trained at all."""
        scene = self.scene
        if scene is None or not int(scene.bench.model.train_state.step):
            return scene.past if scene is not None else ()
        found = tuple(one.check for one in scene.findings)
        last = entry_of(
            scene.run, scene.bench, scene.epochs, found, scene.openings, self.script_of(scene.run)
        )
        return (*scene.past, last)[-MOST_RUNS:]

    def script_of(self, run: int) -> str:
        """Return the script that makes a run of this session again."""
        scene = self.standing
        known = {one.run: one.script for one in scene.past}
        if run != scene.run and run not in known:
            what = "There is no such run."
            raise DataError(explain(what, got=run, expected=f"1 to {scene.run}"))
        return script(scene) if run == scene.run else known[run]

    # What training says

    def pace(self) -> Pace:
        return self.pedals.pace()

    def on_steps_end(self, record: StepsRecord, control: Control) -> None:
        if record.step == record.steps:  # the epoch's own record comes next
            return
        self._note(record.step_losses)
        self._after(epoch=False)

    def on_epoch_end(self, record: EpochRecord, control: Control) -> None:
        values = {name: value for name, value in record.values.items() if not np.ndim(value)}
        bench = self.standing.bench
        done = bench.before[1] + (record.epoch - bench.before[0]) * bench.steps
        told = {"epoch": record.epoch, "step": done, "values": values}
        self._note(record.step_losses)
        self._epochs.append({**told, "rate": record.learning_rate})
        self.standing.epochs.append(self._epochs[-1])
        self._losses_seen = 0
        if record.epoch == int(bench.model.train_state.epoch):
            self._after(epoch=True)

    def _note(self, losses: np.ndarray) -> None:
        """Take note of the losses of the epoch so far."""
        self._losses.append(np.asarray(losses[self._losses_seen :], np.float32))
        self._losses_seen = len(losses)

    def _tell_course(self) -> None:
        losses = np.concatenate([np.zeros(0, np.float32), *self._losses])
        self.tell("course", {"losses": losses, "epochs": self._epochs})
        self._losses, self._epochs = [], []

    def _after(self, *, epoch: bool) -> None:
        """Rest if the unit is done; hear what pages want meanwhile."""
        self._tell_course()
        stepping = self.pedals.stepping
        self.pedals.done(epoch=epoch)
        self.easel.renew()
        if epoch:
            self.album.keep(self.standing.bench, always=stepping)
            self.show(epochs_kept=self.album.epochs)
        if epoch and stepping:
            self.rest()
        self.attend()

    # What pages see

    @property
    def standing(self) -> Scene:
        """What stands on the bench.

        Raises:
            DataError: nothing does yet.
        """
        if self.scene is None:
            what = "There is nothing on the bench yet."
            raise DataError(explain(what, got="no data", expected="data that can be read"))
        return self.scene

    def show(self, **changes: Any) -> None:
        """Take note of a change that pages see."""
        self.scene = self.standing._replace(**changes)
        self.easel.renew()

    def trouble(self, error: PellucidError) -> None:
        """Say what could not be done."""
        self.tell("trouble", {"text": error.one_line})

    def tell(self, kind: str, told: Mapping[str, Any]) -> None:
        """Send a frame."""
        self.easel.tell(self.scene.run if self.scene is not None else 0, kind, told)


def live(pipe: Any, opening: Mapping[str, Any]) -> None:
    """Run until the pipe closes. Ctrl-C is the server's to hear."""
    if hasattr(os, "setpgrp"):  # a fit hears Ctrl-C by itself, so it must not get here at all
        os.setpgrp()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        Runner(pipe, Warmth()).live(opening)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
