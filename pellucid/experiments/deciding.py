"""From which probability on a run takes a row for the rarer of two classes."""

import numpy as np

from pellucid.experiments.answers import outputs
from pellucid.experiments.design import Design
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.judging import sought, unbalanced
from pellucid.experiments.preparing import Prepared
from pellucid.functions.decision import Decision, choose

FEWEST = 10  # validation rows of a class, to choose a threshold without being asked to


def decide(
    experiment: Experiment, ready: Prepared, made: Design, training: tuple[float, ...]
) -> Decision | None:
    """Return the threshold of a run, or None where the likelier class is said.

    "auto" chooses by F1 on the rows to stop by, where one of two classes is rare and neither
    weights nor batches balance them. The rows to be judged on have no part in it.

    Raises:
        ConfigError: no threshold reaches the measure that was asked for.
        DataError: the rows to stop by are all of one class, and a measure was asked for.
    """
    wanted = experiment.threshold
    counts = np.array(training, int)
    if len(ready.encoding.class_names) != 2:
        return None
    if not isinstance(wanted, str):
        return Decision(float(wanted), "given", 0.0, 0.0, 0)
    rows = ready.parts.validation
    is_one = (ready.y[rows] == sought(counts)).astype(int)
    if wanted == "auto":
        balanced = "balanced" in (experiment.class_weight, experiment.shuffle)
        few = min(is_one.sum(), len(is_one) - is_one.sum()) < FEWEST
        if balanced or few or not unbalanced(counts):
            return None
    surely = outputs(ready.encoding, made.model, ready.x[rows])[:, sought(counts)]
    return choose(is_one, surely, "f1" if wanted == "auto" else wanted)
