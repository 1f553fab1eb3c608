"""Hands what training records to those who wait for it, until one of them says stop."""

from collections.abc import Iterator, Sequence
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

    def follow(self, events: Iterator[Any], history: History) -> None:
        """Go through the records; leave the epochs in `history`.

        Raises:
            KeyboardInterrupt: after Ctrl-C, when all who follow have been told.
        """
        trainer, progress = self.trainer, self.progress
        control = Control(trainer)
        listeners = [c for c in self.callbacks if isinstance(c, Callback)]
        for listener in listeners:
            listener.on_train_begin(control)
        with Interrupt() as interrupt:
            for record in events:
                progress.show(record)
                if isinstance(record, EpochRecord):
                    history.records.append(record)
                    self.doctor.read(record)
                for listener in listeners:
                    _tell(listener, record, control)
                if interrupt.asked or control.stopped_because:
                    break
            events.close()  # pyright: ignore[reportAttributeAccessIssue]
        rule = trainer.stopped_by
        by_rule = rule.reason.format(**rule.to_config()) if rule is not None else ""
        history.stopped_because = control.stopped_because or by_rule
        progress.close("interrupted" if interrupt.asked else history.stopped_because)
        for listener in listeners:
            listener.on_train_end(control)
        if interrupt.asked:
            raise KeyboardInterrupt
        self.doctor.after(trainer.train, history.stopped_because)


def _tell(listener: Callback, record: Any, control: Control) -> None:
    if isinstance(record, EpochRecord):
        listener.on_epoch_end(record, control)
    else:
        listener.on_steps_end(record, control)
