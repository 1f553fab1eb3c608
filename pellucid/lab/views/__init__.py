"""What each view of the page shows, as functions from the scene to values and arrays."""

from collections.abc import Callable, Mapping
from typing import Any

from pellucid.lab.views.layers import layers
from pellucid.lab.views.maps import maps
from pellucid.lab.views.network import network
from pellucid.lab.views.rows import data
from pellucid.lab.views.runs import runs
from pellucid.lab.views.scene import Scene
from pellucid.lab.views.score import score
from pellucid.lab.views.space import space
from pellucid.lab.views.state import now as now
from pellucid.lab.views.state import state as state
from pellucid.lab.views.steps import train
from pellucid.lab.views.surface import surface

VIEWS: Mapping[str, Callable[[Scene], dict[str, Any]]] = {
    view.__name__: view
    for view in (data, network, train, layers, maps, space, surface, score, runs)
}
