"""What a Boltzmann machine has learnt: its weights as pictures, and rows beside its own."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Real

from pellucid.plots.figures import Figure, Numbers, drawn, new_figure
from pellucid.plots.images import frame, one_scale, signs
from pellucid.plots.style import BLUE, COLUMN, INK, MUTED, RULE, VERMILLION, label, library

BRIGHTEST = 99.5  # per cent of the weights that lie within the scale


@drawn
def features(
    kernel: Real[np.ndarray, "features units"],
    shape: Sequence[int],
    count: int = 60,
    across: int = 12,
) -> Figure:
    """Return the weights of the first `count` hidden units, each as a picture of `shape`.

    Blue weights are positive, orange ones negative, white zero; all on one scale.
    """
    height, width = shape[0], shape[1]
    shown = np.asarray(kernel, float).T[:count].reshape(-1, height, width)
    across = min(across, len(shown))
    down = -(-len(shown) // across)
    figure = new_figure(0.56 * down * height / width + 0.35)
    axes = figure.subplots(down, across, squeeze=False).ravel().tolist()
    limit = float(np.percentile(np.abs(shown), BRIGHTEST)) or 1.0
    scale = one_scale(signs(), -limit, limit)
    for ax, weights in zip(axes, shown, strict=False):
        ax.imshow(weights, cmap=scale.cmap, norm=scale.norm, interpolation="nearest")
        frame(ax)
    for unused in axes[len(shown) :]:
        unused.remove()
    bar = figure.colorbar(scale, ax=axes[: len(shown)], shrink=0.8, pad=0.015, aspect=30)
    bar.outline.set_visible(False)
    words = f"{len(shown)} of {kernel.shape[1]} hidden units"
    figure.suptitle(words, fontsize=9, color=MUTED, x=0.01, ha="left")
    return figure


@drawn
def galleries(pictures: Mapping[str, Real[np.ndarray, "_rows ..."]]) -> Figure:
    """Return pictures in lines, one line above the other, each with its name.

    Shapes:
        each value  (rows, height, width), or with one channel last, from 0 to 1
    """
    across = max(len(line) for line in pictures.values())
    figure = new_figure((COLUMN - 1.1) / across * len(pictures) + 0.1)
    axes = figure.subplots(len(pictures), across, squeeze=False)
    for line, (name, rows) in zip(axes, pictures.items(), strict=True):
        for ax, picture in zip(line, np.asarray(rows), strict=False):
            flat = picture[..., 0] if picture.ndim == 3 else picture
            ax.imshow(flat, cmap="gray_r", vmin=0, vmax=1, interpolation="nearest")
            frame(ax)
        for unused in line[len(rows) :]:
            unused.remove()
        words = {"rotation": 0, "ha": "right", "va": "center", "fontsize": 9, "color": INK}
        line[0].set_ylabel(label(name), **words)
    return figure


@drawn
def pairs(scores: Mapping[str, Numbers], what: str = "accuracy") -> Figure:
    """Return the scores of two ways of training, a line joining those of one seed.

    Shapes:
        scores  two names, each with as many numbers as there are seeds
    """
    names, columns = list(scores), [np.asarray(column, float) for column in scores.values()]
    figure = new_figure(2.0, 5.6)
    ax = figure.subplots()
    for seed, (left, right) in enumerate(zip(*columns, strict=True)):
        ax.plot([left, right], [seed, seed], color=RULE, linewidth=2, zorder=1)
    seeds = np.arange(len(columns[0]))
    for column, name, colour, marker in zip(
        columns, names, (VERMILLION, BLUE), ("o", "s"), strict=True
    ):
        words = f"{label(name)}: mean {column.mean():.3f}"
        ax.plot(column, seeds, marker, color=colour, markersize=7, linestyle="", label=words)
    ax.set_yticks(seeds, [f"seed {seed}" for seed in seeds])
    ax.set_ylim(len(seeds) - 0.5, -0.5)
    ax.set_xlabel(label(what, 40))
    ax.xaxis.set_major_locator(library().ticker.MaxNLocator(6))
    figure.legend(loc="outside upper left", ncols=2)
    return figure
