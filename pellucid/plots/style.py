"""The one look of all figures: colours, sizes, and how names are written."""

from collections.abc import Mapping
from types import MappingProxyType, ModuleType
from typing import Any

# Okabe and Ito's colours, which people with any kind of colour vision can tell apart.
BLUE, VERMILLION, GREEN, PINK = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
ORANGE, SKY, YELLOW, GREY = "#e69f00", "#56b4e9", "#f0e442", "#8a8f98"
PALETTE = (BLUE, VERMILLION, GREEN, PINK, ORANGE, SKY, GREY, YELLOW)  # yellow is faint on white
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
DASHES = ("-", (0, (5, 1.5)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)))

INK, MUTED, RULE, GRID, SURFACE = "#1f2328", "#59636e", "#c3c9d0", "#e6e9ed", "#ffffff"
ON_COLOUR = "#fdfdfd"  # text on a dark cell: stays light where SURFACE turns dark

# What an SVG shows instead to a reader whose screen is dark; all others suit both.
DARK: Mapping[str, str] = MappingProxyType(
    {
        INK: "#e6e8eb",
        MUTED: "#a3abb5",
        RULE: "#525a65",
        GRID: "#30363e",
        SURFACE: "#171a1f",
        BLUE: "#3d8fe0",
        VERMILLION: "#ec6a2c",
        SKY: "#9ad6f7",  # further from BLUE, which is lighter here
        ORANGE: "#f4bd3f",
    }
)

COLUMN = 7.6  # width in inches of a figure that fills the column of a report
LONGEST_NAME = 22  # characters; a longer name is cut in the middle

SETTINGS: Mapping[str, Any] = MappingProxyType(
    {
        "axes.axisbelow": True,
        "axes.edgecolor": RULE,
        "axes.facecolor": SURFACE,
        "axes.formatter.use_mathtext": False,
        "axes.grid": True,
        "axes.labelcolor": INK,
        "axes.labelsize": 9.5,
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlecolor": INK,
        "axes.titlelocation": "left",
        "axes.titlesize": 10.5,
        "axes.titleweight": "bold",
        "figure.constrained_layout.h_pad": 0.07,
        "figure.constrained_layout.use": True,
        "figure.constrained_layout.w_pad": 0.07,
        "figure.facecolor": SURFACE,
        "font.size": 9.5,
        "grid.color": GRID,
        "grid.linewidth": 0.8,
        "legend.edgecolor": "none",
        "legend.facecolor": SURFACE,
        "legend.fontsize": 9,
        "legend.framealpha": 0.85,
        "legend.labelcolor": INK,
        "lines.linewidth": 1.8,
        "savefig.facecolor": SURFACE,
        "svg.fonttype": "none",
        "svg.hashsalt": "pellucid",
        "text.color": INK,
        "text.parse_math": False,
        "xtick.color": RULE,
        "xtick.labelcolor": MUTED,
        "xtick.labelsize": 8.5,
        "ytick.color": RULE,
        "ytick.labelcolor": MUTED,
        "ytick.labelsize": 8.5,
    }
)


def library() -> ModuleType:
    """Return matplotlib, which is imported when the first figure is drawn."""
    import matplotlib
    import matplotlib.cm
    import matplotlib.colors
    import matplotlib.figure
    import matplotlib.ticker

    return matplotlib


def colour(index: int) -> str:
    """Return the colour of the class or series with this number; they repeat after eight."""
    return PALETTE[index % len(PALETTE)]


def label(name: object, longest: int = LONGEST_NAME) -> str:
    """Return a name that can stand in a figure: printable, and no longer than fits.

    matplotlib leaves names that begin with an underscore out of legends, so they get a space.
    """
    text = printable(name)
    if len(text) > longest:
        kept = longest - 1
        text = f"{text[: kept - kept // 3]}…{text[len(text) - kept // 3 :]}"
    return f" {text}" if text.startswith("_") else text


def printable(value: object) -> str:
    """Return the text of `value` with what cannot be shown, or stand in XML, replaced."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))
