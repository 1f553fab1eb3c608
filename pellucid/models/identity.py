"""What a fit is, as plain values: two fits that are the same here take the same steps."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import jax
import numpy as np

from pellucid import __version__
from pellucid.doctor.chart import Settings
from pellucid.training.rules import Rule
from pellucid.training.state import Examples, Recipe
from pellucid.training.streaming import Streamed


def identity(
    recipe: Recipe,
    examples: Examples | Streamed,
    held_out: Examples | None,
    rules: Sequence[Rule],
    seed: int,
    settings: Settings,
) -> dict[str, Any]:
    """Return all that the steps of a fit follow from, as JSON values.

    A function of one's own is told by its name alone.
    """
    return {
        **described(recipe._asdict()),
        "rules": described({type(rule).__name__: rule for rule in rules}),
        "training rows": rows_digest(examples),
        "held-out rows": None if held_out is None else rows_digest(held_out),
        "batch_size": settings.batch_size,
        "shuffle": settings.shuffle,
        "seed": seed,
    }


def surroundings() -> dict[str, Any]:
    """Return what else the last bits of a result may depend on."""
    own = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
    return {
        "pellucid": __version__,
        "jax": jax.__version__,
        "device": jax.default_backend(),
        "devices": jax.device_count(),
        "threads": os.environ.get("NPROC") or str(len(own) or os.cpu_count()),
    }


def described(value: Any) -> Any:
    """Return settings of any kind as JSON values.

    Example:
        >>> described({"f": len, "sizes": (1, 2)})
        {'f': 'builtins.len', 'sizes': [1, 2]}
    """
    if isinstance(value, bool | int | float | str | None):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        told = {f.name: described(getattr(value, f.name)) for f in fields(value) if f.compare}
        return {"class": type(value).__name__, **told}
    by_field = getattr(value, "_asdict", None)  # of a named tuple
    if by_field is not None:
        return described(by_field())
    if isinstance(value, Mapping):
        return {str(name): described(part) for name, part in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        parts = [described(part) for part in value]
        names = [getattr(part, "name", None) for part in value]
        by_name = all(isinstance(name, str) for name in names) and len(set(names)) == len(names)
        return dict(zip(names, parts, strict=True)) if by_name else parts
    if isinstance(value, np.ndarray | np.generic | jax.Array):
        return _digest([np.asarray(value)])
    return _name_of(value)


def rows_digest(examples: Examples | Streamed) -> str:
    """Return the SHA-256 of rows, their targets and weights, in their order.

    Streamed rows are told by their number and those of the first part.
    """
    if isinstance(examples, Streamed):
        return f"{examples.rows} rows, {examples.size} a part, {rows_digest(examples.sample)}"
    return _digest(np.asarray(column) for column in jax.tree.leaves(examples))


def differences(then: Any, now: Any, name: str = "") -> Iterator[str]:
    """Give where two descriptions differ.

    Example:
        >>> list(differences({"rate": 0.1, "same": 1}, {"rate": 0.2, "same": 1}))
        ['rate: 0.1 then, 0.2 now']
    """
    both = isinstance(then, Mapping) and isinstance(now, Mapping)
    if both and then.get("class") == now.get("class"):
        for part in dict.fromkeys((*then, *now)):
            inner = f"{name}.{part}" if name else part
            yield from differences(then.get(part), now.get(part), inner)
    elif then != now:
        yield f"{name}: {_short(then)} then, {_short(now)} now"


def _digest(arrays: Iterable[np.ndarray]) -> str:
    total = hashlib.sha256()
    for array in arrays:
        total.update(f"{array.dtype} {array.shape}".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def _name_of(value: Any) -> str:
    named = value if hasattr(value, "__qualname__") else type(value)
    return f"{named.__module__}.{named.__qualname__}"


def _short(value: Any) -> str:
    if value is None:
        return "nothing"
    text = value.get("class", "others") if isinstance(value, Mapping) else str(value)
    return text if len(text) <= 40 else f"{text[:12]}..."
