"""A run looked at again: judged anew, or on other rows, or as it was reported."""

from typing import Any

import numpy as np

from pellucid.base.errors import DataError, explain
from pellucid.experiments.answers import outputs
from pellucid.experiments.folder import SCORES, SPLIT, Run
from pellucid.experiments.judging import Judgement, judge
from pellucid.experiments.opening import notes
from pellucid.experiments.preparing import Prepared, prepare
from pellucid.experiments.report import score_blocks
from pellucid.plots.blocks import Block


def judge_again(found: Run) -> Judgement:
    """Return the judgement on the rows that a run held out, from its data as they are now.

    Raises:
        FileError: the data are gone.
        DataError: they have changed since, so that nobody knows which rows were held out.
    """
    before, ready = reported(found), prepare(found.experiment)
    split = split_of(found, ready)
    rows = np.array(split["test"], int)
    output = outputs(found.encoding, found.model, ready.x[rows])
    again = judge(found.encoding, output, ready.y[rows], before.training, before.decision)
    return again._replace(held_out=before.held_out)


def split_of(found: Run, ready: Prepared) -> dict[str, Any]:
    """Return which of its data's rows trained a run, stopped it and judged it.

    Raises:
        DataError: the data have changed since.
    """
    split = found.json(SPLIT)
    if ready.data.digest != split["digest"]:
        what = f"{ready.data.name} has changed since {found.path} was trained."
        got, expected = f"{ready.data.rows} rows", f"the {split['rows']} rows of then"
        hint = f"to judge on other rows, name them: pellucid evaluate {found.path} DATA"
        raise DataError(explain(what, got=got, expected=expected, hint=hint))
    return split


def judge_on(found: Run, data: Any) -> tuple[Judgement, tuple[str, ...]]:
    """Return the judgement on rows that come with their target, and notes about them.

    Raises:
        DataError: a column or the target is missing, or a cell is not what it was.
    """
    rows = found.encoding.encode_new(data, labels=True)
    true = np.asarray(rows.y)  # labels=True: they are there
    output = outputs(found.encoding, found.model, rows.x)
    before = reported(found)
    return judge(found.encoding, output, true, before.training, before.decision), rows.notes


def reported(found: Run) -> Judgement:
    """Return the judgement that a run was given when it was made."""
    return found.json(SCORES, Judgement.from_json)


def evaluation(found: Run, data: Any = None) -> tuple[Block, ...]:
    """Return how good a run is on other rows, or anew on those it held out, as blocks."""
    if data is None:
        return score_blocks(judge_again(found))
    judgement, told = judge_on(found, data)
    return (*notes(told), *score_blocks(judgement))
