"""What regularizers add to the slopes, by hand: of parameters, and of activity."""

from typing import Any

import jax
import numpy as np

from pellucid.base.types import Params
from pellucid.functions.regularizers import L1, L1L2, L2, REGULARIZERS
from pellucid.inspection.byhand.slopes import Values
from pellucid.layers.layer import Layer
from pellucid.training.compilation import compiled


def price_slope(regularizer: Any, array: Values) -> Values | None:
    """Return l1 sign(w) + 2 l2 w; None for a regularizer that has no rule here."""
    kind = REGULARIZERS.resolve(regularizer)
    if isinstance(kind, L1):
        return kind.l1 * np.sign(array)
    if isinstance(kind, L2):
        return 2 * kind.l2 * array
    if isinstance(kind, L1L2):
        both = (0.01, 0.01) if kind.l1 is None and kind.l2 is None else (kind.l1, kind.l2)
        l1, l2 = (share or 0.0 for share in both)
        return l1 * np.sign(array) + 2 * l2 * array
    return None


def penalty_slopes(layer: Layer, params: Params) -> dict[str, Any]:
    """Return d penalty / d parameter for every parameter of a layer."""
    wanted = {name: getattr(layer, f"{name}_regularizer", None) for name in params}
    if type(layer).penalty is Layer.penalty:
        by_hand = {
            name: np.zeros_like(params[name]) if given is None else price_slope(given, params[name])
            for name, given in wanted.items()
        }
        if not any(found is None for found in by_hand.values()):
            return by_hand
    with jax.enable_x64(True):
        return jax.device_get(compiled(jax.grad(layer.penalty))(dict(params)))


def toll_slope(layer: Layer, a: Any, state: Any) -> Any:
    """Return d toll / da for the output a of a layer; 0 for most."""
    if type(layer).toll is Layer.toll and not isinstance(a, tuple):
        if layer.activity_regularizer is None:
            return 0.0
        found = price_slope(layer.activity_regularizer, a)
        if found is not None:
            return found / len(a)
    with jax.enable_x64(True):
        return jax.device_get(compiled(jax.grad(layer.toll))(a, state))
