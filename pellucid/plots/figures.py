"""How a figure is made, and how it becomes bytes: the same data, the same bytes."""

import base64
import functools
import io
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, ParamSpec, TypeAlias

import numpy as np
from jaxtyping import Real

from pellucid.plots.style import COLUMN, DARK, SETTINGS, library

Figure: TypeAlias = Any  # matplotlib.figure.Figure, which is not imported before it is drawn
Axes: TypeAlias = Any  # matplotlib.axes.Axes
Numbers: TypeAlias = Sequence[float] | Real[np.ndarray, "_"]
P = ParamSpec("P")

PIXELS_PER_INCH = 144  # twice a report column's, for sharp screens


def drawn(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Return `draw` such that its figure has our style and shows itself in notebooks."""

    @functools.wraps(draw)
    def in_style(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with _our_settings():
            figure = draw(*args, **kwargs)
        # A figure made without pyplot shows nothing in a notebook unless it has this.
        figure._repr_svg_ = functools.partial(to_svg, figure)
        figure.savefig = functools.partial(_save, figure, figure.savefig)
        return figure

    return in_style


def _save(figure: Figure, save: Callable[..., None], to: Any, **settings: Any) -> None:
    """Save as matplotlib does, in our style; an SVG as `to_svg` writes it, without a date."""
    named_svg = isinstance(to, str | PathLike) and str(to).lower().endswith(".svg")
    if named_svg and not settings:
        Path(to).write_text(to_svg(figure), encoding="utf-8")
        return
    with _our_settings():
        save(to, **settings)


def new_figure(height: float, width: float = COLUMN) -> Figure:
    """Return an empty figure; sizes in inches. It belongs to no window and no global list."""
    return library().figure.Figure(figsize=(width, height))


def panels(count: int, height: float, across: int = 2, **shared: Any) -> tuple[Figure, list[Axes]]:
    """Return a figure with `count` axes, row by row, each `height` inches high."""
    across = max(1, min(across, count))
    down = max(1, -(-count // across))
    figure = new_figure(height * down)
    axes = figure.subplots(down, across, squeeze=False, **shared).ravel().tolist()
    for unused in axes[count:]:
        unused.remove()
    return figure, axes[:count]


def to_svg(figure: Figure) -> str:
    """Return a figure as SVG that also suits a dark screen, without a date or a host."""
    written = io.StringIO()
    metadata = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with _our_settings():
        figure.savefig(written, format="svg", dpi=PIXELS_PER_INCH, metadata=metadata)
    return written.getvalue().replace("</style>", f"{_dark_rules()}</style>", 1)


def to_png(figure: Figure) -> bytes:
    """Return a figure as a PNG of 144 pixels an inch."""
    written = io.BytesIO()
    with _our_settings():
        figure.savefig(written, format="png", dpi=PIXELS_PER_INCH, metadata={"Software": None})
    return written.getvalue()


def data_uri(picture: str | bytes) -> str:
    """Return an SVG (text) or a PNG (bytes) as an address that holds the picture itself."""
    kind = "svg+xml" if isinstance(picture, str) else "png"
    raw = picture.encode() if isinstance(picture, str) else picture
    return f"data:image/{kind};base64,{base64.b64encode(raw).decode()}"


@contextmanager
def _our_settings() -> Iterator[None]:
    matplotlib = library()
    with matplotlib.rc_context(), warnings.catch_warnings():
        # An SVG keeps letters as text, so a script that this font lacks is still shown.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


def _dark_rules() -> str:
    """CSS by the colours that matplotlib writes into each element's style."""
    rules = (
        f'[style*="{paint}: {light}"]{{{paint}:{dark} !important}}'
        for light, dark in DARK.items()
        for paint in ("fill", "stroke")
    )
    return f"@media (prefers-color-scheme: dark){{{''.join(rules)}}}"
