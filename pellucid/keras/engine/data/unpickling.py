"""Reading pickles of arrays and lists without running what they say.

Keras's sets of words and of small pictures are pickles. A pickle may call anything; here it
may only put arrays together, and everything else is refused before it is looked up.
"""

import io
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.base.errors import FileError, explain

ALLOWED = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy._core.multiarray", "_reconstruct"),
}
LARGEST = 1 << 31  # bytes of one array


class ArraysOnly(pickle.Unpickler):
    """An unpickler that knows arrays, numbers, words, lists and dictionaries, and no functions."""

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        """Return one of the few allowed things by its name.

        Raises:
            pickle.UnpicklingError: it is not among them.
        """
        module = module_name.replace("numpy.core.", "numpy._core.")  # as NumPy 1 called it
        if (module, global_name) not in ALLOWED:
            raise pickle.UnpicklingError(f"it asks for {module_name}.{global_name}")
        return super().find_class(module, global_name)


def read_pickle(path: Path, encoding: str = "ASCII") -> Any:
    """Return the arrays, lists and words in a pickle.

    Raises:
        FileError: it is no whole pickle, or asks for anything else.
    """
    with path.open("rb") as file:
        return _guarded(path, lambda: ArraysOnly(file, encoding=encoding).load())


def read_npz(path: Path, *names: str) -> tuple[np.ndarray, ...]:
    """Return arrays of an .npz file by name, lists of words among them.

    Raises:
        FileError: it is no whole .npz file, lacks a name, or asks for anything but arrays.
    """

    def read() -> tuple[np.ndarray, ...]:
        with zipfile.ZipFile(path) as archive:
            return tuple(_member(archive, path, name) for name in names)

    return _guarded(path, read)


def _member(archive: zipfile.ZipFile, path: Path, name: str) -> np.ndarray:
    known = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    info = known.get(name)
    if info is None or info.file_size > LARGEST:
        what = (
            f"{path.name} holds no array called {name!r}."
            if info is None
            else (f"The array {name!r} in {path.name} is too large to be what it should be.")
        )
        expected = name if info is None else f"at most {LARGEST} bytes"
        got = ", ".join(known) if info is None else f"{info.file_size} bytes"
        raise FileError(explain(what, got=got, expected=expected, hint="fetch the file again"))
    stream = io.BytesIO(archive.read(info))
    major, _ = np.lib.format.read_magic(stream)
    header = (
        np.lib.format.read_array_header_1_0 if major == 1 else (np.lib.format.read_array_header_2_0)
    )
    shape, _, kind = header(stream)
    if not kind.hasobject:
        stream.seek(0)
        return np.lib.format.read_array(stream, allow_pickle=False)
    array = ArraysOnly(stream).load()
    if not isinstance(array, np.ndarray) or array.shape != shape:
        raise pickle.UnpicklingError(f"{name} is no array of shape {shape}")
    return array


def _guarded(path: Path, read: Any) -> Any:
    try:
        return read()
    except FileError:
        raise
    except (pickle.UnpicklingError, zipfile.BadZipFile, EOFError, ValueError, KeyError,
            AttributeError, ImportError, IndexError, TypeError, OSError) as error:  # fmt: skip
        what, got = f"{path.name} cannot be read.", f"{type(error).__name__}: {error}"
        hint = f"delete it and fetch it again: {path}"
        raise FileError(explain(what, got=got, expected="arrays alone", hint=hint)) from error
