"""The loss as a function of the weights: on a plane, along a path, and its gradients.

All weights of a network are one vector w here, its parameters in the order of their paths.
The network runs as it is used (inference mode): nothing is dropped, and normalisation keeps
the statistics it has. Penalties count. Looking changes nothing.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import jax
import numpy as np
from jaxtyping import Array, Float

from pellucid.base.tree import flatten, refill
from pellucid.base.types import Params, Shape, State
from pellucid.network.network import Network
from pellucid.network.summary import parameter_shapes
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.evaluation import evaluate, run
from pellucid.training.measuring import mean_loss, values
from pellucid.training.state import Examples, Recipe

Weights: TypeAlias = Float[np.ndarray, " weights"]
Program: TypeAlias = Callable[..., Any]  # JAX takes either kind of array, and gives its own


def drawn_rows(examples: Examples, rows: int | None, seed: int) -> Examples:
    """Return at most so many examples on the host, drawn by `seed`, in their own order."""
    if rows is None or rows >= len(examples):
        return examples
    draw = np.random.default_rng(seed)
    chosen = np.sort(draw.choice(len(examples), size=rows, replace=False))
    return jax.tree.map(lambda column: np.asarray(column)[chosen], examples)


def shapes_of(network: Network) -> dict[str, Shape]:
    """Return the shape of every parameter by its path, in the order in which w holds them."""
    leaves = flatten(parameter_shapes(network))
    return {path: tuple(leaves[path].shape) for path in sorted(leaves)}


def as_vector(params: Params) -> Weights:
    """Return all parameters as one vector w, in the order of their paths."""
    leaves = flatten(params)
    return np.concatenate(
        [np.zeros(0, np.float32), *(np.asarray(leaves[path]).ravel() for path in sorted(leaves))]
    )


def as_params(network: Network, w: Any) -> Params:
    """Return a vector w as the parameters of `network`; host and compiled arrays alike."""
    leaves, first = {}, 0
    for path, shape in shapes_of(network).items():
        count = math.prod(shape)
        leaves[path] = w[first : first + count].reshape(shape)
        first += count
    return refill(parameter_shapes(network), leaves)


@keep_latest
def compile_plane(recipe: Recipe) -> Program:
    """Return the compiled function to the loss at each point w = origin + s first + t second.

    Its arguments: state, examples, origin (weights,), directions (2, weights), and the
    coordinates (s, t) of the points (points, 2).
    """
    loss_at = _loss_at(recipe)

    def on_plane(
        state: State, examples: Examples, origin: Array, directions: Array, points: Array
    ) -> Array:
        return jax.lax.map(lambda st: loss_at(state, examples, origin + st @ directions), points)

    return compiled(on_plane)


@keep_latest
def compile_along(recipe: Recipe) -> Program:
    """Return the compiled function from state, examples and rows of weights to the losses."""
    loss_at = _loss_at(recipe)

    def along(state: State, examples: Examples, points: Array) -> Array:
        return jax.lax.map(lambda w: loss_at(state, examples, w), points)

    return compiled(along)


@keep_latest
def compile_gradients(recipe: Recipe) -> Program:
    """Return the compiled function to dJ/dw of each mini-batch at w.

    Its arguments: state, examples, w (weights,), and the rows of each batch (batches, rows).
    """

    def loss_of(w: Array, state: State, batch: Examples) -> Array:
        params = as_params(recipe.network, w)
        forward = run(recipe.network, recipe.dtype, params, state, batch.inputs)
        return mean_loss(recipe, forward, batch, params).astype("float32")

    def gradients(state: State, examples: Examples, w: Array, batches: Array) -> Array:
        return jax.lax.map(lambda rows: jax.grad(loss_of)(w, state, examples.take(rows)), batches)

    return compiled(gradients)


def _loss_at(recipe: Recipe) -> Callable[[State, Examples, Array], Array]:
    """Return the function to the mean loss over all examples at w."""
    plain: Any = recipe._replace(measures=())

    def loss_at(state: State, examples: Examples, w: Array) -> Array:
        sums = evaluate(plain, as_params(plain.network, w), state, examples)
        return values(plain, sums)["loss"]

    return loss_at


def span_of(displacements: Float[np.ndarray, "points weights"]) -> Float[np.ndarray, "2 weights"]:
    """Return the two orthonormal directions that hold most of some displacements.

    They are the first right singular vectors, u_k with the largest sum_i (d_i . u_k)^2:
    principal directions of the paths as seen from their start. Signs are chosen so that the
    largest part of each is positive. Where there is only one direction, the other is zero.
    """
    d = np.asarray(displacements, np.float64)
    # By the small matrix of inner products: there are far more weights than points.
    squares, left = np.linalg.eigh(d @ d.T)
    found = np.zeros((2, d.shape[1]))
    for k in range(min(2, len(d))):
        if squares[-1 - k] > 1e-12 * max(squares[-1], 1e-300):
            u = left[:, -1 - k] @ d
            found[k] = u / np.linalg.norm(u) * np.sign(u[np.argmax(np.abs(u))])
    return found.astype(np.float32)


def coordinates(
    displacements: Float[np.ndarray, "points weights"], directions: Float[np.ndarray, "2 weights"]
) -> Float[np.ndarray, "points 2"]:
    """Return (s, t) of the nearest point of the plane to each displacement, by least squares.

    The directions need not be of length 1, nor at right angles.
    """
    d, basis = np.asarray(displacements, np.float64), np.asarray(directions, np.float64)
    return d @ basis.T @ np.linalg.pinv(basis @ basis.T)


def share_in_plane(
    displacements: Float[np.ndarray, "points weights"], directions: Float[np.ndarray, "2 weights"]
) -> float:
    """Return the share of movement in the plane: sum |P d|^2 / sum |d|^2, 1 where none moved."""
    d = np.asarray(displacements, np.float64)
    inside = coordinates(d, directions) @ np.asarray(directions, np.float64)
    total = float(np.sum(d**2))
    return float(np.sum(inside**2)) / total if total else 1.0


def filter_normalised(network: Network, w: Weights, seed: int) -> Float[np.ndarray, "2 weights"]:
    """Return two random directions, each filter of them as long as that filter of w.

    Numbers are normal. A filter is all that leads into one unit: of a kernel, what has the
    same last index. d <- d |w| / |d| by filter. Parameters of one axis (biases, scales)
    stay: their part is 0. So a step of 1 means the same to networks of any scale.

    Source: Li, Xu, Taylor, Studer, Goldstein, "Visualizing the Loss Landscape of Neural
        Nets", 2018, in the authors' code (net_plotter.py, norm "filter", ignore "biasbn").
    """
    draw = np.random.default_rng(seed)
    shapes = shapes_of(network)
    return np.stack([_filter_normalised(shapes, w, draw) for _ in range(2)])


def _filter_normalised(
    shapes: Mapping[str, Shape], w: Weights, draw: np.random.Generator
) -> Weights:
    parts: list[np.ndarray] = [np.zeros(0)]
    first = 0
    for shape in shapes.values():
        count = math.prod(shape)
        own, d = w[first : first + count].reshape(shape), np.zeros(shape)
        if len(shape) > 1:
            into_one = tuple(range(len(shape) - 1))
            d = draw.standard_normal(shape)
            d *= _length(own, into_one) / _length(d, into_one)
        parts.append(d.ravel())
        first += count
    return np.concatenate(parts).astype(np.float32)


def _length(array: np.ndarray, axes: Sequence[int]) -> np.ndarray:
    return np.sqrt(np.sum(np.square(array, dtype=np.float64), axis=tuple(axes), keepdims=True))


def unit_of(network: Network, name: str) -> Weights | None:
    """Return the direction in which one weight grows, "dense/kernel[0,1]", or None if unknown."""
    path, _, rest = name.partition("[")
    shapes = shapes_of(network)
    parts = rest.rstrip("]").replace(" ", "").split(",") if rest else []
    if path not in shapes or not all(part.isdecimal() for part in parts):
        return None
    index, shape = tuple(map(int, parts)), shapes[path]
    if len(index) != len(shape) or any(i >= n for i, n in zip(index, shape, strict=True)):
        return None
    before = sum(math.prod(shapes[p]) for p in shapes if p < path)
    direction = np.zeros(sum(map(math.prod, shapes.values())), np.float32)
    direction[before + int(np.ravel_multi_index(index, shape)) if shape else before] = 1
    return direction
