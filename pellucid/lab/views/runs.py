"""The Runs view: the runs of this session beside each other."""

from typing import Any

import numpy as np

from pellucid.lab.record import Entry, entry_of
from pellucid.lab.views.scene import Scene


def runs(scene: Scene) -> dict[str, Any]:
    """Return every run, its settings, its best epoch and its curves, and what they differ in."""
    found = tuple(one.check for one in scene.findings)
    here = entry_of(scene.run, scene.bench, scene.epochs, found, scene.openings, "")
    every = [*scene.past, here]
    alike = [one for one in every if one.data == here.data]
    names = list(here.settings)
    differs = [name for name in names if len({str(one.settings[name]) for one in alike}) > 1]
    told = {"runs": [_told(one) for one in every], "settings": names, "differs": differs}
    return {**told, "kept": scene.kept}


def _told(entry: Entry) -> dict[str, Any]:
    told = entry._asdict()
    del told["script"]
    return {**told, "best": _best(entry)}


def _best(entry: Entry) -> dict[str, Any] | None:
    """Return the epoch with the least loss on validation rows."""
    losses = entry.curves.get("val_loss", np.zeros(0))
    if not np.isfinite(losses).any():
        return None
    at = int(np.nanargmin(losses))
    values = {name: float(c[at]) for name, c in entry.curves.items() if name != "step"}
    return {"epoch": at + 1, "values": values}
