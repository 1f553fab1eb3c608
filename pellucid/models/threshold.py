"""A threshold for a model of two classes, chosen on validation rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from pellucid.base.errors import ShapeError, explain
from pellucid.functions.decision import Decision, Trade, choose, trade_of
from pellucid.models.pictured import Pictured, classes_of
from pellucid.plots.classification import thresholds


@dataclass(frozen=True, eq=False)
class ThresholdChoice:
    """A threshold, and what all others would have given on the same rows.

    Attributes:
        decision: The threshold, the measure, its value, and that at 0.5.
        trade: Precision, recall and more at every threshold.
    """

    decision: Decision
    trade: Trade

    @property
    def threshold(self) -> float:
        """The threshold: a probability above it is a yes."""
        return self.decision.threshold

    def decide(self, probabilities: Any) -> Bool[np.ndarray, "*shape"]:
        """Return which probabilities are a yes."""
        return np.asarray(probabilities) > self.threshold

    def plot(self) -> Any:
        """Return precision, recall and F1 against the threshold, as a figure."""
        trade = self.trade
        measures = {"precision": trade.precision, "recall": trade.recall, "F1": trade.f1}
        return thresholds(trade.thresholds, measures, self.threshold)

    def __repr__(self) -> str:
        _, measure, value, half, rows = self.decision
        told = f"{measure} {value:.3g} on {rows} rows ({half:.3g} at 0.5)"
        return f"<ThresholdChoice {self.threshold:.4g}: {told}>"


def choose_threshold(model: Pictured, x: Any, y: Any, measure: str = "f1") -> ThresholdChoice:
    """Return the threshold at which `model` does best on `x` and `y` by a measure.

    Give validation rows, and judge on others: on the rows it was chosen on a threshold looks
    better than it is. `measure` is "f1", "balanced_accuracy", "recall=0.9" (the best
    precision that finds so much) or "precision=0.9" (the most found at such precision), of
    class 1.

    Raises:
        ShapeError: the model does not tell two classes apart.
        DataError: `y` are no classes, or all of one.
        ConfigError: there is no such measure, or no threshold reaches it.
    """
    output = np.asarray(model.view_of(x).outputs()[0], np.float64)
    if output.ndim != 2 or output.shape[1] > 2:
        what = "A threshold decides between two classes."
        raise ShapeError(explain(what, got=output.shape, expected="(rows, 1) or (rows, 2)"))
    labels, _ = classes_of(y, output)
    score: Float[np.ndarray, " rows"] = output[:, -1]
    return ThresholdChoice(choose(labels, score, measure), trade_of(labels, score))
