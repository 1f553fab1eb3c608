"""The geometry of windows that slide over an example: for convolution and pooling alike."""

import itertools
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from pellucid.base.errors import ConfigError, ShapeError, explain
from pellucid.base.types import Shape
from pellucid.layers.layer import Layer
from pellucid.layers.shapes import title

Sizes: TypeAlias = Any  # a whole number, or one for each axis; kept as a tuple of them


def per_axis(axes: int) -> Callable[[Any], tuple[int, ...]]:
    """Return the rule that brings a size to one number an axis: 3 becomes (3, 3)."""

    def convert(given: Any) -> tuple[int, ...]:
        try:
            parts = [given] * axes if hasattr(given, "__index__") else list(given)
            sizes = tuple(operator.index(part) for part in parts)
        except TypeError:
            sizes = ()
        if len(sizes) != axes:
            what = "A size is one whole number, or one for each axis."
            expected = f"such as 2 or {(2,) * axes}"
            raise ConfigError(explain(what, got=repr(given), expected=expected))
        return sizes

    return convert


@dataclass(frozen=True)
class Windows:
    """Windows of `size` taps an axis, `dilation` apart, that move by `strides`.

    "valid" windows lie wholly inside; "same" ones are as many as fit their strides into
    the example, which is padded evenly, at the end first; "causal" ones see only the past.
    """

    size: Shape
    strides: Shape
    padding: str
    dilation: Shape

    @property
    def span(self) -> Shape:
        """How many positions a window covers along each axis, gaps included."""
        return tuple((s - 1) * d + 1 for s, d in zip(self.size, self.dilation, strict=True))

    @property
    def tile(self) -> bool:
        """Whether windows touch without overlap, as most pooling does."""
        return self.strides == self.span == self.size

    def margins(self, positions: Shape) -> tuple[tuple[int, int], ...]:
        """Return how many positions are added before and after each axis."""
        if self.padding == "valid":
            return ((0, 0),) * len(positions)
        if self.padding == "causal":
            return tuple((span - 1, 0) for span in self.span)
        axes = zip(positions, self.span, self.strides, strict=True)
        missing = [max((-(-p // step) - 1) * step + span - p, 0) for p, span, step in axes]
        return tuple((total // 2, total - total // 2) for total in missing)

    def count(self, positions: Shape) -> Shape:
        """Return how many windows there are along each axis of an example."""
        axes = zip(positions, self.margins(positions), self.span, self.strides, strict=True)
        return tuple((p + sum(ends) - span) // step + 1 for p, ends, span, step in axes)

    def check_fit(self, layer: Layer, input_shape: Shape) -> None:
        """Check that there is at least one window in an example of `layer`.

        Raises:
            ShapeError: the window is larger than the example.
        """
        positions = input_shape[: len(self.size)]
        if min(self.count(positions)) > 0:
            return
        what = f"The window of {title(layer)} is larger than what it looks at."
        got = f"a window over {self.span} of examples of shape {input_shape}"
        expected = f"a window of at most {positions}"
        hint = 'a smaller window, or padding="same"'
        raise ShapeError(explain(what, got=got, expected=expected, hint=hint))

    def taps(self, positions: Shape) -> Iterator[tuple[slice, ...]]:
        """Yield where, in a padded example, each tap of the windows looks; in rising order."""
        counts = self.count(positions)
        corners = (range(0, span, gap) for span, gap in zip(self.span, self.dilation, strict=True))
        for corner in itertools.product(*corners):
            axes = zip(corner, counts, self.strides, strict=True)
            yield tuple(slice(at, at + (n - 1) * step + 1, step) for at, n, step in axes)
