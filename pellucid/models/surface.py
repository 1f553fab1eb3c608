"""The loss around a network's weights, on a plane through the space of all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import numpy as np
from jaxtyping import Float

from pellucid.base.errors import ConfigError, ShapeError, explain, nearest
from pellucid.network.network import Network
from pellucid.plots.surface import contours, relief
from pellucid.training.adaptation import adapt
from pellucid.training.examples import as_examples
from pellucid.training.placement import place
from pellucid.training.state import Examples, Recipe, TrainState
from pellucid.training.surface import (
    Program,
    as_vector,
    compile_along,
    compile_plane,
    coordinates,
    drawn_rows,
    filter_normalised,
    shapes_of,
    share_in_plane,
    span_of,
    unit_of,
)

MARGIN = 0.2  # of the paths' extent, on each side
NARROWEST = 0.3  # of the wider side: so that a path along one direction still has a plane

PathPoints = Float[np.ndarray, "_points 2"]


@runtime_checkable
class Trained(Protocol):
    """What is asked of a model: its recipe and the state of its training."""

    @property
    def recipe(self) -> Recipe:
        """What `compile` settled."""
        ...

    @property
    def train_state(self) -> TrainState:
        """The parameters among it."""
        ...


class Plane(NamedTuple):
    """Points w = origin + s first + t second, and what its axes mean."""

    about: str
    axes: tuple[str, str]
    origin: Float[np.ndarray, " weights"]
    directions: Float[np.ndarray, "2 weights"]
    here: tuple[float, float] | None = None  # where the model's own weights are


@dataclass(frozen=True, eq=False)
class LossSurface:
    """The loss on a plane of weights, and paths seen from it.

    The network runs as it is used (inference mode), and penalties count. A path's point is
    shown at the nearest point of the plane; `share` says how much of the movement that
    keeps: sum |P d|^2 / sum |d|^2 over all points, d the displacement from the start.

    Attributes:
        about: How the plane was chosen.
        axes: What its two axes are.
        s, t: Coordinates of the grid, (across,) and (up,).
        loss: The mean loss at each point, (up, across).
        paths: Each path's nearest points on the plane, (points, 2).
        heights: The loss at those nearest points.
        losses: The loss at the points themselves, off the plane.
        shares: The share of each path's movement in the plane.
        share: The share of all movement in the plane; None where no path was given.
        here: Where the model's own weights are, if the plane goes through them.
        rows: How many rows the loss is the mean over, `of_rows` those given.
    """

    about: str
    axes: tuple[str, str]
    s: Float[np.ndarray, " across"]
    t: Float[np.ndarray, " up"]
    loss: Float[np.ndarray, "up across"]
    paths: Mapping[str, PathPoints]
    heights: Mapping[str, Float[np.ndarray, " points"]]
    losses: Mapping[str, Float[np.ndarray, " points"]]
    shares: Mapping[str, float]
    share: float | None
    here: tuple[float, float] | None
    rows: int
    of_rows: int

    @property
    def note(self) -> str:
        """What a reader of the picture must know, in a line."""
        rows = f"{self.rows:,} rows"
        if self.rows < self.of_rows:
            rows += f" drawn of {self.of_rows:,}"
        words = f"{self.about}; loss on {rows}, inference mode"
        if self.share is None:
            return words
        return f"{words}; {100 * self.share:.3g} % of the movement lies in this plane"

    def plot(self) -> Any:
        """Return the surface as contours seen from above, with the paths, as a figure."""
        return contours(self.s, self.t, self.loss, self.paths, self.axes, self.note, self.here)

    def plot_3d(self) -> Any:
        """Return the surface in three dimensions, with the paths on it, as a figure."""
        lifted = {
            name: np.column_stack([points, self.heights[name]])
            for name, points in self.paths.items()
        }
        return relief(self.s, self.t, self.loss, lifted, self.axes, self.note)

    def __repr__(self) -> str:
        low, high = float(np.nanmin(self.loss)), float(np.nanmax(self.loss))
        return f"<LossSurface {self.loss.shape}, loss {low:.4g} to {high:.4g}: {self.note}>"


def loss_surface(
    model: Trained,
    x: Any,
    y: Any,
    *,
    plane: str | tuple[str, str] | None = None,
    paths: Mapping[str, Any] | None = None,
    resolution: int = 41,
    rows: int | None = 2000,
    seed: int = 0,
) -> LossSurface:
    """Return the loss on a plane of weights, as a grid of `resolution` squared points.

    The plane goes, with "paths", through the start of `paths` along the two directions that
    hold most of their movement; with two names such as ("dense/kernel[0,1]",
    "dense/bias[0]"), along those weights, whose values are then the axes; with "random",
    through the model's weights along two filter-normalised directions drawn by `seed`.
    Unless it is said, it is "paths" where there are some, else "random".

    `paths` are rows of weights by name, as `compare_regimes` gives them. The loss is the mean
    over at most this many `rows`, drawn by `seed`; None takes all. Nothing changes the model.

    Raises:
        ConfigError: there is no such plane, or no such weight.
        ShapeError: a path is not one of this network's weights.
    """
    _check_resolution(resolution)
    recipe, given = model.recipe, as_examples(model.recipe, x, y)
    train = jax.device_get(adapt(recipe.network, model.train_state, given))
    points = _points_of(recipe.network, paths or {})
    chosen = _plane(recipe.network, as_vector(train.params), plane, points, seed)
    examples = place(drawn_rows(given, rows, seed))
    seen = {name: _seen(chosen, path) for name, path in points.items()}
    s, t = _grid(chosen, seen, resolution)
    grid, heights = _heights(compile_plane(recipe), train, examples, chosen, (s, t), seen)
    along = compile_along(recipe)
    moves = {name: path - next(iter(points.values()))[0] for name, path in points.items()}
    every = np.concatenate(list(moves.values())) if moves else None
    return LossSurface(
        about=chosen.about,
        axes=chosen.axes,
        s=s,
        t=t,
        loss=grid,
        paths=seen,
        heights=heights,
        losses={n: np.asarray(along(train.state, examples, p)) for n, p in points.items()},
        shares={name: share_in_plane(d, chosen.directions) for name, d in moves.items()},
        share=None if every is None else share_in_plane(every, chosen.directions),
        here=chosen.here,
        rows=len(examples),
        of_rows=len(given),
    )


def _heights(
    on_plane: Program,
    train: TrainState,
    examples: Examples,
    plane: Plane,
    axes: tuple[Float[np.ndarray, " across"], Float[np.ndarray, " up"]],
    seen: Mapping[str, PathPoints],
) -> tuple[Float[np.ndarray, "up across"], dict[str, Float[np.ndarray, " points"]]]:
    """Return the loss on the grid, and at each path's points of the plane."""
    grid = np.stack(np.meshgrid(*axes), axis=-1)
    points = np.concatenate([grid.reshape(-1, 2), *seen.values()]).astype(np.float32)
    found = on_plane(train.state, examples, plane.origin, plane.directions, points)
    ends = np.cumsum([grid[..., 0].size, *map(len, seen.values())])[:-1]
    on_grid, *on_paths = np.split(np.asarray(found), ends)
    return on_grid.reshape(grid.shape[:2]), dict(zip(seen, on_paths, strict=True))


