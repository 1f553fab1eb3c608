"""How good a network is on rows it has not learnt from, beside what needs no network."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int, Num

from pellucid.base.errors import FileError, explain
from pellucid.data.encoding import Encoding
from pellucid.functions.decision import Decision
from pellucid.functions.intervals import bootstrap_interval, wilson_interval
from pellucid.functions.scores import (
    ClassScore,
    accuracy,
    auc,
    average_precision,
    balanced_accuracy,
    class_scores,
    confusion_matrix,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    r2,
)

UNBALANCED = 0.75  # share of the largest class from which accuracy alone says little
UNEVEN = 3.0  # or of the largest class over that of an equal share


class Score(NamedTuple):
    """One figure, how sure it is, and what a constant prediction scores."""

    name: str
    value: float
    low: float | None  # ends of the 95 % interval, where one is known
    high: float | None
    baseline: float | None


class Judgement(NamedTuple):
    """Everything a report says about a score. The first score is the one that counts."""

    task: str
    rows: int
    scores: tuple[Score, ...]
    baseline: str  # in words
    training: tuple[float, ...]  # rows of each class, or their mean: what the baseline knows
    class_names: tuple[str, ...] = ()
    classes: tuple[ClassScore, ...] = ()
    confusion: tuple[tuple[int, ...], ...] = ()
    unbalanced: bool = False
    decision: Decision | None = None  # the threshold that was chosen on validation rows, if any
    held_out: bool = True  # False where there are no rows but those that taught

    @property
    def headline(self) -> Score:
        """The figure that counts."""
        return self.scores[0]

    @property
    def beats_baseline(self) -> bool:
        """Whether the whole interval of the headline lies beyond the constant prediction."""
        name, value, low, high, baseline = self.headline
        if baseline is None:
            return True
        smaller = name in SMALLER_IS_BETTER
        return (
            (value if high is None else high) < baseline
            if smaller
            else (value if low is None else low) > baseline
        )

    def to_json(self) -> dict[str, Any]:
        """Return the judgement as JSON values."""
        told = self._asdict()
        told["scores"] = [score._asdict() for score in self.scores]
        told["classes"] = [score._asdict() for score in self.classes]
        told["decision"] = self.decision and self.decision._asdict()
        return told

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Judgement":
        """Return the judgement that `to_json` described.

        Raises:
            FileError: it describes none.
        """
        try:
            return cls(
                **{
                    **told,
                    "scores": tuple(Score(**score) for score in told["scores"]),
                    "training": tuple(told["training"]),
                    "class_names": tuple(told["class_names"]),
                    "classes": tuple(ClassScore(**score) for score in told["classes"]),
                    "confusion": tuple(tuple(row) for row in told["confusion"]),
                    "decision": (chosen := told.get("decision")) and Decision(**chosen),
                }
            )
        except (KeyError, TypeError) as error:
            what, expected = "These are no scores of a run.", "what `pellucid train` wrote"
            raise FileError(explain(what, got=repr(error), expected=expected)) from error


SHARES = {"accuracy", "balanced accuracy"}  # read best in percent
SMALLER_IS_BETTER = {"mean absolute error", "root mean squared error", "log loss"}


def taught(encoding: Encoding, y: np.ndarray) -> tuple[float, ...]:
    """Return what a constant prediction learns from training targets y: counts, or the mean."""
    if encoding.task == "regression":
        return (float(np.mean(y, dtype=np.float64)),)
    return tuple(np.bincount(y, minlength=len(encoding.class_names)).tolist())


def judge(
    encoding: Encoding,
    output: np.ndarray,
    true: np.ndarray,
    training: tuple[float, ...],
    decision: Decision | None = None,
) -> Judgement:
    """Return the judgement on a network's output for rows whose targets are `true`.

    Raises:
        DataError: there are no such rows.
    """
    if encoding.task == "regression":
        return judge_numbers(true, output, training[0])
    counts = np.array(training, int)
    return judge_classes(true, output, counts, encoding.class_names, decision)


def unbalanced(counts: Int[np.ndarray, " classes"]) -> bool:
    """Return whether accuracy alone says little, given how many rows each class has."""
    largest = counts.max() / counts.sum()
    return bool(largest > UNBALANCED or largest * len(counts) > UNEVEN)


def judge_classes(
    true: Int[np.ndarray, " rows"],
    probabilities: Float[np.ndarray, "rows classes"],
    counts: Int[np.ndarray, " classes"],
    names: tuple[str, ...],
    decision: Decision | None = None,
) -> Judgement:
    """Return how well classes were told apart, of which `counts` rows taught.

    Where the classes are unbalanced the mean recall over them counts, not the accuracy.
    """
    said = decided(probabilities, counts, decision)
    matrix = confusion_matrix(true, said, len(names))
    constant = int(counts.argmax())
    of_accuracy = wilson_interval(int(np.trace(matrix)), len(true))
    hits = float(np.mean(true == constant))
    scores = [Score("accuracy", accuracy(matrix), *of_accuracy, hits)]
    balanced = _bootstrapped("balanced accuracy", _mean_recall(len(names)), true, said)
    scores.append(balanced._replace(baseline=1 / len(np.unique(true))))
    classes = class_scores(matrix, names)
    scores.append(Score("macro F1", float(np.mean([c.f1 for c in classes])), None, None, None))
    cost = log_loss(true, probabilities) + 0.0  # of perfect answers it is -0.0
    scores.append(Score("log loss", cost, None, None, None))
    scores += _of_ranking(true, probabilities, counts, names)
    uneven = unbalanced(counts)
    if uneven:
        scores[0], scores[1] = scores[1], scores[0]
    return Judgement(
        "classification",
        len(true),
        tuple(scores),
        f"always saying {names[constant]!r}, the most frequent class",
        tuple(counts.tolist()),
        names,
        classes,
        tuple(tuple(map(int, row)) for row in matrix),
        uneven,
        decision,
    )


def judge_numbers(
    true: Num[np.ndarray, " rows"], said: Num[np.ndarray, " rows"], mean: float
) -> Judgement:
    """Return how close numbers were met, beside the mean of those that taught."""
    constant = np.full(len(true), mean)
    measures: dict[str, Callable[..., float]] = {
        "mean absolute error": mean_absolute_error,
        "root mean squared error": _root_mean_squared_error,
        "R2": r2,
    }
    scores = tuple(
        _bootstrapped(name, measure, true, said, baseline=measure(true, constant))
        for name, measure in measures.items()
    )
    baseline = "always saying the mean of the training rows"
    return Judgement("regression", len(true), scores, baseline, (mean,))


def sought(counts: Num[np.ndarray, " classes"]) -> int:
    """Return which of two classes is looked for: the rarer one, or else the second."""
    return 0 if counts[0] < counts[1] else 1


def decided(
    probabilities: Float[np.ndarray, "rows classes"],
    counts: Num[np.ndarray, " classes"],
    decision: Decision | None = None,
) -> Int[np.ndarray, " rows"]:
    """Return the class of each row: the likeliest, or that sought above a threshold."""
    if decision is None:
        return probabilities.argmax(1)
    one = sought(counts)
    return np.where(probabilities[:, one] > decision.threshold, one, 1 - one)


def _of_ranking(
    true: np.ndarray, probabilities: np.ndarray, counts: np.ndarray, names: tuple[str, ...]
) -> list[Score]:
    """Return how well the probability of one of two classes puts rows in order."""
    if len(names) != 2 or len(np.unique(true)) < 2:
        return []
    one = sought(counts)
    is_one, surely = (true == one).astype(int), probabilities[:, one]
    name, share = f"average precision of {names[one]!r}", float(np.mean(is_one))
    return [
        _bootstrapped("area under the ROC curve", auc, is_one, surely, baseline=0.5),
        _bootstrapped(name, average_precision, is_one, surely, baseline=share),
    ]


def _bootstrapped(
    name: str,
    statistic: Callable[..., float],
    true: np.ndarray,
    said: np.ndarray,
    baseline: float | None = None,
) -> Score:
    def of_drawn(true: np.ndarray, said: np.ndarray) -> float:
        one_kind = statistic in (auc, average_precision) and len(np.unique(true)) < 2
        return float("nan") if one_kind else statistic(true, said)

    low, high = bootstrap_interval(of_drawn, true, said, draws=400)
    if low == high:  # a faultless score on few rows: drawing them again cannot tell how sure
        return Score(name, statistic(true, said), None, None, baseline)
    return Score(name, statistic(true, said), low, high, baseline)


def _mean_recall(classes: int) -> Callable[..., float]:
    return lambda true, said: balanced_accuracy(confusion_matrix(true, said, classes))


def _root_mean_squared_error(true: np.ndarray, said: np.ndarray) -> float:
    return mean_squared_error(true, said) ** 0.5
