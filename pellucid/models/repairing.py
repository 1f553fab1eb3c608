"""Tries the remedies of what was found one by one, and keeps those that help."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from pellucid.base.errors import DataError, PellucidError, explain
from pellucid.doctor.chart import Chart
from pellucid.doctor.finding import Change, Finding
from pellucid.models.quality import MEASURES, points

MARGIN = 0.01  # of the measure: less is no difference, nor is a standard error
MOST_TRIALS = 12
MOST_ROWS = 20_000  # to judge on
OF_FIT = ("epochs", "batch_size", "class_weight", "shuffle")
# What goes together: the end of a network, its loss, and how both fit the targets.
ONE_FAULT = frozenset(
    (
        *("wrong_output_activation", "wrong_loss", "output_activation_missing"),
        *("redundant_activation", "dropout_on_logits"),
    )
)

Stopper = Callable[[int], Any]


class ByHandError(PellucidError):
    """A remedy that changes what is trained or judged on, which nobody but the user may."""


class Trial(NamedTuple):
    """A model that was trained, or refused to be."""

    model: Any
    arguments: dict[str, Any]  # of its fit, x and y among them
    findings: list[Finding]
    chart: Chart | None
    answers: dict[str, np.ndarray]  # on the rows it is judged by, by output
    refused: str = ""

    @property
    def serious(self) -> list[Finding]:
        """The findings that are more than advice."""
        return [found for found in self.findings if found.is_serious]

    def has(self, check: str) -> bool:
        """Tell whether a fault is still there, as a cause or as what follows from one."""
        every = (one for found in self.serious for one in (found, *found.consequences))
        return any(one.check == check and one.is_serious for one in every)


class Attempt(NamedTuple):
    """A remedy that was tried, or could not be."""

    finding: Finding
    code: str  # what was changed, as one would write it
    before: float
    after: float
    kept: bool
    why: str


class Repair(NamedTuple):
    """What became of a model whose findings were cured as far as they could be.

    `before` and `after` are of the measure called `measure`; NaN where there was no answer.
    """

    attempts: tuple[Attempt, ...]
    model: Any
    arguments: dict[str, Any]  # of the last fit, but x and y
    findings: list[Finding]  # those that are left
    measure: str
    before: float
    after: float
    refused: str = ""  # why the model cannot be trained, if it cannot

    @property
    def code(self) -> tuple[str, ...]:
        """The changes that were kept, as one would write them."""
        return tuple(attempt.code for attempt in self.attempts if attempt.kept)

    @property
    def told_before(self) -> str:
        """The measure before any change, as text."""
        return _number(self.before)

    @property
    def told_after(self) -> str:
        """The measure with the changes that were kept, as text."""
        return _number(self.after)

    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return headings and rows, all of them texts."""
        rows = [
            (a.finding.check, a.code or "-", _number(a.before), _number(a.after), a.why)
            for a in self.attempts
        ]
        return ("finding", "change", "before", "after", "outcome"), rows

    def __str__(self) -> str:
        if not self.attempts and self.refused:
            return f"cannot be trained, and nothing was found to repair: {self.refused}"
        if not self.attempts:
            return f"nothing to repair; {self.measure}: {self.told_before}"
        headings, rows = self.table()
        widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (headings, *rows)
        ]
        ends = f"{self.measure}: {self.told_before} -> {self.told_after}"
        left = ", ".join(found.check for found in self.findings if found.is_serious)
        return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], ends, f"left: {left or '-'}"])

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self.code)} changes kept, {self.told_after}>"


def repair(model: Any, arguments: Mapping[str, Any], stopper: Stopper) -> Repair:
    """Train `model` with the arguments of its `fit`, then try remedies.

    `stopper` makes from a number of epochs what stops a fit early.

    Raises:
        DataError: it is trained on batches, which cannot be gone through again.
    """
    given = {"verbose": 0, **arguments}
    return mended(tried(model, given), stopper)


def mended(first: Trial, stopper: Stopper) -> Repair:
    """Try the remedies of what was found in a trial; keep those that help."""
    here, attempts, known, trials = first, [], set(), 0
    while trials < MOST_TRIALS:
        bundle = next(_untried(here, known), None)
        if bundle is None:
            break
        known.add(_key(bundle))
        attempt, here, trained = _attempt(here, bundle, stopper)
        attempts.append(attempt)
        trials += trained
    by = _compared(first, here)
    rest = {name: value for name, value in here.arguments.items() if name not in ("x", "y")}
    ends = (here.findings, by.measure, by.before, by.after, here.refused)
    return Repair(tuple(attempts), here.model, rest, *ends)


