"""One cause, one message: which finding explains which."""

from collections.abc import Iterable

from pellucid.doctor.finding import SEVERITIES, Finding

NOT_LEARNING = frozenset(
    (
        *("constant_predictor", "loss_stuck", "slow_convergence", "underfitting", "zero_gradient"),
        *("initial_loss", "underfitting_capacity", "loss_rising", "batch_not_learnt"),
    )
)
TOO_SLOW = NOT_LEARNING | {"lr_too_low", "too_few_epochs"}
TOO_WILD = NOT_LEARNING | {
    *("oscillating_loss", "nan_or_inf", "exploding_gradient", "saturated_activation"),
    *("dying_relu", "vanishing_gradient"),
}
OUTPUT = NOT_LEARNING | {
    *("negative_loss", "nan_or_inf", "redundant_activation", "no_signal", "lr_too_low"),
}

# In order: what stands earlier is nearer to the cause. Each explains what is listed with it.
EXPLAINS: dict[str, frozenset[str]] = {
    "nan_in_data": TOO_WILD | TOO_SLOW | {"unscaled_inputs", "unscaled_targets", "outliers"},
    "not_trained": TOO_SLOW,
    "target_shape_mismatch": OUTPUT | {"wrong_loss", "wrong_labels"},
    "wrong_output_activation": OUTPUT | {"wrong_loss", "wrong_labels", "output_activation_missing"},
    "wrong_loss": OUTPUT | {"wrong_labels", "target_shape_mismatch"},
    "wrong_labels": OUTPUT,
    "output_activation_missing": OUTPUT,
    "wrong_axis": OUTPUT,
    "redundant_activation": NOT_LEARNING,
    "dropout_on_logits": NOT_LEARNING | {"excess_dropout"},
    "missing_nonlinearity": NOT_LEARNING,
    "wrong_hidden_activation": NOT_LEARNING,
    "symmetry": TOO_SLOW | {"bad_initialisation", "underfitting_capacity"},
    "misaligned_labels": TOO_SLOW | {"overfitting", "no_signal", "label_noise"},
    "no_signal": TOO_SLOW | {"overfitting", "label_noise"},
    "outliers": TOO_WILD | {"unscaled_targets", "overfitting", "label_noise"},
    "unscaled_inputs": TOO_WILD | TOO_SLOW,
    "double_scaling": TOO_SLOW,
    "unscaled_targets": TOO_WILD | TOO_SLOW,
    "preprocess_mismatch": frozenset({"overfitting", "train_val_shift", "distribution_shift"}),
    "bad_initialisation": TOO_SLOW | {"dying_relu", "vanishing_gradient", "saturated_activation"},
    "excess_regularisation": TOO_SLOW | {"dying_relu", "vanishing_gradient"},
    "excess_dropout": TOO_SLOW,
    "frozen_layer": NOT_LEARNING,
    "optimizer_setting": TOO_SLOW | TOO_WILD,
    "gradient_sign": TOO_WILD,
    "exploding_gradient": TOO_WILD - {"dying_relu", "vanishing_gradient"}
    | {"wrong_hidden_activation"},
    "lr_too_high": TOO_WILD,
    "dying_relu": TOO_SLOW - {"underfitting_capacity"} | {"vanishing_gradient"},
    "saturated_activation": TOO_SLOW,
    "vanishing_gradient": TOO_SLOW | {"saturated_activation"},
    "lr_too_low": TOO_SLOW,
    "underfitting_capacity": TOO_SLOW | {"dying_relu"},
    "bad_batch_size": NOT_LEARNING,
    "too_few_epochs": TOO_SLOW,
    "class_imbalance": frozenset({"constant_predictor", "class_imbalance_metric", "underfitting"}),
    "train_val_leak": frozenset({"too_good", "duplicate_rows"}),
    "eval_on_train": frozenset({"train_val_leak", "duplicate_rows", "no_validation"}),
    "target_leak": frozenset({"too_good"}),
    "too_few_samples": frozenset({"overfitting"}),
    "nan_or_inf": NOT_LEARNING,
    "oscillating_loss": NOT_LEARNING,
    "constant_predictor": frozenset({"loss_stuck", "slow_convergence", "underfitting"}),
    "slow_convergence": frozenset({"underfitting"}),
}
RANK = {check: place for place, check in enumerate(EXPLAINS)}


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return the causes, the gravest first; what follows from one is listed with it.

    A finding follows from the earliest that explains it, if that is more than advice. Of two
    findings of one kind, the graver one counts.
    """
    left = sorted(_once(findings), key=lambda f: (RANK.get(f.check, len(RANK)), -_grade(f)))
    roots: list[Finding] = []
    for found in left:
        cause = next((i for i, root in enumerate(roots) if _explains(root, found)), None)
        if cause is None:
            roots.append(found)
        else:
            roots[cause] = roots[cause].with_consequences([found])
    return sorted(roots, key=lambda f: (-_grade(f), RANK.get(f.check, len(RANK))))


def _explains(cause: Finding, effect: Finding) -> bool:
    follows = effect.check in EXPLAINS.get(cause.check, ())
    return cause.is_serious and follows and cause.check not in effect.not_from


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Return one finding of each kind, the gravest, the first of equals."""
    kept: dict[str, Finding] = {}
    for found in findings:
        there = kept.get(found.check)
        if there is None or _grade(found) > _grade(there):
            kept[found.check] = found
    return list(kept.values())


def _grade(found: Finding) -> int:
    return SEVERITIES.index(found.severity)
