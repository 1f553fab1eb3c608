"""From which score on a row counts as a yes: a threshold chosen by what it should be best at."""

import re
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.functions.scores import pr_curve, roc_curve

MIDDLE = 0.5
MEASURES = ("f1", "balanced_accuracy", "recall=X", "precision=X")
WORDS = {"f1": "F1", "balanced_accuracy": "balanced accuracy"}
_AT_LEAST = re.compile(r"(recall|precision)=(0?\.\d+|1)")


class Decision(NamedTuple):
    """A threshold, what it was chosen by, and what that came to on the rows it was chosen on.

    A row is a yes if its score is above the threshold. Where "recall=0.9" is asked for, the
    value is the precision that is left, and the other way round.
    """

    threshold: float
    measure: str
    value: float
    at_half: float  # the same at a threshold of 0.5
    rows: int


class Trade(NamedTuple):
    """Thresholds between the scores there are, and what each gives."""

    lowest: Float[np.ndarray, " cuts"]  # score that is still a yes
    thresholds: Float[np.ndarray, " cuts"]
    precision: Float[np.ndarray, " cuts"]
    recall: Float[np.ndarray, " cuts"]
    balanced_accuracy: Float[np.ndarray, " cuts"]

    @property
    def f1(self) -> Float[np.ndarray, " cuts"]:
        """2 precision recall / (precision + recall); 0 where nothing is found."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / np.where(total > 0, total, 1)


def trade_of(true: Int[np.ndarray, " rows"], score: Float[np.ndarray, " rows"]) -> Trade:
    """Return what every threshold gives, from the strictest to the laxest.

    Raises:
        DataError: all rows are a yes, or none is.
    """
    recall, precision, at = pr_curve(true, score)
    false_rate, found_rate, _ = roc_curve(true, score)
    top = np.nextafter(at[1], np.inf)  # nothing is a yes
    cuts = np.append(top, (at[1:] + np.append(at[2:], at[-1])) / 2)
    cuts[-1] = np.nextafter(at[-1], -np.inf)  # everything is
    return Trade(at, cuts, precision, recall, (found_rate + 1 - false_rate) / 2)


def choose(
    true: Int[np.ndarray, " rows"], score: Float[np.ndarray, " rows"], measure: str = "f1"
) -> Decision:
    """Return the threshold that is best by a measure: 0.5, if none is better; else the nearest.

    `measure` is "f1", "balanced_accuracy", "recall=0.9" (the best precision of all that find
    so much), or "precision=0.9" (the most that is found at such precision). Other thresholds
    than 0.5 lie midway between two scores.

    Raises:
        ConfigError: there is no such measure, or no threshold reaches it.
        DataError: all rows are a yes, or none is.

    Example:
        >>> choose(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.9])).threshold
        0.25
    """
    check_measure(measure)
    trade = trade_of(true, score)
    values = _values(trade, measure)
    best = np.flatnonzero(values >= values.max() - 1e-12)
    if not values.max() > -1:
        what = f"No threshold reaches {measure} on these rows."
        most = f"{trade.precision[trade.recall > 0].max():.3g} at most"
        raise ConfigError(explain(what, got=most, expected="a lower figure"))
    half = float(values[np.count_nonzero(trade.lowest > MIDDLE) - 1])
    pick = best[np.argmin(np.abs(trade.thresholds[best] - MIDDLE))]
    value = float(values[pick])
    threshold = MIDDLE if half >= value - 1e-12 else float(trade.thresholds[pick])
    return Decision(threshold, measure, value, half, len(true))


def in_words(measure: str) -> str:
    """Return what a threshold is best at.

    Example:
        >>> in_words("recall=0.9")
        'precision at a recall of 0.9'
    """
    if measure in WORDS:
        return WORDS[measure]
    held, least = measure.split("=")
    other = "precision" if held == "recall" else "recall"
    return f"{other} at a {held} of {least}"


def check_measure(measure: str) -> None:
    """Refuse what no threshold can be chosen by.

    Raises:
        ConfigError: it is none of MEASURES.
    """
    if measure not in MEASURES[:2] and not _AT_LEAST.fullmatch(measure):
        what = "A threshold is chosen by a measure, and this is none."
        hint = nearest(measure, MEASURES)
        raise ConfigError(explain(what, got=measure, expected=", ".join(MEASURES), hint=hint))


def _values(trade: Trade, measure: str) -> Float[np.ndarray, " cuts"]:
    """Return what is to be large; -1 where a threshold does not give what is asked for."""
    if measure == "f1":
        return trade.f1
    if measure == "balanced_accuracy":
        return trade.balanced_accuracy
    name, least = measure.split("=")
    held, other = (trade.recall, trade.precision)[:: 1 if name == "recall" else -1]
    found = trade.recall > 0
    return np.where((held >= float(least)) & found, other, -1.0)