def tried(model: Any, given: dict[str, Any]) -> Trial:
    """Train a model, and see how it answers."""
    try:
        model.fit(**given)
    except PellucidError as error:
        return Trial(model, given, list(error.findings), model.chart, {}, error.one_line)
    return judged(model, given)


def judged(model: Any, given: dict[str, Any]) -> Trial:
    """Return a model that was trained as a trial.

    Raises:
        DataError: it was trained on batches.
    """
    if model.chart is None:
        what = "Only a model that is trained on arrays can be repaired."
        raise DataError(explain(what, got="batches, or no doctor", expected="x and y"))
    return Trial(model, given, model.findings, model.chart, _answers(model))


def _answers(model: Any) -> dict[str, np.ndarray]:
    chart = model.chart
    x = [column[_sample(column)] for column in (chart.held_out or chart.rows).x.values()]
    answers = model.predict(x[0] if len(x) == 1 else x)
    several = answers if isinstance(answers, list) else [answers]
    return dict(zip(chart.network.outputs, map(np.asarray, several), strict=False))


def _sample(column: Any) -> np.ndarray:
    """Return the places of at most MOST_ROWS rows, evenly."""
    return np.unique(np.linspace(0, len(column) - 1, min(len(column), MOST_ROWS)).astype(int))


def _untried(here: Trial, known: set[Any]) -> Iterator[tuple[Finding, ...]]:
    """Give what could be cured next: a finding, with those that are cured along with it."""
    for found in here.serious:
        more = tuple(one for one in found.consequences if one.is_serious and one.change)
        near = tuple(one for one in more if one.check in ONE_FAULT)
        together = found.check in ONE_FAULT and near
        first = (found, *near) if together else (found,)
        for bundle in (first, (found,), (found, *more)):
            if _key(bundle) not in known:
                yield bundle
    for found in here.serious:
        for other in found.others:
            instead = (replace(found, change=other),)
            if _key(instead) not in known:
                yield instead
    every = tuple(one for one in here.serious if one.change)  # where only all together helps
    if len(every) > 1 and _key(every) not in known:
        yield every
    for found in here.findings:
        for change in () if found.is_serious else (found.change, *found.others):
            advised = (replace(found, change=change),)
            if _can_be_tried(change) and _key(advised) not in known:
                yield advised


def _can_be_tried(change: Change | None) -> bool:
    """Tell whether a change leaves alone what is trained and judged on."""
    if change is None or change.kind == "data":
        return False
    return change.kind != "fit" or set(change.settings) <= {*OF_FIT, "early_stopping"}


def _key(bundle: Sequence[Finding]) -> tuple[Any, ...]:
    return tuple((one.check, one.change and one.change.code) for one in bundle)


def _attempt(
    here: Trial, bundle: tuple[Finding, ...], stopper: Stopper
) -> tuple[Attempt, Trial, bool]:
    """Try the changes of some findings; return how it went, what stays, and if it was trained."""
    changes = [one.change for one in bundle if one.change is not None]
    cause, code = bundle[0], "; ".join(change.code for change in changes)
    nothing = float("nan")
    try:
        there = _changed(here, changes, stopper)
    except ByHandError:
        why = f"by hand: {cause.remedy}"
        return Attempt(cause, code, nothing, nothing, False, why), here, False
    except PellucidError as error:
        why = f"not tried: {error.one_line}"
        return Attempt(cause, code, nothing, nothing, False, why), here, False
    compared = _compared(here, there)
    kept, why = _verdict(here, there, cause, compared)
    before, after = compared.before, compared.after
    return Attempt(cause, code, before, after, kept, why), there if kept else here, True


def _verdict(here: Trial, there: Trial, cause: Finding, by: "Comparison") -> tuple[bool, str]:
    """Tell whether a remedy helped: by the measure, or by the fault alone at no cost.

    What was only advice must help by the measure.
    """
    gone = cause.is_serious and not there.has(cause.check)
    before, after = by.before, by.after
    if not np.isfinite(after):
        if gone and not np.isfinite(before) and (here.refused or not there.refused):
            return True, "kept: this fault is gone, others are left"
        return False, f"taken back: {there.refused or 'no finite answers'}"
    if not np.isfinite(before):
        return True, "kept: it answers now"
    before, after = max(before, 0.0), max(after, 0.0)  # worse than useless is useless
    if after > before + by.margin:
        return True, "kept"
    if after < before - by.margin:
        return False, "taken back: worse"
    undo = _undoing(there, cause)
    if undo is not None and gone:
        return False, f"taken back: {undo.check} came of it"
    return gone, "kept: the fault is gone" if gone else "taken back: no better"


