"""A network as plain JSON values and back, through the registry of layers only."""

from collections.abc import Mapping
from typing import Any

from pellucid.base.errors import FileError, PellucidError, explain
from pellucid.interop.door import refuse_too_many
from pellucid.layers.layer import LAYERS, Layer, one_or_all
from pellucid.network.network import Network, Node, Source


def network_to_json(network: Network) -> dict[str, Any]:
    """Return a network as JSON values: its inputs, its nodes in order, its outputs."""
    return {
        "inputs": [
            {"name": source.name, "shape": list(source.shape), "dtype": source.dtype}
            for source in network.inputs
        ],
        "nodes": [
            {
                "name": node.name,
                "class_name": type(node.layer).__name__,
                "config": node.layer.to_config(),
                "inputs": list(node.inputs),
                "owner": node.owner,
            }
            for node in network.nodes
        ],
        "outputs": list(network.outputs),
    }


def network_from_json(value: Mapping[str, Any]) -> Network:
    """Return the network that `network_to_json` described; shapes are worked out anew.

    Raises:
        FileError: it is no such description.
    """
    try:
        sources = tuple(
            Source(str(i["name"]), tuple(map(int, i["shape"])), str(i["dtype"]))
            for i in value["inputs"]
        )
        shapes = {source.name: source.shape for source in sources}
        layers: dict[str, Layer] = {}
        nodes = []
        refuse_too_many(value["nodes"])
        for row in value["nodes"]:
            owner, reads = str(row["owner"]), tuple(map(str, row["inputs"]))
            if owner not in layers:
                layers[owner] = LAYERS[row["class_name"]].from_config(row["config"])
            layer = layers[owner]
            shape = layer.output_shape(one_or_all([shapes[name] for name in reads]))
            shapes[str(row["name"])] = shape
            nodes.append(Node(str(row["name"]), layer, reads, shape, owner))
        outputs = tuple(str(name) for name in value["outputs"])
        missing = [name for name in outputs if name not in shapes]
    except PellucidError as error:
        raise FileError(str(error)) from error
    except (KeyError, TypeError, ValueError) as error:
        what = "The description of the network is damaged."
        raise FileError(explain(what, got=repr(error), expected="what save() writes")) from error
    if missing or not nodes:
        what = "The description of the network names an output it does not have."
        raise FileError(explain(what, got=", ".join(missing), expected=", ".join(shapes)))
    return Network(sources, tuple(nodes), outputs)
