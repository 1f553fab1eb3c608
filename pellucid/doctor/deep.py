"""What deep checks mean: small trainings beside the one that was asked for.

They are made in `models/` (`overfit_batch`, `learning_rate_range`, `find_label_noise`); here
stands what to say of their outcome.
"""

from collections.abc import Iterator, Mapping

from pellucid.doctor.columns import listed
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.thresholds import threshold

# Ways to train on a few rows: as it is, and with one thing changed.
AS_IS, LOWER, HIGHER = "as it is", "at a lower rate", "at a higher rate"
WITH_ADAM, SCALED, QUIETLY = "with Adam", "with inputs scaled", "without noise and penalties"


def of_batch(
    gains: Mapping[str, float], rows: int, updates: int, rates: Mapping[str, float]
) -> Iterator[Finding]:
    """Judge how far a network learnt a few rows by heart: as it is, and with one thing changed.

    `gains` are 0 for the constant answer and 1 for perfect ones, by what was changed, in the
    order in which it was tried; `rates` are the learning rates of those where they differ.
    """
    here, least = gains[AS_IS], threshold("batch_gain")
    if here >= least:
        return
    told = f"{updates} updates on the same {rows} rows came to {here:.2f} of the way from the "
    told += "constant answer to a perfect one"
    better = next((name for name, gain in gains.items() if gain >= least), None)
    at_rate = better in (LOWER, HIGHER)
    if better is None:
        yield from _nothing_helps(gains, told)
    elif at_rate:
        rate = rates[better]
        yield Finding(
            "lr_too_high" if better == LOWER else "lr_too_low",
            "warning" if better == LOWER else "advice",
            f"{told}; with a rate of {rate:.3g} to {gains[better]:.2f}",
            f"take a learning rate near {rate:.2g}",
            value=here,
            threshold=least,
            change=Change("compile", f"learning_rate={rate:.6g}", {"learning_rate": rate}),
        )
    else:
        yield Finding(
            "batch_not_learnt",
            "advice",
            f"{told}; {better} it came to {gains[better]:.2f}",
            f"what keeps it from learning a few rows by heart goes away {better}",
            value=here,
            threshold=least,
            change=_change_of(better),
        )


def _nothing_helps(gains: Mapping[str, float], told: str) -> Iterator[Finding]:
    best = max(gains, key=lambda name: gains[name])
    broken = gains[best] < threshold("batch_gain_broken")
    yield Finding(
        "batch_not_learnt",
        "warning" if broken else "advice",
        f"{told}, and no more than {gains[best]:.2f} {best}, of {len(gains)} ways",
        "something between inputs, layers, loss and targets is broken or far too small: "
        "what else is found says what",
        value=gains[AS_IS],
        threshold=threshold("batch_gain"),
    )


def _change_of(better: str) -> Change | None:
    if better != SCALED:
        return None
    return Change("model", "put layers.Normalization() first", {"first": "Normalization"})


def of_range(rate: float, steepest: float | None, highest: float | None) -> Iterator[Finding]:
    """Judge a learning rate by a range test.

    `steepest` is the rate at which the loss fell fastest, None if it hardly fell; `highest`
    the rate from which on it stayed above where it began, None if it never did.
    """
    if steepest is None or rate <= 0:
        return
    change = Change("compile", f"learning_rate={steepest:.3g}", {"learning_rate": steepest})
    if highest is not None and rate >= highest:
        yield Finding(
            "lr_too_high",
            "warning",
            f"in a range test the loss stayed above where it began from a rate of {highest:.2g} "
            f"on, and the rate is {rate:.3g}",
            f"take a learning rate near {steepest:.2g}, where the loss fell fastest",
            value=rate,
            threshold=highest,
            change=change,
        )
    elif rate < steepest / threshold("rate_below_steepest"):
        yield Finding(
            "lr_too_low",
            "advice",
            f"in a range test the loss fell fastest at a rate of {steepest:.2g}, and the rate is "
            f"{rate:.3g}",
            f"take a learning rate near {steepest:.2g}",
            value=steepest / rate,
            threshold=threshold("rate_below_steepest"),
            change=change,
        )


def of_labels(
    suspects: tuple[int, ...], rows: int, low: float, high: float, accuracy: float
) -> Iterator[Finding]:
    """Judge labels that out-of-fold predictions contradict; `low` to `high` is their share's range.

    Where classes overlap an honest label is contradicted too: the accuracy says how far the
    predictions are to be trusted.
    """
    share = len(suspects) / rows
    if low <= threshold("noise_share"):
        return
    yield Finding(
        "label_noise",
        "advice",
        f"{len(suspects)} of {rows} rows ({share:.1%}, 95 % interval {low:.1%} to {high:.1%}) have "
        f"another label than networks that had not seen them are sure of; these agree with "
        f"{accuracy:.1%} of all labels, so some of the rows may be hard, not wrong",
        "look at these rows, the surest first, and mend the labels that are wrong",
        rows=listed(suspects),
        value=low,
        threshold=threshold("noise_share"),
    )
