"""Models from files."""

from os import PathLike

from pellucid.interop.checkpoint import read_checkpoint
from pellucid.models.model import Model


def load(path: str | PathLike[str]) -> Model:
    """Return the model that `save` wrote, ready to go on training where it stopped.

    Raises:
        FileError: there is no such file, or it is damaged, or not a saved model.
    """
    return Model.restored(read_checkpoint(path))
