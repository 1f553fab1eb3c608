"""Every number at which the doctor speaks up, with what it rests on.

`figure` says what was measured on either side of the number, and `source` where: "study" is
a comparison of 146 programs, healthy and faulty, whose figures are repeated here; "corpus" is
the collection of programs on which the rules were made, so that it does not judge them;
"own" is a fit of our own.
"""

from typing import NamedTuple


class Threshold(NamedTuple):
    """A number, and why it is this one."""

    value: float
    figure: str
    source: str


THRESHOLDS = {
    "learning_margin": Threshold(
        0.05, "a loss within 5 % of the constant prediction's is no learning", "study"
    ),
    "gradient_ratio": Threshold(
        1e-3, "first kernel's gradient by the last's: healthy 3e-2 .. 16, fading < 4e-5", "study"
    ),
    "spread_ratio": Threshold(
        1e-3, "spread of a hidden layer by the inputs': healthy > 2e-2, fading < 2e-4", "study"
    ),
    "dead_units": Threshold(0.5, "healthy 0 .. 0.17 of a layer, dying 0.4 .. 1", "study"),
    "born_dead": Threshold(
        0.05,
        "chance that a layer of relu is dead for a row: 8 layers of 5 units 0.25, where elu "
        "recalled 0.86 and relu 0.72 (6 seeds); 3 layers of 16 below 1e-4",
        "own",
    ),
    "dead_units_always": Threshold(0.9, "healthy layers had 0.5 at most", "study"),
    "flat_units": Threshold(0.9, "healthy up to 0.59, saturated 0.95 and more", "study"),
    "flat_units_not_learning": Threshold(0.5, "with no learning besides", "study"),
    "largest_activation": Threshold(1e6, "exponential units reach it in the first pass", "study"),
    "update_ratio_high": Threshold(5e-2, "healthy up to 3e-2, too fast 6e-2 .. 2.6", "study"),
    "update_ratio_low": Threshold(1e-5, "healthy at first 1e-4 .. 2e-3", "study"),
    "initial_loss_advice": Threshold(3, "healthy 0.96 .. 2.2 of the constant's loss", "study"),
    "initial_loss": Threshold(6, "softmax of one unit, raw inputs: 8 .. 12", "study"),
    "update_ratio_slow": Threshold(1e-4, "too slow 5e-6 .. 1e-4", "study"),
    "leap": Threshold(
        2,
        "loss of the first 300 steps by the first: healthy up to 1.03, too fast 1.8 .. 209",
        "corpus",
    ),
    "weight_scale": Threshold(
        0.4,
        "deviation by 1/sqrt(fan in): he 1.4, lecun 1, glorot 1 at equal widths",
        "their formulas",
    ),
    "weight_scale_high": Threshold(
        6, "the same: healthy up to 1.8; at 6, z deviates by 6 for x by 1", "corpus"
    ),
    "shrunk_weights": Threshold(
        0.1,
        "norm at the end by that at first: healthy 0.41 and more, l1 of 1, l2 of 10 < 1e-3",
        "own",
    ),
    "batch_noise": Threshold(
        1, "deviation of batch losses by their mean: healthy up to 2.5, so not by itself", "corpus"
    ),
    "leak_gap": Threshold(
        0.7, "sign of a normal column 0.2, label with noise at AUC 0.999 1.1", "arithmetic"
    ),
    "again": Threshold(
        0.2, "of the loss, in as many epochs again: below came 0 .. 0.16, above to 0.86", "corpus"
    ),
    "again_much": Threshold(
        0.35, "the same, where much is left to learn: healthy 0.21, faulty not seen", "corpus"
    ),
    "largest_gradient": Threshold(
        1e3, "a norm: healthy up to 25, raw targets and inputs 1.2e3 .. 1e38", "corpus"
    ),
    "dropout_rate": Threshold(0.6, "UMLAUT warns above 0.5, which is common", "study"),
    "rate": Threshold(0.5, "for SGD: healthy up to 0.1, too fast 1 .. 10", "corpus"),
    "adaptive_rate": Threshold(0.1, "a step is about the rate, whatever the gradient", "study"),
    "epsilon": Threshold(
        1e-2, "Adam's loss after 20 epochs of digits: 0.14 at 1e-7, 0.28 at 1e-2, 1.3 at 0.1", "own"
    ),
    "fewest_updates": Threshold(100, "a hundred steps of any size settle little", "study"),
    "still_falling": Threshold(0.02, "of the loss, an epoch", "study"),
    "swing": Threshold(
        0.3,
        "of the mean loss, with much left to learn: healthy up to 0.06 and one of 0.55 (not "
        "reported, by its turns and its batches' noise), faulty up to 0.8",
        "corpus",
    ),
    "overfitting_rise": Threshold(0.1, "of the lowest loss on held-out rows", "study"),
    "overfitting_rise_warning": Threshold(
        0.3, "of the lowest loss on held-out rows, if it costs besides: healthy 0.2, 1.7", "corpus"
    ),
    "overfitting_cost": Threshold(
        0.5,
        "held-out loss by the constant answer's: healthy whose loss rose by 0.3 up to 0.19, "
        "overfitted 1.4 and 2.5",
        "corpus",
    ),
    "made_good": Threshold(
        0.95, "of the way to perfect answers; healthy networks did not leap at all", "corpus"
    ),
    "constant_output": Threshold(1e-3, "healthy spread >= 0.09 of the targets'", "study"),
    "input_rms": Threshold(
        10, "scaled up to 3.5, unscaled but trained 4.7 and 7.8, raw 65+", "study"
    ),
    "input_rms_advice": Threshold(4, "scaled inputs reach 3.5", "study"),
    "input_ratio": Threshold(1e3, "deviations of features: scaled < 240, raw 2700 .. 2e5", "study"),
    "input_shift": Threshold(5, "mean by deviation: scaled < 3.3, raw iris 7", "study"),
    "input_rms_low": Threshold(1e-2, "pixels scaled once 0.3, twice 1.5e-3", "arithmetic"),
    "input_largest_low": Threshold(5e-2, "pixels scaled twice end at 1/255", "arithmetic"),
    "target_size": Threshold(10, "mean or deviation: scaled 1, raw 77 .. 2600", "study"),
    "shift_factor": Threshold(
        3, "rms of held-out rows by that of training rows: alike 1 .. 1.2, unscaled 16", "corpus"
    ),
    "shift_deviations": Threshold(
        2, "their means, in deviations: alike 0 .. 0.5, unscaled 17", "corpus"
    ),
    "shift_chance": Threshold(1e-4, "that rows drawn alike differ so much", "arithmetic"),
    "outside_share": Threshold(
        0.05, "held-out rows beyond all others in a column; besides, no chance", "corpus"
    ),
    "outside_share_serious": Threshold(
        0.3, "alike 0 .. 0.12, x in 8 .. 12 after 0 .. 10: 0.5", "corpus"
    ),
    "outlier": Threshold(
        20, "robust deviations from the median: honest targets 1.4 .. 12, damaged 72, 4e3", "corpus"
    ),
    "outlier_share": Threshold(1e-3, "one in a thousand may be honest", "rule of thumb"),
    "majority": Threshold(0.9, "9 rows of 10 of one class", "study"),
    "rarest": Threshold(0.1, "share of the rarest class times classes", "study"),
    "sorted_z": Threshold(6, "deviations by which equal neighbours are too many", "study"),
    "leak_share": Threshold(
        0.01, "iris holds one row twice: 1 in 45; copied rows make 0.1 .. 1", "corpus"
    ),
    "duplicate_share": Threshold(0.05, "rows that were there before", "study"),
    "conflict_share": Threshold(0.01, "rows whose twin has another target", "study"),
    "contradicted_share": Threshold(
        0.06, "neighbours against a label: 0 .. 0.03, in overlapping blobs 0.047", "corpus"
    ),
    "leak_score": Threshold(
        0.999, "AUC of the best honest feature 0.63 .. 0.989, |r| 0.2 .. 0.71", "corpus"
    ),
    "leak_next": Threshold(
        0.98, "where classes lie far apart, several features tell them", "arithmetic"
    ),
    "rows_by_class": Threshold(10, "fewer rows of a class do not describe it", "rule of thumb"),
    "parameters_by_row": Threshold(
        100, "beyond, every row can be learnt by heart", "rule of thumb"
    ),
    "signal_z": Threshold(3, "of shuffled labels -0.5 .. 1.4, of tasks 4 .. 260", "corpus"),
    "structure": Threshold(
        0.8,
        "nearest neighbour by that of shuffled columns: random inputs 0.96 .. 1, digits 0.58",
        "corpus",
    ),
    "probe_margin": Threshold(
        0.25, "healthy networks are never behind by more; too small ones by 0.4 .. 0.8", "corpus"
    ),
    "batch_gain": Threshold(
        0.95,
        "of the way to perfect answers on a few rows, the best of the tries: healthy 0.95 .. 1, "
        "faulty 0.21 .. 0.87 where the network itself cannot",
        "corpus",
    ),
    "batch_gain_broken": Threshold(
        0.5,
        "the same: output and targets at odds 0.21 and 0.37, too simple a network 0.87",
        "corpus",
    ),
    "rate_below_steepest": Threshold(
        100,
        "the rate where the loss falls fastest, by the rate there is: healthy 1e-3 .. 61",
        "corpus",
    ),
    "noise_share": Threshold(
        0.02,
        "labels contradicted, at least, at 95 % confidence: as they are 0 .. 0.016, in "
        "overlapping blobs 0.074; 5 % of them changed 0.017 .. 0.11, 10 % 0.056 .. 0.15",
        "corpus",
    ),
}


def threshold(name: str) -> float:
    """Return the number called `name`."""
    return THRESHOLDS[name].value
