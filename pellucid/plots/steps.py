"""The loss of each mini-batch, step by step, with the epochs marked."""

import numpy as np

from pellucid.plots.figures import Figure, Numbers, drawn, panels
from pellucid.plots.history import value_axis
from pellucid.plots.style import BLUE, GREY, INK, MUTED, library

MOST_MARKED = 40  # epochs: more lines would hide the losses


@drawn
def steps(losses: Numbers, steps_per_epoch: int) -> Figure:
    """Return the loss of every mini-batch by step, and the mean of each epoch across it.

    A vertical line stands where an epoch ends and the rows are shuffled.
    """
    values = np.asarray(losses, float)
    figure, (ax,) = panels(1, height=3.2)
    dots = {"marker": "o", "markersize": 4} if len(values) <= 60 else {}
    number = np.arange(1, len(values) + 1)
    ax.plot(number, values, color=BLUE, linewidth=1.2, label="a mini-batch", **dots)
    epochs = [values[i : i + steps_per_epoch] for i in range(0, len(values), steps_per_epoch)]
    for index, part in enumerate(epochs):
        ends = index * steps_per_epoch + 0.5, index * steps_per_epoch + len(part) + 0.5
        words = {"label": "mean of the epoch"} if not index else {}
        ax.plot(ends, [part.mean()] * 2, color=INK, linewidth=1.8, **words)
        if len(epochs) <= MOST_MARKED and index:
            ax.axvline(ends[0], color=GREY, linewidth=1, linestyle=(0, (4, 3)))
            look = {"fontsize": 8, "color": MUTED, "va": "top"}
            beside = {"xytext": (3, 0), "textcoords": "offset points"}
            at = ends[0], 0.97
            ax.annotate("shuffle", at, xycoords=ax.get_xaxis_transform(), **beside, **look)
    value_axis(ax, values)
    ax.xaxis.set_major_locator(library().ticker.MaxNLocator(integer=True))
    ax.set(xlabel="step", ylabel="loss")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=2)
    return figure
