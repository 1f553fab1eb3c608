"""The loss surface, beneath the plane of the inputs in the Space view."""

from typing import Any

from pellucid.lab.views.scene import Scene


def surface(scene: Scene) -> dict[str, Any]:
    """Return the last survey of the loss around the network, and whether one is being made."""
    found = scene.survey.told() if scene.survey is not None else None
    return {"found": found, "busy": scene.surveying}
