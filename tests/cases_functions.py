"""Small, valid examples of everything registered in `functions`, and data to try them on."""

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from pellucid.functions import activations as f
from pellucid.functions import (
    constraints,
    initializers,
    losses,
    metrics,
    regularizers,
    schedules,
)

# Functions with settings are tried with other than the default ones, too.
ACTIVATIONS = {
    "linear": (f.linear,),
    "step": (f.step,),
    "sigmoid": (f.sigmoid,),
    "tanh": (f.tanh,),
    "relu": (f.relu,),
    "leaky_relu": (f.leaky_relu, partial(f.leaky_relu, negative_slope=0.05)),
    "softplus": (f.softplus,),
    "softmax": (f.softmax, partial(f.softmax, axis=-2)),
    "relu6": (f.relu6,),
    "elu": (f.elu, partial(f.elu, alpha=0.7)),
    "celu": (f.celu, partial(f.celu, alpha=0.7)),
    "selu": (f.selu,),
    "gelu": (f.gelu, partial(f.gelu, approximate=True)),
    "silu": (f.silu,),
    "mish": (f.mish,),
    "hard_silu": (f.hard_silu,),
    "squareplus": (f.squareplus, partial(f.squareplus, b=2.0)),
    "sparse_plus": (f.sparse_plus,),
    "hard_sigmoid": (f.hard_sigmoid,),
    "sparse_sigmoid": (f.sparse_sigmoid,),
    "hard_tanh": (f.hard_tanh,),
    "softsign": (f.softsign,),
    "exponential": (f.exponential,),
    "log_sigmoid": (f.log_sigmoid,),
    "hard_shrink": (f.hard_shrink, partial(f.hard_shrink, threshold=0.9)),
    "soft_shrink": (f.soft_shrink, partial(f.soft_shrink, threshold=0.9)),
    "tanh_shrink": (f.tanh_shrink,),
    "threshold": (f.threshold, partial(f.threshold, threshold=0.3, default_value=-1.0)),
    "log_softmax": (f.log_softmax, partial(f.log_softmax, axis=-2)),
    "sparsemax": (f.sparsemax, partial(f.sparsemax, axis=-2)),
    "glu": (f.glu, partial(f.glu, axis=-2)),
}

INITIALIZERS = {
    "zeros": initializers.Zeros(),
    "ones": initializers.Ones(),
    "constant": initializers.Constant(0.3),
    "identity": initializers.Identity(2.0),
    "random_uniform": initializers.RandomUniform(-0.2, 0.6, seed=3),
    "random_normal": initializers.RandomNormal(0.5, 0.2, seed=3),
    "truncated_normal": initializers.TruncatedNormal(0.5, 0.2, seed=3),
    "variance_scaling": initializers.VarianceScaling(3.0, "fan_out", "untruncated_normal", seed=3),
    "glorot_uniform": initializers.GlorotUniform(seed=3),
    "glorot_normal": initializers.GlorotNormal(seed=3),
    "he_uniform": initializers.HeUniform(seed=3),
    "he_normal": initializers.HeNormal(seed=3),
    "lecun_uniform": initializers.LecunUniform(seed=3),
    "lecun_normal": initializers.LecunNormal(seed=3),
    "orthogonal": initializers.Orthogonal(1.5, seed=3),
}

REGULARIZERS = {
    "l1": regularizers.L1(0.2),
    "l2": regularizers.L2(0.3),
    "l1_l2": regularizers.L1L2(0.2, 0.3),
    "orthogonal": regularizers.OrthogonalRegularizer(0.5, "columns"),
}

CONSTRAINTS = {
    "max_norm": constraints.MaxNorm(0.7, axis=1),
    "non_neg": constraints.NonNeg(),
    "unit_norm": constraints.UnitNorm((0, 1)),
    "min_max_norm": constraints.MinMaxNorm(0.5, 0.9, rate=0.4),
}

