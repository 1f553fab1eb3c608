"""Models from files."""

from os import PathLike

from pellucid.interop.checkpoint import read_checkpoint
from pellucid.interop.door import warn_of_nonfinite
from pellucid.models.model import Model


def load(path: str | PathLike[str]) -> Model:
    """Return the model that `save` wrote, ready to go on training where it stopped.

    Of NaN or infinity among its weights it warns.

    Raises:
        FileError: there is no such file, or it is damaged, or not a saved model.
    """
    model = Model.restored(read_checkpoint(path))
    warn_of_nonfinite(path, model.weights)
    return model
