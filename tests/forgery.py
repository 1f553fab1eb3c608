"""How a file of each format is changed by somebody who knows it: its checksums are made right."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import onnx
import safetensors.numpy

from pellucid.interop.onnx_file import SETTINGS, SHA256
from pellucid.interop.onnx_file import digest as onnx_digest
from pellucid.interop.sealed import Sealed
from pellucid.interop.sealed import digest as sealed_digest
from pellucid.keras.saving.hdf5 import SEAL, sealed

KERNEL = "layers/dense/vars/0"


def of_safetensors(change: Callable[[dict[str, Any], dict[str, np.ndarray]], Any]) -> Any:
    """Change the description and the arrays, and sign them anew."""

    def changed(content: bytes) -> bytes:
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])["__metadata__"]
        described, arrays = json.loads(header["pellucid"]), safetensors.numpy.load(content)
        del described["sha256"]
        change(described, arrays)
        described["sha256"] = sealed_digest(Sealed(described, arrays))
        return safetensors.numpy.save(arrays, {"pellucid": json.dumps(described)})

    return changed


def of_header(change: Callable[[dict[str, Any]], Any]) -> Any:
    """Change the table of arrays in the header of safetensors."""

    def changed(content: bytes) -> bytes:
        length = int.from_bytes(content[:8], "little")
        header = json.loads(content[8 : 8 + length])
        change(header)
        packed = json.dumps(header).encode()
        return len(packed).to_bytes(8, "little") + packed + content[8 + length :]

    return changed


def of_zip(change: Callable[[dict[str, bytes]], Any], method: int = zipfile.ZIP_STORED) -> Any:
    """Change the members of a `.keras` file."""

    def changed(content: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        change(members)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", method) as archive:
            for name, member in members.items():
                archive.writestr(name, member)
        return packed.getvalue()

    return changed


def of_config(change: Callable[[dict[str, Any]], Any]) -> Any:
    """Change the description of the model in a `.keras` file."""

    def within(members: dict[str, bytes]) -> None:
        config = json.loads(members["config.json"])
        change(config)
        members["config.json"] = json.dumps(config).encode()

    return of_zip(within)


def of_arrays(change: Callable[[h5py.File], Any]) -> Any:
    """Change an HDF5 file with h5py, and seal it anew."""

    def changed(content: bytes) -> bytes:
        held = io.BytesIO(content[: content.rindex(SEAL)])
        with h5py.File(held, "r+") as file:
            change(file)
        return sealed(held.getvalue())

    return changed


def in_place_of_kernel(make: Callable[[h5py.Group, str], Any]) -> Any:
    """Put something else where the first array was."""

    def change(file: h5py.File) -> None:
        group, _, name = KERNEL.rpartition("/")
        del file[KERNEL]
        make(file[group], name)

    return of_arrays(change)


def of_onnx(change: Callable[[Any], Any]) -> Any:
    """Change a model of ONNX, and sign it anew if it is Pellucid's."""

    def changed(content: bytes) -> bytes:
        model = onnx.load_model_from_string(content)
        change(model)
        told = {prop.key: prop for prop in model.metadata_props}
        if SHA256 in told:
            told[SHA256].value = onnx_digest(model, told[SETTINGS].value)
        return model.SerializeToString()

    return changed


def of_settings(old: str, new: str) -> Any:
    """Change the network that an ONNX file of Pellucid's describes."""

    def change(model: Any) -> None:
        told = next(prop for prop in model.metadata_props if prop.key == SETTINGS)
        told.value = told.value.replace(old, new)

    return of_onnx(change)


def first_layer(config: dict[str, Any]) -> dict[str, Any]:
    """The settings of the first Dense layer of a `.keras` file."""
    return config["config"]["layers"][1]["config"]


def described_layer(described: dict[str, Any]) -> dict[str, Any]:
    """The first layer of a saved model."""
    return described["network"]["nodes"][0]
