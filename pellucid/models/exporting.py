"""A model as a file that runs without Pellucid."""

import hashlib
from abc import ABC, abstractmethod
from os import PathLike
from pathlib import Path

from pellucid.base.errors import ConfigError, FileError, explain
from pellucid.base.types import Params, State
from pellucid.interop.at_rest.networks import at_rest
from pellucid.interop.atomic import write_atomically
from pellucid.interop.numpy_file import numpy_source
from pellucid.interop.onnx_file import onnx_bytes
from pellucid.interop.stablehlo import stablehlo_bytes
from pellucid.network.network import Network
from pellucid.training.state import TrainState

FORMATS = {"onnx": ".onnx", "numpy": ".py", "stablehlo": ".stablehlo"}


class Exportable(ABC):
    """Something with a network that can be used elsewhere."""

    @property
    @abstractmethod
    def network(self) -> Network:
        """The layers and how they are wired."""

    @property
    @abstractmethod
    def train_state(self) -> TrainState:
        """All that training changes."""

    def export(self, path: str | PathLike[str], format: str | None = None) -> None:
        """Write the model as it predicts to a file that runs without Pellucid.

        The `format` is "onnx", "numpy" (a Python file that needs NumPy only) or "stablehlo"
        (for JAX); if it is not given, the end of the path says it: .onnx, .py, .stablehlo.
        See `export_network`.
        """
        train = self.train_state
        export_network(self.network, train.params, train.state, path, format)


def export_network(
    network: Network,
    params: Params,
    state: State,
    path: str | PathLike[str],
    format: str | None = None,
) -> None:
    """Write a network as it predicts, whole or not at all.

    Noise of training is left out, and batch normalisation uses what training averaged.
    Predictions agree to rounding. Beside a .stablehlo file lies its SHA-256.

    Raises:
        ConfigError: neither `format` nor the path says a known one; or a layer cannot be
            exported, and the message says why.
        StateError: "onnx" was asked for, and the package is not installed.
        FileError: the file cannot be written.
    """
    target = Path(path)
    format = format or _format_of(target)
    if format not in FORMATS:
        what, expected = f"There is no format {format!r} to export to.", ", ".join(FORMATS)
        raise ConfigError(explain(what, got=format, expected=expected))
    if format == "stablehlo":
        content = stablehlo_bytes(network, params, state)
        digest = f"{hashlib.sha256(content).hexdigest()}  {target.name}\n".encode()
        _write(target.with_name(f"{target.name}.sha256"), digest)
    elif format == "onnx":
        content = onnx_bytes(network, at_rest(network, params, state))
    else:
        about = f"The network {target.stem}, written by Pellucid as plain NumPy."
        content = numpy_source(at_rest(network, params, state), about).encode()
    _write(target, content)


def _format_of(path: Path) -> str:
    for format, ending in FORMATS.items():
        if path.suffix.lower() == ending:
            return format
    what = f"{path} does not say which format to export to."
    expected, hint = ", ".join(FORMATS.values()), 'or format="onnx"'
    if path.suffix.lower() == ".keras":
        hint = "pellucid.keras.saving.save_model(model, path)"
    raise ConfigError(explain(what, got=path.suffix or "no ending", expected=expected, hint=hint))


def _write(path: Path, content: bytes) -> None:
    try:
        write_atomically(path, content)
    except OSError as error:
        what = f"{path} cannot be written."
        raise FileError(
            explain(what, got=error.strerror, expected="a file in a folder there is")
        ) from error