def _plane(
    network: Network,
    w: Float[np.ndarray, " weights"],
    wanted: str | tuple[str, str] | None,
    points: Mapping[str, Float[np.ndarray, "points weights"]],
    seed: int,
) -> Plane:
    if wanted is None:
        wanted = "paths" if points else "random"
    if wanted == "paths" and points:
        origin = next(iter(points.values()))[0]
        found = span_of(np.concatenate([path - origin for path in points.values()]))
        words = ("1st principal direction", "2nd principal direction")
        return Plane("plane by PCA of the paths, through their start", words, origin, found)
    if wanted == "random":
        words, about = ("1st random direction", "2nd random direction"), "two random directions"
        found = filter_normalised(network, w, seed)
        about = f"{about}, filter-normalised, seed {seed}"
        return Plane(about, words, w, found, here=(0.0, 0.0))
    if isinstance(wanted, tuple | list) and len(wanted) == 2 and wanted[0] != wanted[1]:
        first, second = (_unit(network, name) for name in wanted)
        origin = w * (1 - first) * (1 - second)  # so that s and t are those weights themselves
        words = (str(wanted[0]), str(wanted[1]))
        here = (float(w @ first), float(w @ second))
        return Plane("plane of two weights", words, origin, np.stack([first, second]), here)
    what = "There is no such plane."
    expected = '"paths" (which need paths=), "random", or the names of two weights'
    hint = "pc.compare_regimes(...) gives paths" if wanted == "paths" else ""
    raise ConfigError(explain(what, got=repr(wanted), expected=expected, hint=hint))


def _unit(network: Network, name: Any) -> Float[np.ndarray, " weights"]:
    found = unit_of(network, str(name))
    if found is None:
        shapes = shapes_of(network)
        path = str(name).partition("[")[0]
        what = f"This network has no weight called {str(name)!r}."
        if path in shapes:
            places = ",".join(f"0..{size - 1}" for size in shapes[path])
            expected, hint = f"{path}[{places}]", ""
        else:
            expected, hint = ", ".join(shapes), nearest(path, shapes)
        raise ConfigError(explain(what, got=name, expected=expected, hint=hint))
    return found


def _points_of(
    network: Network, paths: Mapping[str, Any]
) -> dict[str, Float[np.ndarray, "points weights"]]:
    count = sum(int(np.prod(shape)) for shape in shapes_of(network).values())
    points = {}
    for name, path in paths.items():
        rows = np.asarray(getattr(path, "weights", path), np.float32)
        if rows.ndim != 2 or rows.shape[1] != count or not len(rows):
            what = f"The path {name!r} is not one of this network's weights."
            expected = f"(points, {count})"
            raise ShapeError(explain(what, got=rows.shape, expected=expected))
        points[str(name)] = rows[np.isfinite(rows).all(1)]
    return points


def _seen(plane: Plane, path: Float[np.ndarray, "points weights"]) -> PathPoints:
    return coordinates(path - plane.origin, plane.directions).astype(np.float32)


def _grid(
    plane: Plane, seen: Mapping[str, PathPoints], resolution: int
) -> tuple[Float[np.ndarray, " across"], Float[np.ndarray, " up"]]:
    """Return the coordinates of a grid with room around the paths, or around the weights."""
    inside = list(seen.values())
    if not inside:
        middle = np.array(plane.here)
        half = np.maximum(np.abs(middle), 1.0)
        inside = [np.stack([middle - half, middle + half])]
    every = np.concatenate(inside)
    low, high = every.min(0), every.max(0)
    middle, half = (low + high) / 2, (high - low) / 2
    half = np.maximum(half, max(NARROWEST * float(half.max()), 1e-3)) * (1 + 2 * MARGIN)
    s, t = (
        np.linspace(m - h, m + h, resolution, dtype=np.float32)
        for m, h in zip(middle.tolist(), half.tolist(), strict=True)
    )
    return s, t


def _check_resolution(resolution: int) -> None:
    if resolution < 2:
        what = "A surface needs at least two points on a side."
        raise ConfigError(explain(what, got=resolution, expected="resolution of 2 or more"))
