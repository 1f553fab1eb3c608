"""How a layer is written as calls of plain functions: one rule a class, found by the class."""

import functools
import types
from typing import Any, NoReturn

from pellucid.base.errors import ConfigError, explain
from pellucid.base.types import Activation
from pellucid.functions.activations import ACTIVATIONS
from pellucid.interop.at_rest.program import Site, Value
from pellucid.interop.formulas import activations as formulas
from pellucid.layers.activation import ReLU
from pellucid.layers.layer import Layer
from pellucid.layers.shapes import title


@functools.singledispatch
def lower(layer: Layer, site: Site, x: Any, mask: Any) -> Any:
    """Return z of a layer for x (a value, or several where it merges), as calls in `site`.

    Raises:
        ConfigError: the layer cannot be written so; the message says why.
    """
    del site, x, mask
    refuse(layer, "it is a layer of your own, and known only as Python code")


@functools.singledispatch
def mask_after(layer: Layer, site: Site, x: Any, mask: Any) -> Any:
    """Return the mask of what a layer gives, as `Layer.mask_of` does."""
    del site
    return layer.mask_of(x, mask)  # most only pass it on, whatever it is


def refuse(layer: Layer, why: str) -> NoReturn:
    """Say why a layer cannot leave the house."""
    what = f"{title(layer)} cannot be exported: {why}."
    hint = "save() keeps the whole model, for Pellucid"
    raise ConfigError(explain(what, got=layer, expected="another layer", hint=hint))


def activate(layer: Layer, f: Activation, site: Site, z: Value) -> Value:
    """Return a = f(z)."""
    function, settings = plain(layer, f)
    if function is None:
        return z
    shape = (*z.shape[:-1], z.shape[-1] // 2) if function is formulas.glu else z.shape
    return site.call(function, z, shape=shape, **settings)


def plain(layer: Layer, f: Activation) -> tuple[Any, dict[str, Any]]:
    """Return the formula of an activation, None for the identity, and its settings.

    Raises:
        ConfigError: it is a function of one's own.
    """
    settings: dict[str, Any] = {}
    if isinstance(f, functools.partial):
        settings, f = f.keywords, f.func
    if isinstance(f, types.MethodType) and isinstance(f.__self__, ReLU):
        bent = f.__self__
        names = ("max_value", "negative_slope", "threshold")
        return formulas.bent_relu, {name: getattr(bent, name) for name in names}
    name = ACTIVATIONS.name_of(f)
    if name == "linear":
        return None, {}
    found = getattr(formulas, name, None) if name else None
    if found is None:
        refuse(layer, "its activation is a function of your own, known only as Python code")
    return found, settings