SCHEDULES = {
    "exponential_decay": schedules.ExponentialDecay(0.1, 10, 0.5, staircase=True),
    "inverse_time_decay": schedules.InverseTimeDecay(0.1, 10, 0.5, staircase=True),
    "piecewise_constant_decay": schedules.PiecewiseConstantDecay((5, 12), (0.1, 0.05, 0.01)),
    "polynomial_decay": schedules.PolynomialDecay(0.1, 10, 0.01, power=2.0, cycle=True),
    "cosine_decay": schedules.CosineDecay(0.01, 10, 0.1, warmup_target=0.1, warmup_steps=5),
    "cosine_decay_restarts": schedules.CosineDecayRestarts(0.1, 7, 1.5, 0.8, 0.1),
    "one_cycle": schedules.OneCycle(0.1, 30, warmup=0.4, rise=10.0, fall=100.0),
}


class LossCase(NamedTuple):
    """A loss, and what kinds of targets and outputs it is for: names of `drawn`."""

    loss: losses.Loss
    y: str
    a: str


LOSSES = {
    "quadratic": (LossCase(losses.Quadratic(), "numbers", "numbers"),),
    "squared_error": (LossCase(losses.SquaredError(), "numbers", "numbers"),),
    "mean_squared_error": (LossCase(losses.MeanSquaredError(), "numbers", "numbers"),),
    "mean_absolute_error": (LossCase(losses.MeanAbsoluteError(), "numbers", "numbers"),),
    "mean_absolute_percentage_error": (
        LossCase(losses.MeanAbsolutePercentageError(), "numbers", "numbers"),
    ),
    "mean_squared_logarithmic_error": (
        LossCase(losses.MeanSquaredLogarithmicError(), "positive", "positive"),
    ),
    "huber": (LossCase(losses.Huber(0.7), "numbers", "numbers"),),
    "log_cosh": (LossCase(losses.LogCosh(), "numbers", "numbers"),),
    "cosine_similarity": (LossCase(losses.CosineSimilarity(), "numbers", "numbers"),),
    "binary_crossentropy": (
        LossCase(losses.BinaryCrossentropy(label_smoothing=0.1), "answers", "shares"),
        LossCase(losses.BinaryCrossentropy(from_logits=True), "answers", "numbers"),
    ),
    "categorical_crossentropy": (
        LossCase(losses.CategoricalCrossentropy(label_smoothing=0.1), "one_hot", "rows"),
        LossCase(losses.CategoricalCrossentropy(from_logits=True), "rows", "numbers"),
    ),
    "sparse_categorical_crossentropy": (
        LossCase(losses.SparseCategoricalCrossentropy(), "labels", "rows"),
        LossCase(losses.SparseCategoricalCrossentropy(True, 1), "labels", "numbers"),
    ),
    "binary_focal_crossentropy": (
        LossCase(losses.BinaryFocalCrossentropy(label_smoothing=0.1), "answers", "shares"),
        LossCase(
            losses.BinaryFocalCrossentropy(True, 0.3, 1.5, from_logits=True), "answers", "numbers"
        ),
    ),
    "categorical_focal_crossentropy": (
        LossCase(losses.CategoricalFocalCrossentropy(label_smoothing=0.1), "one_hot", "rows"),
        LossCase(
            losses.CategoricalFocalCrossentropy(0.3, 1.5, from_logits=True), "rows", "numbers"
        ),
    ),
    "kl_divergence": (LossCase(losses.KLDivergence(), "rows", "rows"),),
    "poisson": (LossCase(losses.Poisson(), "positive", "positive"),),
    "perceptron": (LossCase(losses.Perceptron(), "answers", "numbers"),),
    "hinge": (LossCase(losses.Hinge(), "answers", "numbers"),),
    "squared_hinge": (LossCase(losses.SquaredHinge(), "signs", "numbers"),),
    "categorical_hinge": (LossCase(losses.CategoricalHinge(), "one_hot", "numbers"),),
    "reduced": (LossCase(losses.Reduced("poisson", "sum"), "positive", "positive"),),
}


class MetricCase(NamedTuple):
    """A metric, and what kinds of targets and outputs it is for: names of `drawn`."""

    metric: metrics.Metric
    y: str
    a: str
    outputs: int = 4


