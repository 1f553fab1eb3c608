"""Arrays that are to take the place of a model's own, and arrays that nothing can be made of."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pellucid.base.errors import ShapeError, StateError, explain


def in_place_of(
    here: Mapping[str, np.ndarray], weights: Sequence[Any] | Mapping[str, Any]
) -> dict[str, np.ndarray]:
    """Return the arrays `here`, with those given in the same order or by path in their place.

    Raises:
        ShapeError: the number of arrays or the shape of one differs.
    """
    if not isinstance(weights, Mapping):
        if len(weights) != len(here):
            what = "set_weights was given another number of arrays than this model has."
            raise ShapeError(explain(what, got=len(weights), expected=len(here)))
        weights = dict(zip(here, weights, strict=True))
    for path, array in weights.items():
        if path not in here or np.shape(array) != here[path].shape:
            what = f"The weights {path!r} do not fit this model."
            expected = here[path].shape if path in here else ", ".join(here)
            raise ShapeError(explain(what, got=np.shape(array), expected=expected))
    return {path: np.asarray(weights.get(path, here[path]), here[path].dtype) for path in here}


def check_finite(weights: Mapping[str, np.ndarray]) -> None:
    """Refuse a model whose arrays hold NaN or infinity.

    Raises:
        StateError: they do; the arrays are named.
    """
    bad = [name for name, array in weights.items() if not np.isfinite(array).all()]
    if bad:
        what = "What this model predicts is not finite, because its weights are not."
        got = f"NaN or infinity in {', '.join(bad[:5])}{' and others' if bad[5:] else ''}"
        hint = "take weights from before that; or predict(x, allow_nonfinite=True)"
        raise StateError(explain(what, got=got, expected="finite weights", hint=hint))
