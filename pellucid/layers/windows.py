"""The geometry of windows that slide over an example: for convolution and pooling alike.

`Windows` read an example; `Footprints` write one, for transposed convolution.
"""

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


@dataclass(frozen=True)
class Footprints:
    """Windows turned round: what each position of an example writes into a larger one.

    Footprints of neighbours lie the windows' strides apart, and add up where they overlap.
    "valid" keeps all that is written; "same" keeps strides times as many positions as the
    example has. With `extra` positions an axis (`output_padding`), "valid" has so many more
    at the end, and "same" so many more than (positions - 1) strides + span % 2.
    """

    windows: Windows
    extra: Shape | None

    @property
    def cuts(self) -> tuple[tuple[int, int], ...]:
        """How many positions are cut off before and after each axis; below 0: added."""
        axes = zip(self.windows.span, self.windows.strides, strict=True)
        extras = self.extra or (None,) * len(self.windows.size)
        return tuple(
            self._cut(span, step, extra) for (span, step), extra in zip(axes, extras, strict=True)
        )

    def _cut(self, span: int, step: int, extra: int | None) -> tuple[int, int]:
        if self.windows.padding == "valid":
            return 0, -(max(step - span, 0) if extra is None else extra)
        total = span - step if extra is None else span - span % 2 - extra
        before = max(total // 2, 0)  # an odd one goes from the end, and all that is added there
        return before, total - before

    def count(self, positions: Shape) -> Shape:
        """Return how many positions are written along each axis."""
        axes = zip(positions, self.windows.strides, self.windows.span, self.cuts, strict=True)
        return tuple((p - 1) * step + span - sum(cut) for p, step, span, cut in axes)

    @property
    def back(self) -> Windows:
        """The windows through which z looks back at x, with as many phases as strides.

        Positions of z that lie strides apart are written by the same taps; along an axis
        with strides, the zeros between taps count as taps.
        """
        windows = self.windows
        axes = list(zip(windows.size, windows.span, windows.strides, windows.dilation, strict=True))
        taps = tuple(size if step == 1 else -(-span // step) for size, span, step, _ in axes)
        gaps = tuple(gap if step == 1 else 1 for _, _, step, gap in axes)
        return Windows(taps, (1,) * len(taps), "valid", gaps)
