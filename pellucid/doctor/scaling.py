"""Whether inputs and targets are of a size that networks learn well from."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.columns import Spread, amounts, spread_of, table_of
from pellucid.doctor.ending import SILENT
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.probes import best_gain
from pellucid.doctor.shortfall import attains
from pellucid.doctor.task import NUMBERS
from pellucid.doctor.thresholds import threshold

SCALERS = (  # that bring what they read to a size of their own, or look numbers up
    *("Normalization", "MinMaxScaling", "BatchNormalization", "LayerNormalization"),
    *("GroupNormalization", "RMSNormalization", "UnitNormalization"),
    *("Embedding", "CategoryEncoding"),
)
PASSING = (  # that leave numbers of the size they were
    *("Dropout", "GaussianNoise", "Masking", "RepeatVector", "ZeroPadding1D", "ZeroPadding2D"),
    *("Cropping2D", "Resizing", "CenterCrop", "RandomFlip", "RandomRotation", "RandomZoom"),
    *("RandomTranslation", "RandomContrast", "RandomBrightness", "RandomCrop"),
    *("Concatenate", "MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D"),
)
KNOWN = ("Dense", "Conv1D", "Conv2D", "Conv3D", "SimpleRNN", "LSTM", "GRU")
PIXEL = 255
NEARLY = 0.9  # of what plain predictors gain


class Feed(NamedTuple):
    """What the first layers with weights get of an input: scale x + offset."""

    scale: float
    offset: float
    layer: str  # the first layer that is more than a rescaling


def feed_of(chart: Chart, source: str) -> Feed | None:
    """Return how an input reaches the network, or None if it is scaled there, or nobody knows."""
    if not next(s for s in chart.network.inputs if s.name == source).dtype.startswith("float"):
        return None  # ids, which are looked up
    feeds = list(_feeds(chart, source, 1.0, 0.0))
    return feeds[0] if feeds and all(feed is not None for feed in feeds) else None


def _feeds(chart: Chart, name: str, scale: float, offset: float) -> Iterator[Feed | None]:
    for node in chart.network.nodes:
        if name not in node.inputs:
            continue
        layer: Any = node.layer
        kind = type(layer).__name__
        if kind == "Rescaling":
            inner = (scale * layer.scale, offset * layer.scale + layer.offset)
            yield from _feeds(chart, node.name, *inner)
        elif kind in SILENT or kind in PASSING:
            yield from _feeds(chart, node.name, scale, offset)
        elif kind in SCALERS or kind not in KNOWN:
            yield None
        else:
            yield Feed(scale, offset, node.name)


@check("data")
def inputs_by_size(chart: Chart) -> Iterator[Finding]:
    """Judge each input as the first layer with weights sees it."""
    for source in chart.rows.x:
        if all(source != known.name for known in chart.network.inputs):
            continue
        feed, spread = feed_of(chart, source), spread_of(chart, source)
        if feed is None or spread is None:
            continue
        table = table_of(chart, source)
        assert table is not None  # as it has a spread
        mean = feed.scale * spread.mean + feed.offset
        size = float(np.sqrt(np.mean(np.square(mean) + np.square(feed.scale * spread.deviation))))
        yield from _too_small(feed, table.x, size)
        yield from _too_large(feed, spread, size)


@check("end", all_rows=True)
def inputs_by_size_again(chart: Chart) -> Iterator[Finding]:
    """Judge large inputs again where the network has not learnt what there is to learn."""
    large = [found for found in inputs_by_size(chart) if found.check == "unscaled_inputs"]
    large = [found for found in large if found.threshold in _harmful()]
    if large and not attains(chart, NEARLY):
        yield from (replace(found, severity="warning") for found in large)


def _harmful() -> tuple[float, ...]:
    return threshold("input_rms"), threshold("input_ratio")


def _too_small(feed: Feed, raw: Float[np.ndarray, "..."], size: float) -> Iterator[Finding]:
    """Judge inputs that are nearly nothing.

    Rare features, as of words, make for a small rms too: their largest numbers are not small.
    """
    if not 0 < size < threshold("input_rms_low"):
        return
    largest = float(np.abs(feed.scale * raw + feed.offset).max())
    if largest > threshold("input_largest_low"):
        return
    steps = raw * PIXEL**2
    twice = raw.min() >= 0 and bool(np.allclose(steps, np.round(steps), atol=0.02))
    sure = feed.scale != 1 or twice
    how = "a Rescaling layer scales what is scaled already" if feed.scale != 1 else ""
    how = how or ("all are whole multiples of 1/255²" if twice else "")
    yield Finding(
        "double_scaling",
        "warning" if sure else "advice",
        f"inputs reach {feed.layer!r} with an rms of {size:.2g}, none above {largest:.2g}"
        + (f": {how}" if how else ""),
        "scale them once, to mean 0 and deviation 1 or to 0 .. 1",
        layer=feed.layer,
        value=size,
        threshold=threshold("input_rms_low"),
        change=_normalise(),
    )


def _too_large(feed: Feed, spread: Spread, size: float) -> Iterator[Finding]:
    """Judge inputs that are large, far from 0, or of very different sizes."""
    deviation = np.abs(feed.scale) * spread.deviation[spread.varied]
    if not deviation.size or not deviation.min():
        return
    mean = np.abs(feed.scale * spread.mean[spread.varied] + feed.offset)
    ratio, shift = float(deviation.max() / deviation.min()), float((mean / deviation).max())
    for value, name, words in (
        (size, "input_rms", f"have an rms of {size:.3g}"),
        (ratio, "input_ratio", f"differ in deviation by a factor of {ratio:.3g}"),
        (size, "input_rms_advice", f"have an rms of {size:.3g}"),
        (shift, "input_shift", f"have a mean of up to {shift:.3g} times their deviation"),
    ):
        if value <= threshold(name):
            continue
        yield Finding(
            "unscaled_inputs",
            "advice",
            f"the inputs of {feed.layer!r} {words}; networks start best near 1",
            "scale each feature to mean 0 and deviation 1; divide pixels by 255",
            layer=feed.layer,
            value=value,
            threshold=threshold(name),
            change=_normalise(),
        )
        return


def _normalise() -> Change:
    return Change("model", "put layers.Normalization() first", {"first": "Normalization"})


@check("end", all_rows=True)
def targets_by_size(chart: Chart) -> Iterator[Finding]:
    """Judge targets that are far from what fresh weights give.

    Some networks get there all the same, given time: they are only told of it.
    """
    for output, task in chart.tasks.items():
        y = amounts(task.y) if task.kind == NUMBERS else None
        if y is None or len(y) < 2 or output not in chart.network or _rescaled(chart, output):
            continue
        mean, deviation = float(np.abs(y.mean(axis=0)).max()), float(y.std(axis=0).max())
        value = max(mean, deviation)
        if value <= threshold("target_size"):
            continue
        gain = chart.gain(output) if chart.examinations else 0.0
        got_there = gain > 0.5 or gain > 0.8 * (best_gain(chart, output) or 1.0) > 0
        yield Finding(
            "unscaled_targets",
            "advice" if got_there else "warning",
            f"targets have a mean of up to {mean:.4g} and a deviation of {deviation:.4g}; fresh "
            f"weights answer near 0" + ("" if got_there else f", and R² came to {gain:.2g} only"),
            "train on (y - mean) / deviation, or put Rescaling(deviation, mean) last",
            value=value,
            threshold=threshold("target_size"),
            change=Change(
                "model",
                f"layers.Rescaling({deviation:.6g}, {float(y.mean()):.6g}) as the last layer",
                {"last": "Rescaling", "scale": float(y.std()), "offset": float(y.mean())},
            ),
        )


def _rescaled(chart: Chart, output: str) -> bool:
    """Tell whether the network ends by bringing its answers to the targets' size."""
    node = chart.network[output]
    while type(node.layer).__name__ in SILENT and node.inputs[0] in chart.network:
        node = chart.network[node.inputs[0]]
    layer: Any = node.layer
    return type(layer).__name__ == "Rescaling" and abs(layer.scale) + abs(layer.offset) > 2
