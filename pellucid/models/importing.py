"""Models from files of other kinds than `save` writes."""

from os import PathLike

import numpy as np

from pellucid.interop.checkpoint import Checkpoint
from pellucid.interop.door import warn_of_nonfinite
from pellucid.interop.onnx_reading import read_onnx
from pellucid.models.model import Model
from pellucid.training.state import TrainState, seed_bits


def load_onnx(path: str | PathLike[str]) -> Model:
    """Return the model in an ONNX file, ready to predict, to look into, or to `compile`.

    Of a file that `export` wrote, layers, names and arrays are those of the model that was
    exported; what ONNX does not need, such as the optimizer's memory, begins anew. Of other
    programs' files, feed-forward networks of common operators are read, and whatever else
    they have is refused by its name; their channels stay first. The package `onnx` is needed.

    Raises:
        FileError: there is no such file; or it is damaged, was changed, or has an operator
            that no layer is known for.
    """
    network, params, state = read_onnx(path)
    rate, count = np.zeros((), "f"), np.zeros((), "int32")
    train = TrainState(params, state, {}, rate, count, count, seed_bits(0))
    model = Model.restored(Checkpoint(network, None, train))
    warn_of_nonfinite(path, model.weights)
    return model
