"""One fit: the core's records on one side, Keras's callbacks on the other."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import numpy as np

from pellucid.base.errors import DataError, explain, nearest
from pellucid.doctor.chart import Epoch, Settings
from pellucid.doctor.session import Doctor, settled_mode, settled_silence
from pellucid.keras import config
from pellucid.keras.callbacks.callback_list import CallbackList
from pellucid.keras.callbacks.terminate_on_nan import TerminateOnNaN as NaNCallback
from pellucid.keras.engine.base.hints import caller_line, hint
from pellucid.keras.engine.training.diagnosis import DOCTOR, chart_of, names_of
from pellucid.keras.engine.training.feeding import Batches, Rows, Stream, as_feed
from pellucid.keras.engine.training.fits import FitReport, fits
from pellucid.training.breaking import Break
from pellucid.training.interrupt import Interrupt
from pellucid.training.looks import Looks
from pellucid.training.measuring import begin_sums
from pellucid.training.order import BALANCED
from pellucid.training.placement import place
from pellucid.training.record import EpochRecord
from pellucid.training.room import room_for
from pellucid.training.rules import Rule, TerminateOnNaN
from pellucid.training.trainer import EACH_EPOCH, EACH_STEP, FREELY, Trainer

PACES = {"nothing": FREELY, "epochs": EACH_EPOCH, "batches": EACH_STEP}


class Fit:
    """Trains a model through some epochs, and tells the callbacks."""

    def __init__(self, learner: Any, given: dict[str, Any], old: dict[str, Any]) -> None:
        self.doctor_mode = settled_mode(old.pop("doctor", DOCTOR))
        self.silenced = settled_silence(old.pop("silence", ()))
        self.learner, self.model = learner, learner.model
        if self.model.stateful:  # it takes batches of one size, and remembers each
            self.doctor_mode = "off"
        self.given = _modern(given, old)
        self.first = int(self.given["initial_epoch"])
        self.epochs = int(self.given["epochs"])
        self.batch_size = self.given["batch_size"]
        self.logs: list[dict[str, Any]] = []
        self.line = caller_line()
        self.broken: Break | None = None

    def run(self) -> Any:
        """Train; return the history."""
        feed, held_out = self._feeds()
        self.learner.stop_training = False
        self.callbacks = CallbackList(
            self.given["callbacks"],
            add_history=True,
            add_progbar=self.given["verbose"] != 0,
            model=self.model,
            validates=self._validates(held_out),
            verbose=_verbosity(self.given["verbose"]),
            epochs=self.epochs,
            steps=self._steps(feed),
        )
        began = time.perf_counter()
        with Interrupt() as interrupt:
            self.interrupt = interrupt
            by_batches = isinstance(feed, Stream)
            reason = (self._streamed if by_batches else self._in_blocks)(feed, held_out)
        if by_batches:
            self.learner.finalize()
        history = self.callbacks.history
        history.stopped_because = "interrupted" if interrupt.asked else reason
        if by_batches and not interrupt.asked:
            self._dismiss()
        self.callbacks.on_train_end(self.logs[-1] if self.logs else {})
        self._report(time.perf_counter() - began, history)
        interrupt.obey()
        return history

    # What it is given

    def _feeds(self) -> tuple[Any, Any]:
        """Return what to train on and what is held out."""
        given = self.given
        feed = as_feed(
            self.model, given["x"], given["y"], given["sample_weight"], given["class_weight"]
        )
        held_out = given["validation_data"]
        if held_out is not None:
            parts = held_out if isinstance(held_out, list | tuple) else (held_out,)
            return self._by_steps(feed), self._first_steps(as_feed(self.model, *parts))
        share = float(given["validation_split"] or 0.0)
        if not share:
            return self._by_steps(feed), None
        return self._split(feed, share)

    def _split(self, feed: Any, share: float) -> tuple[Any, Any]:
        """Return the rows, and the last `share` of them apart."""
        if isinstance(feed, Stream):
            what = "validation_split needs arrays, and this fit is given batches."
            raise DataError(explain(what, got=share, expected="validation_data=..."))
        border = int(len(feed) * (1 - share))
        if not 0 < border < len(feed):
            what = "validation_split leaves no rows to train on, or none to validate with."
            expected = "a share between 0 and 1 that leaves rows on both sides"
            raise DataError(explain(what, got=f"{share} of {len(feed)} rows", expected=expected))
        held_out = feed.part(border, None)
        held_out.class_weight = None
        return self._by_steps(feed.part(0, border)), self._first_steps(held_out)

    def _first_steps(self, held_out: Any) -> Any:
        """Return the rows of the first `validation_steps` batches, if only those are wanted."""
        steps = self.given["validation_steps"]
        if steps is None or isinstance(held_out, Stream):
            return held_out
        return held_out.part(0, int(steps) * self._validation_size())

    def _validation_size(self) -> int:
        return int(self.given["validation_batch_size"] or self.batch_size or 32)

    def _by_steps(self, feed: Any) -> Any:
        """Return rows as a stream where an epoch is to have a number of steps of its own."""
        steps = self.given["steps_per_epoch"]
        if steps is None or isinstance(feed, Stream):
            return feed
        size = self.batch_size or -(-len(feed) // int(steps))
        return Stream(self.model, Batches(feed, size, shuffle=bool(self.given["shuffle"])))

    def _steps(self, feed: Any) -> int | None:
        if self.given["steps_per_epoch"]:
            return int(self.given["steps_per_epoch"])
        if isinstance(feed, Stream):
            return len(feed) or None
        return -(-len(feed) // int(self.batch_size or 32))

    def _validates(self, held_out: Any) -> str:
        if held_out is None:
            return "never"
        return "always" if self.given["validation_freq"] == 1 else "sometimes"

    # Training

    def _in_blocks(self, feed: Rows, held_out: Any) -> str:
        """Train on arrays by the core's compiled blocks; return why it ended early, if it did."""
        learner, callbacks = self.learner, self.callbacks
        plan, self.compiled = learner.compiled_for(feed.shapes)
        recipe = self.compiled.recipe
        doctor = self._doctor(plan, feed, held_out)
        with doctor.refusals():
            examples = feed.examples(recipe, finite=not self._watched())
        inside = isinstance(held_out, Rows) and self._validates(held_out) == "always"
        inside = inside and held_out.shapes == feed.shapes and not self.model.stateful
        self._draw(plan, examples)
        self._begin()
        inside = inside and not callbacks.watches_validation
        validation = held_out.examples(recipe, finite=not self._watched()) if inside else None
        rules = callbacks.make_rules(self.first) if held_out is None or inside else []
        needs = callbacks.needs()
        apart = None if inside else held_out
        pace = EACH_EPOCH if apart is not None and needs == "nothing" else PACES[needs]
        trainer = learner.holder(plan, self.compiled).trainer  # a callback may have loaded weights
        if doctor.mode != "off":
            doctor.watch(examples)
        size, epochs = int(self.batch_size or 32), self.epochs - self.first
        look = learner.onlooker(trainer, doctor, examples, validation, size, epochs, self._order())
        with room_for(recipe, examples, validation, size, begun=True):
            events = trainer.records(
                place(examples),
                size,
                validation=place(validation) if validation is not None else None,
                rules=(*rules, *self._safety(rules)),
                shuffle=self._order(),
                epochs=epochs,
                pace=look.pace_beside(pace),
                at_once=self.compiled.at_once(self._validation_size()),
                looker=doctor if doctor.mode != "off" else None,
            )
            self._follow(trainer, look.heard(events), apart, steps=needs == "batches")
        events.close()  # pyright: ignore[reportAttributeAccessIssue]
        callbacks.settle(self.logs)
        self.broken = trainer.broken
        doctor.after(trainer.train, _reason(trainer.stopped_by), trainer.broken)
        return _reason(trainer.stopped_by)

    def _draw(self, plan: Any, examples: Any) -> None:
        """Let there be a training state, unless memory does not suffice for a fit."""
        size, begun = int(self.batch_size or 32), self.learner.trained is not None
        with room_for(self.compiled.recipe, examples, None, size, begun=begun):
            self.learner.holder(plan, self.compiled)

    def _doctor(self, plan: Any, feed: Rows, held_out: Any, *, sampled: bool = False) -> Doctor:
        """Return the doctor of this fit, who has seen what can be seen before it."""
        chart = chart_of(plan, self.compiled, feed, held_out, self._settings())
        chart.sampled = sampled
        self.learner.doctor = doctor = Doctor(chart, self.doctor_mode, self.silenced)
        self.learner.doctor_names = names_of(plan)
        doctor.before()
        return doctor

    def _settings(self) -> Settings:
        given = self.given
        split = "none" if given["validation_data"] is None else "given"
        return Settings(
            int(self.batch_size or 32),
            self.epochs - self.first,
            self._order(),
            "last" if given["validation_split"] else split,
            given["class_weight"] is not None,
        )

    def _order(self) -> bool | str:
        """Return whether rows are shuffled, or "balanced"; other words, as "batch", are a yes."""
        shuffle = self.given["shuffle"]
        return shuffle if shuffle == BALANCED else bool(shuffle)

    def _begin(self) -> None:
        """Tell the callbacks that training begins; one may know where an earlier fit ended."""
        self.callbacks.on_train_begin()
        self.first = max(self.first, self.model.__dict__.pop("_initial_epoch", None) or 0)

    def _follow(
        self, trainer: Trainer, events: Iterator[Any], held_out: Any, *, steps: bool
    ) -> None:
        """Hand each record to the callbacks, until one of them says stop."""
        callbacks, epoch, step = self.callbacks, self.first, 0
        if self.first < self.epochs:
            callbacks.on_epoch_begin(epoch)
        waiting = True  # for a step, which has not begun
        while epoch < self.epochs:
            if self.interrupt.asked:
                trainer.halt()
            elif steps and waiting:
                callbacks.on_train_batch_begin(step)
            record = next(events, None)
            if record is None:
                break
            if isinstance(record, EpochRecord):
                self.learner.doctor.read(record)
                callbacks.history.note(record, self.learner.doctor_names)
                logs = self._named(record.values)
                if callbacks.sets_rate:
                    logs["learning_rate"] = record.learning_rate
                self._end_epoch(epoch, logs, held_out, record.seconds)
                epoch, step, waiting = epoch + 1, 0, True
                if self.learner.stop_training:
                    break
                if epoch < self.epochs and trainer.stopped_by is None:
                    callbacks.on_epoch_begin(epoch)
            elif steps:
                logs = self.compiled.named(record.values)
                callbacks.on_train_batch_end(step, logs)
                step, waiting = step + 1, record.step < record.steps
                if self.learner.stop_training and waiting:
                    self._end_epoch(epoch, logs, held_out, 0.0)
                    break
            else:
                callbacks.progress(record.step, self.compiled.named(record.values))

    def _streamed(self, feed: Stream, held_out: Any) -> str:
        """Train on batches as they come; return why it ended early, if it did."""
        callbacks, learner = self.callbacks, self.learner
        self._begin()
        count, self.taken, self.looks = self.given["steps_per_epoch"], 0, Looks(None, 1)
        for epoch in range(self.first, self.epochs):
            began = time.perf_counter()
            callbacks.on_epoch_begin(epoch)
            with ExitStack() as self.room:
                logs = self._stream_epoch(feed, int(count) if count else None)
            feed.end_epoch()
            if logs is None:
                hint("ran out", "The batches ran out before the last epoch: training ends here")
                return "the batches ran out"
            self._end_epoch(epoch, logs, held_out, time.perf_counter() - began)
            learner.count_epoch()
            if learner.stop_training or self.interrupt.asked:
                return ""
            if not config.strict() and not np.isfinite(logs["loss"]):
                _say_not_finite()
                return TerminateOnNaN.reason
        return ""

    def _stream_epoch(self, feed: Stream, steps: int | None) -> dict[str, Any] | None:
        learner, callbacks, sums, logs = self.learner, self.callbacks, None, None
        for step, rows in enumerate(feed.batches(steps)):
            plan, self.compiled = learner.compiled_for(rows.shapes)
            if not self.taken:  # of the rows to come, the doctor is shown the first
                self._doctor(plan, rows, None, sampled=True)
            with learner.doctor.refusals():
                batch = rows.examples(self.compiled.recipe)
            if not self.taken:
                learner.doctor.watch(batch)
                watched = learner.doctor.mode != "off"
                self.looks = Looks(learner.doctor if watched else None, sys.maxsize)
            if sums is None:  # there is no copy of the state to go back to: it counts once
                room = room_for(self.compiled.recipe, batch, None, len(batch), begun=True)
                self.room.enter_context(room)
                sums = begin_sums(self.compiled.recipe, batch.targets)
            self.looks.pause(self.taken, learner.holder(plan, self.compiled).train)
            self.taken += 1
            callbacks.on_train_batch_begin(step)
            logs, sums = learner.step(plan, self.compiled, batch, sums)
            callbacks.on_train_batch_end(step, logs)
            if learner.stop_training or self.interrupt.asked:
                break
        return logs

    def _dismiss(self) -> None:
        """Let the doctor of a fit by batches see how it went."""
        doctor, holder = self.learner.doctor, self.learner.trained
        if doctor is None or holder is None or not self.taken or doctor.mode == "off":
            return
        rate = float(holder.train.learning_rate)
        for logs in self.logs:
            doctor.chart.epochs.append(Epoch(logs, np.array([logs["loss"]]), rate))
        doctor.after(holder.train, self.callbacks.history.stopped_because)

    def _end_epoch(self, epoch: int, logs: dict[str, Any], held_out: Any, seconds: float) -> None:
        """Validate where that is due, and tell the callbacks."""
        if held_out is not None and self._due(epoch):
            self.callbacks.on_test_begin()
            steps = self.given["validation_steps"] if isinstance(held_out, Stream) else None
            found = self.learner.measured(held_out, self._validation_size(), steps)
            self.callbacks.on_test_end(found)
            logs = logs | {f"val_{name}": value for name, value in found.items()}
        self.callbacks.took(seconds)
        self.logs.append(logs)
        self.callbacks.on_epoch_end(epoch, logs)

    def _due(self, epoch: int) -> bool:
        when = self.given["validation_freq"]
        return (epoch + 1) in when if hasattr(when, "__contains__") else (epoch + 1) % when == 0

    def _named(self, values: Any) -> dict[str, Any]:
        """Return an epoch's values by Keras's names, those of held-out rows too."""
        own = {n: v for n, v in values.items() if not n.startswith("val_")}
        held_out = {n[4:]: v for n, v in values.items() if n.startswith("val_")}
        later = self.compiled.named(held_out)
        return self.compiled.named(own) | {f"val_{name}": value for name, value in later.items()}

    def _safety(self, rules: list[Rule]) -> tuple[Rule, ...]:
        """Return the rule that ends a fit whose loss is no number, unless Keras's way is wanted."""
        mine = any(isinstance(rule, TerminateOnNaN) for rule in rules)
        return () if mine or self._watched() or config.strict() else (TerminateOnNaN(),)

    def _watched(self) -> bool:
        """Tell whether a callback asks to be stopped at NaN, and so has seen it coming."""
        return any(isinstance(callback, NaNCallback) for callback in self.callbacks)

    def _report(self, seconds: float, history: Any) -> None:
        if history.stopped_because == TerminateOnNaN.reason and not self._watched():
            _say_not_finite(self.broken)
        last = self.logs[-1] if self.logs else {}
        fits.append(
            FitReport(
                self.model.name,
                len(self.logs),
                seconds,
                {n: v for n, v in last.items() if isinstance(v, float)},
                history.stopped_because,
                self.line[1] if self.line else None,
                tuple(self.learner.findings),
            )
        )


def _modern(given: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of fit in Keras 3's words; `old` are those it has no more."""
    given = dict(given)
    for name, value in old.items():
        if name == "nb_epoch":
            hint("nb_epoch", "fit(nb_epoch=...) is called epochs since Keras 2")
            given["epochs"] = value
        elif name in ("show_accuracy", "workers", "use_multiprocessing", "max_queue_size"):
            hint(f"fit {name}", f"fit({name}=...) has no effect since Keras 3")
        else:
            what = f"fit has no argument called {name!r}."
            tip = nearest(name, given)
            raise TypeError(explain(what, got=name, expected=", ".join(sorted(given)), hint=tip))
    return given


def _verbosity(verbose: Any) -> int:
    return 1 if verbose == "auto" else int(verbose)


def _reason(rule: Rule | None) -> str:
    return "" if rule is None else rule.reason.format(**rule.to_config())


def _say_not_finite(broken: Break | None = None) -> None:
    where = f", {broken}" if broken else ""
    hint(
        "not finite",
        f"the loss is not a finite number{where}, so training stopped here (Keras would go on): "
        "try a smaller learning rate, scaled inputs, or look for missing values in the data",
    )
