"""The errors a classifier was surest of: where to look first."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int, Real

from pellucid.plots.blocks import Table
from pellucid.plots.figures import Figure, drawn, new_figure
from pellucid.plots.images import images
from pellucid.plots.style import MUTED, label


def surest_mistakes(
    true: Int[np.ndarray, " rows"],
    predicted: Int[np.ndarray, " rows"],
    probability: Real[np.ndarray, " rows"],
    most: int = 24,
) -> Int[np.ndarray, " mistakes"]:
    """Return the numbers of the wrongly predicted rows, the surest first.

    `probability` is the one that the predicted class was given.
    """
    rows = np.flatnonzero(np.asarray(true) != np.asarray(predicted))
    order = np.argsort(-np.asarray(probability)[rows], kind="stable")
    return rows[order][:most]


def mistakes(
    pictures: Real[np.ndarray, "rows ..."],
    true: Int[np.ndarray, " rows"],
    predicted: Int[np.ndarray, " rows"],
    probability: Real[np.ndarray, " rows"],
    class_names: Sequence[str],
    most: int = 24,
) -> Figure:
    """Return the pictures of the surest mistakes, each with its true and predicted class."""
    rows = surest_mistakes(true, predicted, probability, most)
    if not len(rows):
        return _none()
    titles = []
    for row in rows:
        is_class, said = class_names[int(true[row])], class_names[int(predicted[row])]
        titles.append(f"{label(is_class, 10)}, not\n{label(said, 9)} ({probability[row]:.0%})")
    return images(np.asarray(pictures)[rows], titles)


def mistake_table(
    true: Int[np.ndarray, " rows"],
    predicted: Int[np.ndarray, " rows"],
    probability: Real[np.ndarray, " rows"],
    class_names: Sequence[str],
    most: int = 24,
) -> Table:
    """Return the same as rows: which row, what it is, what was said, and how surely."""
    rows = surest_mistakes(true, predicted, probability, most)
    lines = tuple(
        (
            int(row),
            str(class_names[int(true[row])]),
            str(class_names[int(predicted[row])]),
            float(probability[row]),
        )
        for row in rows
    )
    caption = f"The surest mistakes ({len(rows)} of {int(np.sum(true != predicted))})"
    return Table(("row", "true class", "predicted class", "probability"), lines, caption)


@drawn
def _none() -> Figure:
    figure = new_figure(0.7)
    figure.text(
        0.5,
        0.5,
        "No mistakes: every row was predicted correctly.",
        ha="center",
        va="center",
        color=MUTED,
    )
    return figure