def _undoing(there: Trial, cause: Finding) -> Finding | None:
    """Return what is found now and would have the same setting changed once more."""
    changed = set(cause.change.settings) if cause.change else set()
    for found in there.serious:
        again = found.change is not None and set(found.change.settings) == changed
        if again and found.check != cause.check:
            return found
    return None


def _changed(here: Trial, changes: Sequence[Change], stopper: Stopper) -> Trial:
    """Return the trial of a model and a fit with changes made.

    Raises:
        ByHandError: one of them is of what is trained or judged on, or there is none.
        PellucidError: one does not suit the model.
    """
    if not changes:
        raise ByHandError("no change")
    given = dict(here.arguments)
    for change in changes:
        if change.kind == "fit":
            _set_fit(given, change, stopper)
        elif change.kind == "data":
            _set_rows(given, change)
    model = here.model.repaired(*(c for c in changes if c.kind in ("model", "compile")))
    return tried(model, given)


def _set_fit(given: dict[str, Any], change: Change, stopper: Stopper) -> None:
    for name, value in change.settings.items():
        if name == "early_stopping":
            given["callbacks"] = [*(given.get("callbacks") or ()), stopper(value)]
        elif name in OF_FIT:
            given[name] = value
        else:
            raise ByHandError(change.code)


def _set_rows(given: dict[str, Any], change: Change) -> None:
    """Leave out the rows with numbers that are missing, if that is the change."""
    x, y = given["x"], given["y"]
    if "drop_rows" not in change.settings or not all(isinstance(a, np.ndarray) for a in (x, y)):
        raise ByHandError(change.code)
    whole = _finite(x) & _finite(y)
    given["x"], given["y"] = x[whole], y[whole]
    weight = given.get("sample_weight")
    if weight is not None:
        given["sample_weight"] = np.asarray(weight)[whole]


def _finite(column: np.ndarray) -> np.ndarray:
    if column.dtype.kind != "f":
        return np.ones(len(column), bool)
    return np.asarray(np.isfinite(column.reshape(len(column), -1)).all(axis=1))


class Comparison(NamedTuple):
    """Two trials by one measure on the same rows."""

    before: float
    after: float
    margin: float  # by how much they may differ by chance
    measure: str = "score"


def _compared(here: Trial, there: Trial) -> Comparison:
    """Compare two trials, row by row.

    What the later one is to learn decides on the measure, for both.
    """
    chart = there.chart or here.chart
    if chart is None:
        return Comparison(float("nan"), float("nan"), MARGIN)
    rows = chart.held_out or chart.rows
    place = "held out" if chart.held_out else "trained on"
    kinds = {name: task.kind for name, task in chart.tasks.items()}
    names = dict.fromkeys(MEASURES[kind] for kind in kinds.values())
    measure = f"{', '.join(names)} on {len(rows):,} rows {place}"
    scored = [
        [points(kinds[name], _taken(rows.y[name]), a) for name, a in _by(chart, trial)]
        for trial in (here, there)
    ]
    before, after = (_mean([float(one.mean()) for one in scores]) for scores in scored)
    return Comparison(before, after, _margin(*scored), measure)


def _margin(here: Sequence[np.ndarray], there: Sequence[np.ndarray]) -> float:
    """Return the standard error of the difference of two scores, from that of each row.

    Of useless answers only that they are useless counts, not by how much.
    """
    errors = [
        (new - (old if old.mean() > 0 else 0)).std() / np.sqrt(len(old))
        for old, new in zip(here, there, strict=False)
        if len(old) == len(new) > 1
    ]
    return max(MARGIN, *errors) if errors else MARGIN


def _by(chart: Chart, trial: Trial) -> Iterator[tuple[str, np.ndarray]]:
    """Give a trial's answers by the names that outputs have on this chart."""
    for name, answers in zip(chart.network.outputs, trial.answers.values(), strict=False):
        if name in chart.tasks:
            yield name, answers


def _taken(column: Any) -> np.ndarray:
    return np.asarray(column)[_sample(column)]


def _mean(scores: list[float]) -> float:
    return float(np.mean(scores)) if scores else float("nan")


def _number(value: float) -> str:
    return "-" if not np.isfinite(value) else f"{value:.3g}" if abs(value) > 9 else f"{value:.3f}"
