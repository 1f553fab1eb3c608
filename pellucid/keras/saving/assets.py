"""Vocabularies in a `.keras` file: small texts beside the arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pellucid.keras.saving.places import places_of


def assets_of(model: Any) -> dict[str, bytes]:
    """Return the texts of a model's layers by their names in the file."""
    found: dict[str, bytes] = {}
    for place in places_of(model, optimizers=False):
        texts: Any = getattr(place.holder, "assets", None)
        if texts is not None:
            prefix = f"{place.path}/" if place.path else ""
            found |= {f"{prefix}{name}": text for name, text in texts().items()}
    return found


def take_assets(model: Any, assets: Mapping[str, bytes]) -> None:
    """Let a model's layers have their texts."""
    for place in places_of(model, optimizers=False):
        take = getattr(place.holder, "take_assets", None)
        prefix = f"{place.path}/" if place.path else ""
        own = {n[len(prefix) :]: text for n, text in assets.items() if n.startswith(prefix)}
        if callable(take) and own:
            take(own)
