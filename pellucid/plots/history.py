"""How training went: loss, metrics and learning rate, epoch by epoch."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Real

from pellucid.plots.figures import Axes, Figure, Numbers, drawn, panels
from pellucid.plots.style import BLUE, INK, MUTED, VERMILLION, label, library

VALIDATION = "val_"  # how Keras marks what was measured on the validation rows
WIDE_RANGE = 30.0  # largest over smallest value from which a log axis shows more


@drawn
def curves(history: Mapping[str, Numbers], best_epoch: int | None = None) -> Figure:
    """Return loss and metrics by epoch, training beside validation, the best epoch marked.

    `history` goes from names such as "loss" and "val_loss" to one value an epoch. Epochs
    count from 1; without `best_epoch`, it is the one with the least (validation) loss. The
    learning rate has a figure of its own.
    """
    kinds = dict.fromkeys(name.removeprefix(VALIDATION) for name in history)
    kinds.pop("learning_rate", None)
    best = best_epoch or _least(history.get("val_loss", history.get("loss", ())))
    figure, axes = panels(len(kinds), height=2.7)
    for ax, kind in zip(axes, kinds, strict=True):
        _draw_kind(ax, kind, history, best)
    return figure


@drawn
def learning_rates(rates: Numbers) -> Figure:
    """Return the learning rate of each epoch, as steps."""
    values = np.asarray(rates, float)
    figure, (ax,) = panels(1, height=2.2)
    ax.plot(_epochs(values), values, color=BLUE, drawstyle="steps-mid", **_dots(values))
    _epoch_axis(ax)
    value_axis(ax, values)
    ax.set_title("learning rate")
    return figure


def _draw_kind(ax: Axes, kind: str, history: Mapping[str, Numbers], best: int | None) -> None:
    lines = []
    for name, words, colour in (
        (kind, "training", BLUE),
        (VALIDATION + kind, "validation", VERMILLION),
    ):
        if name in history:
            values = np.asarray(history[name], float)
            ax.plot(_epochs(values), values, color=colour, label=words, **_dots(values))
            lines.append(values)
    if best is not None:
        _mark(ax, best, lines[-1])
    _epoch_axis(ax)
    value_axis(ax, np.concatenate(lines))
    ax.set_title(label(kind.replace("_", " ").strip() or kind, 40))
    if len(ax.get_legend_handles_labels()[0]) > 1:  # one line is what the title says
        ax.legend()


def _mark(ax: Axes, best: int, values: Real[np.ndarray, " epochs"]) -> None:
    ax.axvline(best, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    if best <= len(values) and np.isfinite(values[best - 1]):
        ax.plot([best], [values[best - 1]], "o", color=INK, markersize=5, zorder=4)
        ax.plot([], [], "o", color=INK, markersize=5, label=f"epoch {best}: {values[best - 1]:.4g}")


def _least(values: Numbers) -> int | None:
    finite = np.where(np.isfinite(values), values, np.inf)
    return int(np.argmin(finite)) + 1 if np.isfinite(finite).any() else None


def _epochs(values: Real[np.ndarray, " epochs"]) -> Real[np.ndarray, " epochs"]:
    return np.arange(1, len(values) + 1)


def _dots(values: Real[np.ndarray, " epochs"]) -> dict[str, object]:
    """A line through few epochs shows each one."""
    return {"marker": "o", "markersize": 3.5} if len(values) <= 12 else {}


def _epoch_axis(ax: Axes) -> None:
    ax.set_xlabel("epoch")
    ax.xaxis.set_major_locator(library().ticker.MaxNLocator(integer=True, min_n_ticks=1))


def value_axis(ax: Axes, values: Real[np.ndarray, " count"]) -> None:
    """Give an axis of values that are all positive and range widely a log scale."""
    finite = values[np.isfinite(values)]
    if finite.size and finite.min() > 0 and finite.max() / finite.min() > WIDE_RANGE:
        ax.set_yscale("log")
        ticker = library().ticker
        decades = np.log10(finite.max() / finite.min())
        ax.yaxis.set_major_locator(
            ticker.LogLocator(subs=(1.0,) if decades > 2.5 else (1.0, 2.0, 5.0))
        )
        ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: f"{value:g}"))
        ax.yaxis.set_minor_formatter(ticker.NullFormatter())
