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
from pellucid.data.reading import Reading
from pellucid.data.sources import SETS
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import is_run, open_run
from pellucid.lab.bench import Bench, as_layers, as_model, as_told, from_run, set_up
from pellucid.lab.easel import Easel
from pellucid.lab.pedals import UNITS, Pedals, speed_for
from pellucid.lab.protocol import Command
from pellucid.lab.record import MOST_RUNS, Entry, entry_of
from pellucid.lab.script import script
from pellucid.lab.upload import Upload
from pellucid.lab.views import now
from pellucid.lab.views.scene import Draft, Looks, Scene
from pellucid.training.callbacks import Callback, Control
from pellucid.training.record import EpochRecord, StepsRecord
from pellucid.training.trainer import Pace

FALLBACK = "moons"  # what is opened where nothing else can be


class Leave(Exception):  # noqa: N818 (it is no error)
    """The fit that is under way is not wanted any more."""


class Runner(Callback):
    """One bench, its controls, and the pipe to the server."""

    def __init__(self, pipe: Any) -> None:
        self.pipe, self.pedals = pipe, Pedals()
        self.scene: Scene | None = None
        self.easel = Easel(pipe, self.pedals)
        self._losses_seen = 0  # of the epoch in progress
        self._losses: list[np.ndarray] = []  # of the course, not told yet
        self._epochs: list[Any] = []
        self.upload: Upload | None = None

    # The two loops: at rest, and inside a fit

    def live(self, opening: Mapping[str, Any]) -> None:
        """Open what was asked for, then train whenever pages want it, until the pipe closes."""
        first = [Command("open", opening)]
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
        scene = self._scene
        self.tell("now", {"shown": {**now(scene), "preparing": True}})
        scene.bench.model.fit(**scene.bench.lesson(), callbacks=[self], verbose=0)
        self.pedals.rest()
        self.show(findings=tuple(scene.bench.model.findings), over=True)

    def attend(self) -> None:
        """Hear what pages ask for, until training may go on."""
        while True:
            if self.scene is not None:
                self.easel.draw(self.scene)
            wait = self.pedals.wait() if self.pedals.moving else None
            if self.pipe.poll(wait):
                told = self.pipe.recv()
                if told is None:
                    raise SystemExit
                self.hear(Command(*told))
                if self.pedals.stepping:  # each step that was asked for is taken
                    return
            elif self.pedals.moving:
                return

    def hear(self, command: Command) -> None:
        """Do what a page asks for; say so if it cannot be done."""
        try:
            self.obey(command)
        except PellucidError as error:
            self.trouble(error)

    def obey(self, command: Command) -> None:
        """Do what a page asks for."""
        given = command.given
        match command.do:
            case "draw":
                self.easel.wanted = frozenset(given["views"])
            case "play":
                self.pedals.play()
            case "pause":
                self.rest()
            case "step":
                self.step(given["unit"])
            case "speed":
                self.pedals.speed = given["updates"]
            case "rate":
                self.set_rate(float(given["learning_rate"]))
            case "look":
                self.show(options={**self._scene.options, **given["options"]})
            case "draft":
                self.show(draft=self.drafted(given["layers"]))
            case "open_test":
                self.show(openings=self._scene.openings + 1)
            case "script":
                self.tell("script", {"text": self.script_of(given["run"])})
            case _:
                self.change(command)

    def change(self, command: Command) -> None:
        """Put something else on the bench, and leave the fit that is under way."""
        given = command.given
        match command.do:
            case "reset":
                bench = self._scene.bench.again()
            case "build":
                bench = self._scene.bench.with_layers(as_layers(given["layers"]))
            case "settle":
                bench = self._scene.bench.settled(given["settings"])
            case "apply":
                bench = self.remedied(str(given["check"]))
            case "open":
                bench = self.opened(given["data"], given["reading"])
            case "table":
                self.upload = Upload(given["name"], given["content"])
                bench = self.opened(self.upload.name, {})
            case _:
                return
        self.place(bench, same_data=command.do in ("reset", "build", "apply"))
        raise Leave

    def opened(self, source: str, reading: Mapping[str, Any]) -> Bench:
        """Return a bench with the data of this name, or the same data read in another way."""
        experiment = Experiment(source, reading=Reading.from_config(reading))
        if self.upload is not None and source == self.upload.name:
            return set_up(experiment, self.upload.read(experiment.reading))
        own = self.scene is None or source == self.scene.bench.experiment.data
        if not own and source not in SETS:
            what = "The page may open sets by name; a file comes from the page itself."
            raise DataError(explain(what, got=source, expected=", ".join(SETS)))
        if is_run(source):
            return from_run(open_run(source))
        return set_up(experiment)

    # What pages may do

    def step(self, unit: str) -> None:
        """Go one unit on."""
        if unit not in UNITS:
            what = "There is no such step."
            raise ConfigError(explain(what, got=unit, expected=", ".join(UNITS)))
        self.pedals.step(unit)
        self.easel.renew()

    def rest(self) -> None:
        """Stop training after the block under way, and have the doctor look again."""
        self.pedals.rest()
        scene = self._scene
        if int(scene.bench.model.train_state.step):
            self.show(findings=tuple(scene.bench.model.findings_so_far()))

    def set_rate(self, rate: float) -> None:
        """Let the next steps have another learning rate, without a new start."""
        scene = self._scene
        if not 0 < rate < 1e6:
            what = "This is no learning rate."
            raise ConfigError(explain(what, got=rate, expected="a number above 0"))
        scene.bench.model.trainer.learning_rate = rate
        done = int(scene.bench.model.train_state.step)
        self.show(rates={**scene.rates, done: rate})

    def remedied(self, check: str) -> Bench:
        """Return a bench with the remedy of a finding made."""
        bench, found = self._scene.bench, {one.check: one for one in self._scene.findings}
        change = found[check].change if check in found else None
        if change is None:
            what = "There is no such remedy."
            raise ConfigError(explain(what, got=check, expected=", ".join(found)))
        return bench.cured(change)

    def drafted(self, layers: Sequence[Any]) -> Draft:
        """Return what a network of these layers would be, or why it cannot be."""
        shape = self._scene.bench.ready.encoding.shape
        try:
            model = as_model(as_layers(layers), shape, 0)
            return Draft(tuple(layers), model.summarize(), "")
        except PellucidError as error:
            return Draft(tuple(layers), None, error.one_line)

    def place(self, bench: Bench, *, same_data: bool) -> None:
        """Put another bench in the place of the one there is; a new run begins."""
        before = self.scene
        kept = before is not None and same_data
        bench.model.adapt(bench.training[0])
        _ = bench.model.trainer  # so that the learning rate is known before the first step
        self.scene = Scene(
            bench,
            self.pedals,
            run=before.run + 1 if before else 1,
            openings=before.openings if before and kept else 0,
            options=before.options if before and kept else {},
            draft=Draft(tuple(as_told(bench.layers)), bench.model.summarize(), ""),
            looks=Looks(),
            epochs=[],
            past=self.ended(),
        )
        self.pedals.rest()
        self.pedals.phase = 0
        if not kept:
            self.pedals.speed = speed_for(bench.steps)
        self._losses, self._epochs, self._losses_seen = [], [], 0
        self._tell_course()
        self.easel.clear()

    def ended(self) -> tuple[Entry, ...]:
        """Return the runs so far, with the one on the bench if it has trained at all."""
        scene = self.scene
        if scene is None or not int(scene.bench.model.train_state.step):
            return scene.past if scene is not None else ()
        found = tuple(one.check for one in scene.findings)
        last = entry_of(scene.run, scene.bench, scene.epochs, found, scene.openings, script(scene))
        return (*scene.past, last)[-MOST_RUNS:]

    def script_of(self, run: int) -> str:
        """Return the script that makes a run of this session again."""
        scene = self._scene
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
        done = record.epoch * self._scene.bench.steps
        told = {"epoch": record.epoch, "step": done, "values": values}
        self._note(record.step_losses)
        self._epochs.append({**told, "rate": record.learning_rate})
        self._scene.epochs.append(self._epochs[-1])
        self._losses_seen = 0
        if record.epoch == int(self._scene.bench.model.train_state.epoch):
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
        if epoch and stepping:
            self.rest()
        self.attend()

    # What pages see

    @property
    def _scene(self) -> Scene:
        if self.scene is None:
            what = "There is nothing on the bench yet."
            raise DataError(explain(what, got="no data", expected="data that can be read"))
        return self.scene

    def show(self, **changes: Any) -> None:
        """Take note of a change that pages see."""
        self.scene = self._scene._replace(**changes)
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
        Runner(pipe).live(opening)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
