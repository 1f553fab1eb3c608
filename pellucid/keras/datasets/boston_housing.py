"""Prices of 506 houses near Boston in the 1970s, with 13 features.

One of the features, "B", supposes that people's skin decides what a house is worth: take
`california_housing` unless that is what is to be shown.
"""

from pellucid.keras.engine.data.known_files import Halves, known_file, parted

CHECKSUM = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"
INSTEAD = "or use a table of your own: pellucid.open_data('houses.csv')"


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Halves:
    """Return ((x_train, y_train), (x_test, y_test)): features (rows, 13), prices in 1,000 dollars.

    Raises:
        ConfigError: `test_split` is no fraction below 1.
        FileError: the file is not to be had, or is not what it should be.
    """
    file = known_file(path, "boston_housing.npz", CHECKSUM, INSTEAD)
    return parted(file, test_split, seed)
