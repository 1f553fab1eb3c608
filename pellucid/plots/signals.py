"""How strong a signal is, layer by layer, over time or over depth, on one log axis."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from pellucid.plots.figures import Axes, Figure, Numbers, drawn, panels
from pellucid.plots.style import DASHES, MARKERS, colour, label, library

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
FAINTEST = 1e-30  # below it, a log axis shows nothing but rounding
FIRST_SHADE, LAST_SHADE = 0.2, 0.88  # of cividis: its ends are lost on dark and on white


@drawn
def over_time(
    signals: Mapping[str, Mapping[str, Numbers]], time: Numbers, height: float = 2.9
) -> Figure:
    """Return a panel for each signal: a line a layer, over the epochs, on a log axis.

    Layers come in order of depth: from dark for the first to light for the last, each also
    named at the end of its line where there is room.
    """
    figure, axes = panels(len(signals), height=height, across=2)
    for ax, (name, layers) in zip(axes, signals.items(), strict=True):
        _lines(ax, np.asarray(time, float), layers)
        ax.set_title(label(name, 40))
        ax.set_xlabel("epochs")
    return figure


@drawn
def over_depth(
    variants: Mapping[str, Mapping[str, float]],
    losses: Mapping[str, Numbers],
    words: str,
) -> Figure:
    """Return a signal by layer, first to last, for several networks; beside it their losses.

    Each network holds one strength a layer, in order of depth; `words` says what it is.
    """
    figure, (left, right) = panels(2, height=3.5)
    for index, (name, layers) in enumerate(variants.items()):
        look = {"color": colour(index), "linestyle": DASHES[index % len(DASHES)]}
        values = _positive(list(layers.values()))
        marker = MARKERS[index % len(MARKERS)]
        numbers = np.arange(1, len(values) + 1)
        left.plot(numbers, values, marker=marker, markersize=4, label=label(name, 40), **look)
        loss = np.asarray(losses[name], float)
        right.plot(np.arange(1, len(loss) + 1), loss, **look)
    _log_axis(left)
    left.set_title(label(words, 60))
    left.set_xlabel("layer, from the input to the output")
    right.set_title("loss while training")
    right.set_xlabel("epoch")
    for ax in (left, right):
        ax.xaxis.set_major_locator(library().ticker.MaxNLocator(integer=True, min_n_ticks=1))
    handles, names = left.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=2)
    return figure


def _lines(ax: Axes, time: Float[np.ndarray, " looks"], layers: Mapping[str, Numbers]) -> None:
    shades = np.linspace(FIRST_SHADE, LAST_SHADE, max(len(layers), 2))
    palette = library().colormaps["cividis"]
    for shade, values in zip(shades, layers.values(), strict=False):
        ax.plot(time, _positive(values), color=palette(shade), linewidth=1.4)
    _log_axis(ax)
    ends = [float(_positive(values)[-1]) for values in layers.values()]
    _name_ends(ax, float(time[-1]), ends, list(layers), [palette(s) for s in shades])


def _name_ends(
    ax: Axes, last: float, ends: Sequence[float], names: Sequence[str], colours: Sequence[object]
) -> None:
    """Name each line at its end, evenly spaced where the lines come too close."""
    heights = np.log10([end if np.isfinite(end) else FAINTEST for end in ends])
    low, high = np.log10(ax.get_ylim())
    places = _spread(heights, low, high, gap=(high - low) * 0.072)
    for place, end, name, own in zip(places, ends, names, colours, strict=True):
        ax.annotate(
            label(name, 14),
            (last, end),
            xytext=(1.035, (place - low) / (high - low)),
            textcoords="axes fraction",
            fontsize=7,
            va="center",
            arrowprops={"arrowstyle": "-", "color": own, "linewidth": 0.7, "relpos": (0, 0.5)},
        )


def _spread(
    heights: Float[np.ndarray, " lines"], low: float, high: float, gap: float
) -> Float[np.ndarray, " lines"]:
    """Return heights moved apart to at least `gap`, in the same order, within the axis."""
    order = np.argsort(heights, kind="stable")
    gap = min(gap, (high - low) / max(len(heights) - 1, 1))
    places = np.clip(heights[order], low, high)
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    over = max(0.0, float(places[-1]) - high)
    places[-1] -= over
    for i in range(len(places) - 2, -1, -1):
        places[i] = min(places[i], places[i + 1] - gap)
    found = np.empty_like(places)
    found[order] = places
    return found


def _log_axis(ax: Axes) -> None:
    """Give an axis a log scale of at least a decade, its ticks few and named."""
    ticker = library().ticker
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    narrow = high / low < 100
    if high / low < 10:
        ax.set_ylim(low / (10 * low / high) ** 0.5, high * (10 * low / high) ** 0.5)
    ax.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5) if narrow else (1,), numticks=8))
    ax.yaxis.set_major_formatter(ticker.FuncFormatter(lambda value, _: power(value)))
    ax.yaxis.set_minor_locator(ticker.NullLocator())


def power(value: float) -> str:
    """Return a number, if it is a small power of ten as that is written by hand.

    Example:
        >>> power(1e-7), power(1.0), power(0.5)
        ('10⁻⁷', '1', '0.5')
    """
    exponent = round(float(np.log10(value)))
    if -2 <= exponent <= 3 or not np.isclose(value, 10.0**exponent):
        return f"{value:g}"
    return f"10{str(exponent).translate(RAISED)}"


def _positive(values: object) -> Float[np.ndarray, " looks"]:
    """Return numbers for a log axis; what is 0 or no number leaves a gap."""
    numbers = np.asarray(values, float)
    return np.where(numbers > FAINTEST, numbers, np.nan)
