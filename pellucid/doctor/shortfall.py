"""Whether a network has learnt what there plainly is to learn: the gate of many a check.

A symptom is harmless where the network learns all the same. What there is to learn is what
plain predictors (`probes`) find.
"""

from pellucid.doctor.chart import Chart
from pellucid.doctor.probes import best_gain, copies, probe_of
from pellucid.doctor.task import is_own
from pellucid.doctor.thresholds import threshold

GOOD = 0.9  # of the way from the constant answer to a perfect one: nothing to complain of
SHARE = 0.75  # of the plain predictors' gain: whoever has more is not far behind
HALF = 0.5
LEVEL = 0.05  # of gain: less is no difference


def gain_now(chart: Chart) -> float:
    """Return how good the answers are, of the output that does worst."""
    return min((chart.gain(name) for name in chart.tasks), default=1.0)


def shortfall(chart: Chart, output: str) -> float:
    """Return by how much more plain predictors gain, on rows they have not seen.

    0 where the network, on rows trained on, is not far behind, or where they cannot be asked,
    or the loss is a user's own.
    """
    if is_own(chart.losses.get(output)):
        return 0.0  # nobody knows what its answers mean
    gain = chart.gain(output) if chart.examinations else 0.0
    best = None if chart.sampled or gain > GOOD else best_gain(chart, output)
    far = best is not None and best - gain > threshold("probe_margin") and gain <= SHARE * best
    return best - gain if best is not None and far else 0.0


def struggles(chart: Chart) -> bool:
    """Tell whether the network learns nothing, or much less than plain predictors."""
    return not chart.is_learning or any(shortfall(chart, name) for name in chart.tasks)


def attains(chart: Chart, share: float = 1.0) -> bool:
    """Tell whether the network has learnt what there is to learn, or a `share` of it."""
    return bool(chart.examinations) and all(_attains(chart, name, share) for name in chart.tasks)


def _attains(chart: Chart, output: str, share: float) -> bool:
    gain = chart.gain(output)
    if chart.sampled or is_own(chart.losses.get(output)) or copies(chart, output):
        return gain > GOOD or chart.is_learning  # nobody knows what more there is
    probe = None if gain > GOOD else probe_of(chart, output)
    if probe is None or probe.z <= threshold("signal_z"):
        return gain > HALF  # nobody knows how much there is to learn
    return gain >= share * probe.gain - LEVEL
