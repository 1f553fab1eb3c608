"""Training in strides of so many updates, with the weights at hand after each.

A fit goes as far as its pace allows; here every stride has the same length, so that a path
of the weights has points at known updates. The block program is the fit's own, so the
weights are bit for bit those of a fit that nobody watched.
"""

import time
from collections.abc import Iterator
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from pellucid.training.block import (
    Block,
    Layout,
    Run,
    Span,
    begin,
    compile_block,
    span_of,
    spans,
)
from pellucid.training.rules import TerminateOnNaN
from pellucid.training.state import Examples
from pellucid.training.trainer import Trainer


class Stride(NamedTuple):
    """What a stride did: the mean loss of each mini-batch, and the seconds it took."""

    losses: Float[np.ndarray, " updates"]
    seconds: float


def layout_of(rows: int, batch_size: int, shuffle: bool) -> Layout:
    """Return the sizes of a fit without held-out rows; `Layout.steps` is ceil(rows / batch)."""
    return Layout(rows, min(batch_size, rows), shuffle, False, (TerminateOnNaN(),))


def strides(
    trainer: Trainer,
    examples: Examples,
    batch_size: int,
    *,
    epochs: int,
    updates: int = 1,
    shuffle: bool = True,
) -> Iterator[Stride]:
    """Train for `epochs`, and stop after every so many `updates`, the last stride being shorter.

    `trainer.train` holds the weights of the moment. Seconds are those of the updates alone:
    the program is compiled before the first. It ends early when the loss is not finite.
    """
    layout = layout_of(len(examples), batch_size, shuffle)
    program = compile_block(trainer.recipe, layout)
    run = begin(trainer.recipe, layout, trainer.train, examples)
    _, run, _ = _block(trainer, program, run, examples, span_of(0, 0, layout.steps))
    total = epochs * layout.steps
    for first in range(0, total, updates):
        losses, seconds = [], 0.0
        for span in spans(layout, first, min(first + updates, total)):
            taken, run, spent = _block(trainer, program, run, examples, span)
            losses.append(taken)
            seconds += spent
        yield Stride(np.concatenate(losses), seconds)
        if int(run.stopped):
            break
    trainer.finalize()


def _block(
    trainer: Trainer, program: Block, run: Run, examples: Examples, span: Span
) -> tuple[Float[np.ndarray, " updates"], Run, float]:
    began = time.perf_counter()
    trainer.train, run, ledger = program(trainer.train, run, examples, None, span)
    jax.block_until_ready(ledger)
    seconds = time.perf_counter() - began
    return np.array(ledger.losses[: int(ledger.steps)]), run, seconds
