"""Backpropagation by hand: from the loss back through every layer, in NumPy and float64.

    dJ/da of a layer   the sum of what comes back from all that read it
    dJ/dz              = dJ/da f'(z)
    dJ/dW, dJ/dx       by the layer's own rule

A layer without a rule here is differentiated by itself, by automatic differentiation.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import numpy as np

from pellucid.base.tree import flatten
from pellucid.inspection.byhand import arrangement, normalization, weights, windows
from pellucid.inspection.byhand.losses import has_rule, is_linked, pull
from pellucid.inspection.byhand.penalties import penalty_slopes, toll_slope
from pellucid.inspection.byhand.rule import RULES, Back
from pellucid.inspection.byhand.slopes import slope, through
from pellucid.inspection.replay import Replay
from pellucid.layers.activation import ReLU
from pellucid.network.network import Node
from pellucid.training.compilation import compiled
from pellucid.training.state import Goal

RULE_FILES = (arrangement, normalization, weights, windows)  # loading them fills RULES


class Ends(NamedTuple):
    """Where the loss takes hold of the network, by node."""

    at_a: Mapping[str, Any]  # dJ/da, what a loss or an activity penalty asks
    at_z: Mapping[str, Any]  # dJ/dz, where loss and activation are taken together


class ByHand(NamedTuple):
    """The slopes found by hand, in the form in which automatic differentiation gives them."""

    slope: Mapping[str, Any]  # dJ/dz by node
    gradient: Mapping[str, Any]  # dJ/dparameter by owner
    ends: Ends
    assisted: tuple[str, ...]  # nodes that were differentiated one by one, having no rule


def backpropagate(step: Replay) -> ByHand:
    """Return dJ/dz of every node and dJ/dparameter of every owner of a step."""
    ends, assisted = ends_of(step)
    to_a = {name: [pulled] for name, pulled in ends.at_a.items()}
    slopes: dict[str, Any] = {}
    gradient = {
        owner: penalty_slopes(step.network[owner].layer, step.train.params[owner])
        for owner in step.network.owners
        if owner not in step.recipe.frozen
    }
    for node in reversed(step.network.nodes):
        da = _total(to_a.get(node.name, []), step.z[node.name])
        dz, by_rule = _back_through_activation(step, node, da)
        dz = jax.tree.map(np.add, dz, ends.at_z[node.name]) if node.name in ends.at_z else dz
        slopes[node.name] = dz
        back = _back_through_layer(step, node, dz)
        if back is None or not by_rule:
            assisted.append(node.name)
        back = step.vjp(node, dz) if back is None else back
        for source, pulled in zip(node.inputs, back.to_inputs, strict=True):
            to_a.setdefault(source, []).append(pulled)
        if node.owner in gradient:
            gradient[node.owner] = jax.tree.map(np.add, gradient[node.owner], back.to_params)
    order = {node.name: slopes[node.name] for node in step.network.nodes}
    return ByHand(order, gradient, ends, tuple(dict.fromkeys(reversed(assisted))))


def ends_of(step: Replay) -> tuple[Ends, list[str]]:
    """Return what the losses ask of the outputs and activity penalties of any layer."""
    at_a, at_z, assisted = {}, {}, []
    for node in step.network.nodes:
        found = toll_slope(node.layer, step.a[node.name], step.state[node.owner])
        if not (isinstance(found, float) and found == 0):
            at_a[node.name] = found
    for goal in step.recipe.goals:
        nonlinearity = step.network[goal.output].layer.nonlinearity
        if not has_rule(goal.loss, nonlinearity):
            found, where = _by_vjp(step, goal), at_z
            assisted.append(f"the loss on {goal.output}")
        else:
            where = at_z if is_linked(goal.loss, nonlinearity) else at_a
            found = goal.weight * pull(
                goal.loss,
                nonlinearity,
                step.batch.targets[goal.output],
                step.a[goal.output],
                step.batch.weights[goal.output],
                step.masks.get(goal.output),
            )
        before = where.get(goal.output)
        where[goal.output] = found if before is None else before + found
    return Ends(at_a, at_z), assisted


def slope_of(node: Node, z: Any, a: Any) -> Any:
    """Return f'(z) of a node; None where f is along an axis or the user's own."""
    layer = node.layer
    if isinstance(z, tuple) or z.dtype.kind != "f":
        return None
    if isinstance(layer, ReLU):
        found = np.where(z >= layer.threshold, 1.0, layer.negative_slope)
        if layer.max_value is None:
            below = (layer.negative_slope, layer.threshold) == (0, 0) and z == 0
            return np.where(below, 0.0, found)  # the plain relu's slope at 0 is 0
        bent = np.where(z >= layer.threshold, z, layer.negative_slope * (z - layer.threshold))
        share = 0.5 * (bent <= layer.max_value) + 0.5 * (bent < layer.max_value)
        return found * share
    return slope(layer.nonlinearity, z, a)


def _back_through_activation(step: Replay, node: Node, da: Any) -> tuple[Any, bool]:
    """Return dJ/dz from dJ/da, and whether it was found by a rule."""
    z, a = step.z[node.name], step.a[node.name]
    if isinstance(z, tuple) or z.dtype.kind != "f":
        return da, True
    found = slope_of(node, z, a)
    dz = da * found if found is not None else through(node.layer.nonlinearity, z, a, da)
    if dz is not None:
        return dz, True

    def back(z: Any, da: Any) -> Any:
        return jax.vjp(node.layer.nonlinearity, z)[1](da)[0]

    with jax.enable_x64(True):
        return jax.device_get(compiled(back)(z, np.broadcast_to(da, a.shape))), False


def _back_through_layer(step: Replay, node: Node, dz: Any) -> Back | None:
    known = RULES.get(type(node.layer))
    if known is None or isinstance(dz, tuple):
        return None
    found = known(step.use(node), np.asarray(dz))
    if found is None:
        return None
    return found._replace(to_params={**_nothing(step.train.params[node.owner]), **found.to_params})


def _nothing(params: Mapping[str, Any]) -> dict[str, Any]:
    return {} if flatten(params) == {} else jax.tree.map(np.zeros_like, dict(params))


def _total(pulled: list[Any], z: Any) -> Any:
    zeros = jax.tree.map(lambda part: np.zeros(part.shape), z)
    for part in pulled:
        zeros = jax.tree.map(np.add, zeros, part)
    return zeros


def _by_vjp(step: Replay, goal: Goal) -> Any:
    """Return dJ/dz at an output whose loss has no rule, by automatic differentiation of it."""
    loss, nonlinearity = goal.loss, step.network[goal.output].layer.nonlinearity

    def cost(z: Any, y: Any, weight: Any, mask: Any) -> Any:
        y = y.astype("int32" if loss.targets == "labels" else z.dtype)
        costs = loss.at_positions(y, z, nonlinearity, weight.ndim)
        return goal.weight * (loss.emphasis(y, weight, mask) * costs * weight).mean()

    name = goal.output
    y, weight = step.batch.targets[name], step.batch.weights[name]
    with jax.enable_x64(True):
        given = step.z[name], y, weight, step.masks.get(name)
        return jax.device_get(compiled(jax.grad(cost))(*given))
