"""How rows are to be read: every choice a user has, declared once."""

from collections.abc import Iterable, Sequence

from pellucid.base.config import Config, config, option
from pellucid.base.errors import ConfigError, explain

MISSING = ("refuse", "mean", "median", "most_frequent", "category", "drop")


def as_names(given: str | Iterable[str]) -> tuple[str, ...]:
    """Return one name or several as a tuple of names."""
    return (given,) if isinstance(given, str) else tuple(given)


def as_size(given: int | Iterable[int]) -> tuple[int, ...]:
    """Return 32 or (32, 24) as (height, width).

    Raises:
        ConfigError: the size is not one or two numbers of at least 1.
    """
    size = (given, given) if isinstance(given, int) else tuple(given)
    if len(size) != 2 or any(not isinstance(side, int) or side < 1 for side in size):
        what = "Reading(size=...) is not the size of a picture."
        raise ConfigError(explain(what, got=repr(given), expected="(height, width), or one number"))
    return size


def as_delimiter(given: str) -> str:
    """Return the one letter between two cells; "tab" is one too.

    Raises:
        ConfigError: it is more than one letter, or none.
    """
    delimiter = "\t" if given in ("tab", "\\t") else given
    if len(delimiter) != 1 or not delimiter.isascii():
        what = "Reading(delimiter=...) is not a single letter."
        raise ConfigError(explain(what, got=repr(given), expected="one of , ; | or 'tab'"))
    return delimiter


@config
class Reading(Config):
    """What a user may say about data: of tables, of pictures, and of generated sets.

    A missing cell is refused unless `missing` says what to put there. A number then gets
    the mean, median or most frequent value of the training rows, a category the most
    frequent one. "category" keeps it visible: a category of its own, and for a number the
    median with a further 0/1 feature. "drop" leaves the row out.
    """

    target: str | None = option(default=None, about="the column to predict")
    task: str | None = option(
        default=None,
        choices=("classification", "regression"),
        about="what to predict: which or how much",
    )
    missing: str = option(default="refuse", choices=MISSING, about="what to do about empty cells")
    na_values: Sequence[str] = option(
        default=(), convert=as_names, about="words that mean an empty cell, such as NA or ?"
    )
    categorical: Sequence[str] = option(
        default=(), convert=as_names, about="columns that name things, whatever they look like"
    )
    drop: Sequence[str] = option(default=(), convert=as_names, about="columns to leave out")
    groups: str | None = option(default=None, about="the column whose rows must stay together")
    time: str | None = option(default=None, about="the column that orders the rows in time")
    delimiter: str | None = option(
        default=None, convert=as_delimiter, about="what stands between the cells of a line"
    )
    decimal: str = option(default=".", choices=(".", ","), about="what 1.5 has for its point")
    on_bad_row: str = option(
        default="refuse",
        choices=("refuse", "skip"),
        about="what to do about lines with too many or too few cells",
    )
    text_encoding: str = option(default="utf-8", about="how the file's letters are written")
    unknown: str = option(
        default="refuse", choices=("refuse", "ignore"), about="categories the training rows lack"
    )
    size: int | Sequence[int] | None = option(
        default=None, convert=as_size, about="height and width to bring pictures to"
    )
    channels: int | None = option(
        default=None, choices=(1, 3, 4, None), about="1 for grey, 3 for colour, 4 with opacity"
    )
    rows: int | None = option(default=None, at_least=1, about="how many rows to generate")
    noise: float | None = option(default=None, at_least=0, about="how far points stray")
    seed: int = option(default=0, at_least=0, about="which rows are generated")
    folder: str | None = option(default=None, about="where the files of a known set lie")


PLAIN = Reading()
