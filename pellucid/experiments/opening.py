"""What is about to happen, in a few lines, before the first step is taken."""

from collections.abc import Iterable, Iterator

from pellucid.data.dataset import Dataset
from pellucid.experiments.design import Design
from pellucid.experiments.preparing import Prepared
from pellucid.experiments.spelling import in_options
from pellucid.plots.blocks import Block, Note, Sentence

MOST_CLASSES_NAMED = 12


def opening(ready: Prepared, made: Design) -> tuple[Block, ...]:
    """Return what was read, how it is divided, and what will learn from it."""
    validation, test = len(ready.parts.validation), len(ready.parts.test)
    train = ready.taught_rows
    parts = f"{train:,} rows to learn from, {validation:,} to stop by, {test:,} to be judged on"
    if not ready.held_out:
        parts = f"all {train:,} rows to learn from and to be judged on"
    network = f"network {made.network}, {made.model.summarize().trainable:,} parameters"
    rows = "all rows" if made.batch_size >= train else f"{made.batch_size:,} rows"
    training = f"{rows} a step, at most {made.epochs:,} epochs"
    predicted = what_is_predicted(ready.data, ready.rows)
    lines = (f"{predicted}.", f"{parts}.", f"{network}; {training}.")
    return (*map(Sentence, lines), *notes(ready.notes))


def what_is_predicted(data: Dataset, rows: int) -> str:
    """Return in words how many rows there are, and what is to be said of each."""
    if isinstance(data.x, tuple):
        count = len(data.x)
        source = f"{count} column{'s' if count > 1 else ''}"
    else:
        height, width, channels = data.x.shape[1:]
        kind = {1: "grey", 3: "colour"}.get(channels, f"{channels}-channel")
        source = f"{kind} pictures of {height} x {width}"
    target = data.target.name if data.target is not None else "nothing"
    if data.task == "regression":
        answer = f"the number {target!r}"
    else:
        shown = ", ".join(data.class_names[:MOST_CLASSES_NAMED])
        more = len(data.class_names) - MOST_CLASSES_NAMED
        answer = f"{target!r} ({shown}{f', {more} more' if more > 0 else ''})"
    return f"{data.name}: {rows:,} rows, {answer} from {source}"


def notes(told: Iterable[str]) -> Iterator[Note]:
    """Return what was decided on the way, in the words of the command line."""
    return (Note(in_options(line), "info") for line in told)
