"""An inspection under other names: those that the user's own layers have."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pellucid.inspection.inspection import Inspection
from pellucid.network.graph import Names
from pellucid.network.network import Network
from pellucid.training.state import Examples


def renamed(seen: Inspection, names: Mapping[str, str]) -> Inspection:
    """Return the same inspection with inputs and layers called as `names` says.

    Further uses of a renamed layer are numbered, as in any network.
    """
    network, taken, called = seen.recipe.network, Names(), {}
    for name in (source.name for source in network.inputs):
        called[name] = taken.free(names.get(name, name))
    for node in network.nodes:
        called[node.name] = taken.free(names.get(node.owner, node.owner))
    nodes = (
        node._replace(
            name=called[node.name],
            inputs=tuple(called[name] for name in node.inputs),
            owner=called[node.owner],
        )
        for node in network.nodes
    )
    sources = (source._replace(name=called[source.name]) for source in network.inputs)
    outputs = tuple(called[name] for name in network.outputs)
    goals = (goal._replace(output=called[goal.output]) for goal in seen.recipe.goals)
    recipe = seen.recipe._replace(
        network=Network(tuple(sources), tuple(nodes), outputs),
        goals=tuple(goals),
        measures=(),  # metrics are no part of a gradient
        frozen=frozenset(called[name] for name in seen.recipe.frozen),
    )

    def keyed(columns: Mapping[str, Any]) -> dict[str, Any]:
        return {called[name]: column for name, column in columns.items()}

    train = seen.train._replace(params=keyed(seen.train.params), state=keyed(seen.train.state))
    inputs, targets, weights = map(keyed, seen.batch[:3])
    signals = {signal: keyed(arrays) for signal, arrays in seen.signals.items()}
    batch = Examples(inputs, targets, weights)
    return replace(seen, recipe=recipe, train=train, batch=batch, signals=signals)
