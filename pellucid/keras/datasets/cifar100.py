"""Small colour pictures of a hundred kinds of things, in twenty groups."""

from pellucid.base.errors import ConfigError, explain
from pellucid.keras.engine.data.known_files import Halves, cifar_folder, cifar_part

CHECKSUM = "85cd44d02ba6437773c5bbd22e183051d648de2e7d6b014e1ef29b855ba677a7"


def load_data(label_mode: str = "fine") -> Halves:
    """Return ((x_train, y_train), (x_test, y_test)): pictures (rows, 32, 32, 3), labels (rows, 1).

    `label_mode` is "fine" for the hundred classes, "coarse" for the twenty groups.

    Raises:
        ConfigError: `label_mode` is neither.
        FileError: the files are not to be had, or are not what they should be.
    """
    if label_mode not in ("fine", "coarse"):
        what = "load_data(label_mode=...) has a value it cannot have."
        raise ConfigError(explain(what, got=repr(label_mode), expected="'fine' or 'coarse'"))
    folder = cifar_folder(
        "cifar-100-python-target", "cifar-100-python.tar.gz", CHECKSUM, "cifar-100-python"
    )
    x, y = cifar_part(folder / "train", f"{label_mode}_labels")
    x_test, y_test = cifar_part(folder / "test", f"{label_mode}_labels")
    return (x, y), (x_test, y_test)
