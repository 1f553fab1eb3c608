"""Honest splits: which rows teach, which choose, which judge. No row does two of these."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int, Num, Shaped

from pellucid.base.errors import ConfigError, DataError, explain
from pellucid.data.dataset import Dataset

Rows = Int[np.ndarray, " _"]  # parts differ in length


class Split(NamedTuple):
    """Indices of rows, each row in one part."""

    train: Rows
    validation: Rows
    test: Rows


class Fold(NamedTuple):
    """One round of cross-validation."""

    train: Rows
    held_out: Rows


def split(
    rows: int,
    fractions: Sequence[float] = (0.7, 0.15, 0.15),
    *,
    stratify: Shaped[np.ndarray, " rows"] | None = None,
    groups: Shaped[np.ndarray, " rows"] | None = None,
    time: Num[np.ndarray, " rows"] | None = None,
    seed: int = 0,
) -> Split:
    """Return the rows for training, validation and test, by these fractions.

    Two fractions mean that there is no test. For the rules see `partition`.

    Example:
        >>> [len(part) for part in split(10, (0.5, 0.3, 0.2))]
        [5, 3, 2]
    """
    if len(fractions) not in (2, 3):
        what, expected = "These are no fractions of a split.", "train, validation[, test]"
        raise ConfigError(explain(what, got=tuple(fractions), expected=expected))
    three = (*fractions, 0.0)[:3]
    return Split(*partition(rows, three, stratify=stratify, groups=groups, time=time, seed=seed))


def divide(data: Dataset, fractions: Sequence[float] = (0.7, 0.15, 0.15), seed: int = 0) -> Split:
    """Return the split that suits a set: by its times, its groups, or else its classes.

    Rows that its makers held out are the test, and the others are divided between
    training and validation as the first two fractions say.
    """
    rules = {"time": data.time, "groups": data.groups, "stratify": data.labels}
    chosen = next(({name: rule} for name, rule in rules.items() if rule is not None), {})
    if data.held_out is None:
        return split(data.rows, fractions, seed=seed, **chosen)
    rest = np.setdiff1d(np.arange(data.rows), data.held_out)
    total = fractions[0] + fractions[1]
    shares = (fractions[0] / total, fractions[1] / total)
    inner = {name: rule[rest] for name, rule in chosen.items()}
    parts = split(len(rest), shares, seed=seed, **inner)
    return Split(rest[parts.train], rest[parts.validation], data.held_out)


def k_fold(
    rows: int,
    k: int = 5,
    *,
    stratify: Shaped[np.ndarray, " rows"] | None = None,
    groups: Shaped[np.ndarray, " rows"] | None = None,
    time: Num[np.ndarray, " rows"] | None = None,
    seed: int = 0,
) -> tuple[Fold, ...]:
    """Return k rounds in which each row is held out once; for the rules see `partition`.

    By `time`, the rows are cut into k + 1 spans, and each but the first is held out after
    training on all that came before it.
    """
    if k < 2:
        raise ConfigError(explain("There is no such cross-validation.", got=k, expected="k >= 2"))
    count = k if time is None else k + 1
    parts = partition(
        rows, (1.0 / count,) * count, stratify=stratify, groups=groups, time=time, seed=seed
    )
    if time is not None:
        return tuple(Fold(np.concatenate(parts[:i]), parts[i]) for i in range(1, count))
    return tuple(
        Fold(np.concatenate([*parts[:i], *parts[i + 1 :]]), parts[i]) for i in range(count)
    )


def partition(
    rows: int,
    fractions: Sequence[float],
    *,
    stratify: Shaped[np.ndarray, " rows"] | None = None,
    groups: Shaped[np.ndarray, " rows"] | None = None,
    time: Num[np.ndarray, " rows"] | None = None,
    seed: int = 0,
) -> tuple[Rows, ...]:
    """Return the indices of all rows in parts of about these fractions.

    Without more, rows are shuffled and cut. With `stratify`, each class is cut so by
    itself: its counts are off by less than one row (largest remainders first, what one
    class was owed being made good by the next), except that a class with as many rows as
    there are parts is in each of them. With `groups`, rows of one group stay together,
    large groups being placed first, each where most is lacking. With `time`, the parts
    follow each other, and rows of one moment stay together.

    Raises:
        ConfigError: the fractions do not add up to 1, or two rules are asked for at once.
        DataError: a part with a fraction would have no row.
    """
    shares = np.asarray(fractions, np.float64)
    if not len(shares) or (shares < 0).any() or abs(shares.sum() - 1) > 1e-6:
        what, expected = "These fractions are no split.", "none negative, 1 in all"
        raise ConfigError(explain(what, got=tuple(fractions), expected=expected))
    _check_rules(rows, stratify=stratify, groups=groups, time=time)
    random = np.random.default_rng(seed)
    if time is not None:
        parts = _by_time(time, shares)
    elif groups is not None:
        parts = _by_group(groups, shares, random)
    else:
        classes = np.zeros(rows, int) if stratify is None else stratify
        parts = _by_class(classes, shares, random)
    _check_parts(parts, shares, rows)
    return parts


def _check_parts(parts: tuple[Rows, ...], shares: np.ndarray, rows: int) -> None:
    if any(share > 0 and not len(part) for share, part in zip(shares, parts, strict=True)):
        what = "There are too few rows, or too few that may be apart, for this split."
        got = f"{rows} rows into {', '.join(f'{share:.0%}' for share in shares)}"
        raise DataError(explain(what, got=got, expected="a row for each part"))


def _check_rules(rows: int, **rules: np.ndarray | None) -> None:
    given = {name: rule for name, rule in rules.items() if rule is not None}
    if len(given) > 1:
        what, expected = "A split follows one rule.", "stratify, groups or time"
        hint = "groups and time come before stratify"
        raise ConfigError(explain(what, got=" and ".join(given), expected=expected, hint=hint))
    for name, rule in given.items():
        if rule.shape != (rows,):
            what = f"split({name}=...) has not a value a row."
            raise DataError(explain(what, got=rule.shape, expected=(rows,)))


def _by_class(classes: np.ndarray, shares: np.ndarray, random: np.random.Generator) -> tuple:
    owed = np.zeros(len(shares))
    pieces: list[list[np.ndarray]] = [[] for _ in shares]
    for members in _members(classes):
        counts, owed = _counts(len(members), shares, owed)
        cuts = np.cumsum(counts)[:-1]
        for piece, part in zip(pieces, np.split(random.permutation(members), cuts), strict=True):
            piece.append(part)
    return tuple(random.permutation(np.concatenate(piece)) for piece in pieces)


def _members(classes: np.ndarray) -> list[np.ndarray]:
    """Return the rows of each class, from one sort."""
    _, codes, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    return np.split(np.argsort(codes, kind="stable"), np.cumsum(sizes)[:-1])


def _counts(members: int, shares: np.ndarray, owed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return how many of a class go into each part, and what is owed to it after that."""
    counts = np.floor(members * shares + 1e-9).astype(int)
    wanted = members * shares + owed
    first = np.argsort(counts - np.where(shares > 0, wanted, -np.inf), kind="stable")
    counts[first[: members - counts.sum()]] += 1
    used = shares > 0
    while members >= used.sum() and (counts[used] == 0).any():
        counts[counts.argmax()] -= 1
        counts[np.flatnonzero(used & (counts == 0))[0]] += 1
    return counts, wanted - counts


def _by_group(groups: np.ndarray, shares: np.ndarray, random: np.random.Generator) -> tuple:
    members = _members(groups)
    order = random.permutation(len(members))
    largest_first = sorted(order, key=lambda group: -len(members[group]))
    lacking = shares * len(groups)
    pieces: list[list[np.ndarray]] = [[np.zeros(0, int)] for _ in shares]
    for group in largest_first:
        part = int(np.argmax(np.where(shares > 0, lacking, -np.inf)))
        pieces[part].append(members[group])
        lacking[part] -= len(members[group])
    return tuple(random.permutation(np.concatenate(piece)) for piece in pieces)


def _by_time(time: np.ndarray, shares: np.ndarray) -> tuple:
    order = np.argsort(time, kind="stable")
    moments = time[order]
    cuts = np.round(np.cumsum(shares)[:-1] * len(time)).astype(int)
    inner = np.minimum(cuts, len(time) - 1)
    together = np.searchsorted(moments, moments[inner]) if len(time) else inner
    return tuple(np.split(order, np.where(cuts < len(time), together, cuts)))
