"""Models from files."""

from os import PathLike
from pathlib import Path

from pellucid.base.errors import FileError, explain
from pellucid.interop.checkpoint import read_checkpoint
from pellucid.interop.door import warn_of_nonfinite
from pellucid.models.model import Model

KERAS = "pellucid.keras.saving.load_model(path)"
READ_BY = {".onnx": "pc.load_onnx(path)", ".keras": KERAS, ".h5": KERAS, ".hdf5": KERAS}


def load(path: str | PathLike[str]) -> Model:
    """Return the model that `save` wrote, ready to go on training where it stopped.

    Of NaN or infinity among its weights it warns.

    Raises:
        FileError: there is no such file, or it is damaged, or not a saved model.
    """
    try:
        model = Model.restored(read_checkpoint(path))
    except FileError as error:
        ending = Path(path).suffix.lower()
        if ending not in READ_BY or not Path(path).is_file():
            raise
        what = f"{path} is no file that `save` of a pellucid.Model wrote."
        hint = READ_BY[ending]
        raise FileError(explain(what, got=ending, expected=".safetensors", hint=hint)) from error
    warn_of_nonfinite(path, model.weights)
    return model
