"""Several series in one panel, told apart by colour and dash."""

from collections.abc import Mapping

import numpy as np

from pellucid.plots.figures import Figure, Numbers, drawn, panels
from pellucid.plots.history import value_axis
from pellucid.plots.style import DASHES, colour, label


@drawn
def lines(
    series: Mapping[str, Numbers],
    at: Numbers | None = None,
    across: str = "epoch",
    up: str = "loss",
) -> Figure:
    """Return a line for each series over `at`; without it, a value an epoch, from epoch 1."""
    figure, (ax,) = panels(1, height=3.2)
    for index, (name, values) in enumerate(series.items()):
        look = {"color": colour(index), "linestyle": DASHES[index % len(DASHES)]}
        places = np.arange(1, len(values) + 1) if at is None else at
        ax.plot(places, values, label=label(name, 40), **look)
    value_axis(ax, np.concatenate([np.asarray(values, float) for values in series.values()]))
    ax.set(xlabel=label(across), ylabel=label(up))
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    return figure
