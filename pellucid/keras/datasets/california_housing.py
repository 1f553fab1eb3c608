"""Prices of houses in 20,640 districts of California in 1990, with 8 features."""

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.data.known_files import Halves, known_file, parted

CHECKSUM = "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"
INSTEAD = "or use a table of your own: pellucid.open_data('houses.csv')"
SMALL = 600


def load_data(
    version: str = "large",
    path: str = "california_housing.npz",
    test_split: float = 0.2,
    seed: int = 113,
) -> Halves:
    """Return ((x_train, y_train), (x_test, y_test)): features (rows, 8), prices in dollars.

    `version` is "large" for all districts, "small" for the first 600.

    Raises:
        ConfigError: `version` is neither, or `test_split` no fraction below 1.
        FileError: the file is not to be had, or is not what it should be.
    """
    if version not in ("large", "small"):
        what = "load_data(version=...) has a value it cannot have."
        raise ConfigError(explain(what, got=repr(version), expected="'large' or 'small'"))
    file = known_file(path, "california_housing.npz", CHECKSUM, INSTEAD)
    return parted(file, test_split, seed, SMALL if version == "small" else None)