METRICS = {
    "accuracy": (
        MetricCase(metrics.Accuracy(), "answers", "shares", 1),
        MetricCase(metrics.Accuracy(), "one_hot", "rows"),
        MetricCase(metrics.Accuracy(), "labels", "rows"),
    ),
    "binary_accuracy": (MetricCase(metrics.BinaryAccuracy(0.4), "answers", "shares"),),
    "sign_accuracy": (MetricCase(metrics.SignAccuracy(), "signs", "numbers"),),
    "categorical_accuracy": (MetricCase(metrics.CategoricalAccuracy(), "one_hot", "rows"),),
    "sparse_categorical_accuracy": (
        MetricCase(metrics.SparseCategoricalAccuracy(), "labels", "rows"),
    ),
    "top_k_categorical_accuracy": (
        MetricCase(metrics.TopKCategoricalAccuracy(2), "one_hot", "rows"),
    ),
    "sparse_top_k_categorical_accuracy": (
        MetricCase(metrics.SparseTopKCategoricalAccuracy(2), "labels", "rows"),
    ),
    "precision": (
        MetricCase(metrics.Precision(0.3), "one_hot", "rows"),
        MetricCase(metrics.Precision(None, average="macro"), "labels", "rows"),
        MetricCase(metrics.Precision((0.2, 0.4)), "one_hot", "rows"),
        MetricCase(metrics.Precision(None, top_k=2), "one_hot", "rows"),
    ),
    "recall": (
        MetricCase(metrics.Recall(0.3, class_id=2), "one_hot", "rows"),
        MetricCase(metrics.Recall(None, average="weighted"), "labels", "rows"),
        MetricCase(metrics.Recall((0.1, 0.3, 0.6), top_k=2, class_id=1), "one_hot", "rows"),
    ),
    "specificity": (MetricCase(metrics.Specificity(0.4), "answers", "shares", 1),),
    "f1_score": (
        MetricCase(metrics.F1Score(), "labels", "rows"),
        MetricCase(metrics.F1Score("weighted", 0.4), "one_hot", "rows"),
        MetricCase(metrics.F1Score("micro"), "one_hot", "rows"),
        MetricCase(metrics.F1Score(None, 0.3), "one_hot", "rows"),
    ),
    "fbeta_score": (
        MetricCase(metrics.FBetaScore(None, 2.0), "one_hot", "rows"),
        MetricCase(metrics.FBetaScore("weighted", 0.5, 0.3), "answers", "shares"),
        MetricCase(metrics.FBetaScore("macro", 0.5, 0.3), "answers", "shares", 1),
    ),
    "balanced_accuracy": (
        MetricCase(metrics.BalancedAccuracy(), "labels", "rows"),
        MetricCase(metrics.BalancedAccuracy(0.4), "answers", "shares", 1),
    ),
    "true_positives": (
        MetricCase(metrics.TruePositives(0.4), "answers", "shares"),
        MetricCase(metrics.TruePositives((0.2, 0.4)), "answers", "shares"),
    ),
    "true_negatives": (MetricCase(metrics.TrueNegatives(0.4), "answers", "shares"),),
    "false_positives": (MetricCase(metrics.FalsePositives(0.4), "answers", "shares"),),
    "false_negatives": (
        MetricCase(metrics.FalseNegatives(0.4), "answers", "shares"),
        MetricCase(metrics.FalseNegatives((0.2, 0.4)), "answers", "shares"),
    ),
    "auc": (
        MetricCase(metrics.AUC(50), "answers", "shares", 1),
        MetricCase(metrics.AUC(curve="PR"), "answers", "shares"),
        MetricCase(metrics.AUC(multi_label=True), "one_hot", "rows"),
        MetricCase(metrics.AUC(curve="PR", multi_label=True), "one_hot", "rows"),
        MetricCase(metrics.AUC(from_logits=True), "answers", "numbers", 1),
        MetricCase(metrics.AUC(summation_method="minoring"), "answers", "shares", 1),
        MetricCase(metrics.AUC(curve="PR", summation_method="majoring"), "answers", "shares"),
        MetricCase(metrics.AUC(curve="PRGAIN"), "answers", "shares", 1),
        MetricCase(metrics.AUC(thresholds=(0.6, 0.2, 0.3)), "answers", "shares"),
        MetricCase(
            metrics.AUC(multi_label=True, num_labels=4, label_weights=(1, 2, 0, 3)),
            *("answers", "shares"),
        ),
        MetricCase(metrics.AUC(label_weights=(1, 2, 0, 3)), "answers", "shares"),
    ),
    "precision_at_recall": (
        MetricCase(metrics.PrecisionAtRecall(0.6), "answers", "shares", 1),
        MetricCase(metrics.PrecisionAtRecall(0.6, num_thresholds=1), "answers", "shares", 1),
    ),
    "recall_at_precision": (
        MetricCase(metrics.RecallAtPrecision(0.5, num_thresholds=20), "answers", "shares"),
    ),
    "sensitivity_at_specificity": (
        MetricCase(metrics.SensitivityAtSpecificity(0.3, class_id=2), "one_hot", "rows"),
    ),
    "specificity_at_sensitivity": (
        MetricCase(metrics.SpecificityAtSensitivity(0.3), "answers", "shares"),
    ),
    "iou": (
        MetricCase(metrics.IoU(4, (0, 2), sparse_y_pred=False), "labels", "rows"),
        MetricCase(metrics.IoU(4, (1,)), "indices", "indices", 1),
        MetricCase(
            metrics.IoU(4, (1, 3), ignore_class=1, sparse_y_true=False, sparse_y_pred=False),
            *("one_hot", "rows"),
        ),
    ),
    "mean_iou": (
        MetricCase(metrics.MeanIoU(3), "indices", "indices", 1),
        MetricCase(metrics.MeanIoU(5, ignore_class=0, sparse_y_pred=False), "labels", "rows"),
    ),
    "one_hot_iou": (MetricCase(metrics.OneHotIoU(4, (0, 3)), "one_hot", "rows"),),
    "one_hot_mean_iou": (
        MetricCase(metrics.OneHotMeanIoU(4), "one_hot", "rows"),
        MetricCase(metrics.OneHotMeanIoU(4, ignore_class=2), "one_hot", "rows"),
    ),
    "binary_iou": (
        MetricCase(metrics.BinaryIoU(), "answers", "shares", 1),
        MetricCase(metrics.BinaryIoU((1,), 0.3), "answers", "shares", 1),
    ),
    "loss_metric": (
        MetricCase(metrics.LossMetric("mean_absolute_error"), "numbers", "numbers"),
        MetricCase(metrics.LossMetric("sparse_categorical_crossentropy"), "labels", "rows"),
        MetricCase(
            metrics.LossMetric(losses.SparseCategoricalCrossentropy(ignore_class=1)),
            *("labels", "rows"),
        ),
    ),
    "root_mean_squared_error": (MetricCase(metrics.RootMeanSquaredError(), "numbers", "numbers"),),
    "r2_score": (
        MetricCase(metrics.R2Score(), "numbers", "numbers"),
        MetricCase(metrics.R2Score("variance_weighted_average"), "numbers", "numbers"),
        MetricCase(metrics.R2Score(None), "numbers", "numbers"),
        MetricCase(metrics.R2Score(num_regressors=3), "numbers", "numbers"),
    ),
    "cosine_similarity": (MetricCase(metrics.CosineSimilarity(), "numbers", "numbers"),),
}


def drawn(kind: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Return random numbers of a kind; "labels" are without the last axis of `shape`."""
    random = np.random.default_rng(seed)
    classes = shape[-1]
    kinds: dict[str, Any] = {
        "numbers": lambda: random.normal(size=shape),
        "positive": lambda: random.uniform(0.2, 3.0, shape),
        "answers": lambda: random.integers(0, 2, shape).astype(float),
        "signs": lambda: random.choice([-1.0, 1.0], shape),
        "shares": lambda: random.uniform(0.05, 0.95, shape),
        "labels": lambda: random.integers(0, classes, shape[:-1]),
        "indices": lambda: random.integers(0, 4, shape),
        "one_hot": lambda: np.eye(classes)[random.integers(0, classes, shape[:-1])],
        "rows": lambda: random.dirichlet(np.full(classes, 2.0), shape[:-1]),
    }
    return kinds[kind]()
