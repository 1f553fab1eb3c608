"""Hands what training records to those who wait for it, until one of them says stop."""

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any, NamedTuple

from pellucid.doctor.session import Doctor
from pellucid.models.history import History
from pellucid.models.progress import Progress
from pellucid.training.callbacks import Callback, Control
from pellucid.training.interrupt import Interrupt
from pellucid.training.record import EpochRecord
from pellucid.training.rules import Rule
from pellucid.training.trainer import Trainer


class Following(NamedTuple):
    """Who follows a fit."""

    trainer: Trainer
    callbacks: Sequence[Callback | Rule]
    progress: Progress
    doctor: Doctor

    def follow(self, events: Generator[Any, None, None], history: History, *, saved: bool) -> None:
        """Go through the records; add the epochs to `history`, which may have some already.

        `saved` says whether the fit is kept somewhere, to be gone on with.

        Raises:
            KeyboardInterrupt: after Ctrl-C, when all who follow have been told.
            Terminated: likewise after a signal to terminate, if the fit is saved.
        """
        trainer, progress = self.trainer, self.progress
        progress.begin(trainer.began + 1)
        for record in history.records:
            self.doctor.read(record)
        control = Control(trainer)
        listeners = [c for c in self.callbacks if isinstance(c, Callback)]
        for listener in listeners:
            listener.on_train_begin(control)
        with Interrupt(saves=saved) as interrupt, closing(events):
            for record in events:
                progress.show(record)
                if isinstance(record, EpochRecord):
                    history.records.append(record)
                    self.doctor.read(record)
                for listener in listeners:
                    _tell(listener, record, control)
                if interrupt.asked or control.stopped_because:
                    trainer.halt()
        rule = trainer.stopped_by
        by_rule = rule.reason.format(**rule.to_config()) if rule is not None else ""
        where = f": {trainer.broken}" if trainer.broken else ""
        history.stopped_because = control.stopped_because or f"{by_rule}{where}"
        progress.close("interrupted" if interrupt.asked else history.stopped_because)
        for listener in listeners:
            listener.on_train_end(control)
        interrupt.obey()
        self.doctor.after(trainer.train, history.stopped_because, trainer.broken)


def _tell(listener: Callback, record: Any, control: Control) -> None:
    if isinstance(record, EpochRecord):
        listener.on_epoch_end(record, control)
    else:
        listener.on_steps_end(record, control)
