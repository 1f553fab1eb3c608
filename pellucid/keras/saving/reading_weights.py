"""Arrays for a model there is, from a file of any of Keras's formats."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from pellucid.base.errors import ConfigError, FileError, ShapeError, explain
from pellucid.interop.door import content_of, guarded, warn_of_nonfinite
from pellucid.keras.saving.archive import read_archive
from pellucid.keras.saving.hdf5 import opened
from pellucid.keras.saving.legacy_reading import is_legacy, take_legacy_weights
from pellucid.keras.saving.weights import take_weights


def load_weights(
    model: Any,
    filepath: str | PathLike[str],
    *,
    skip_mismatch: bool = False,
    by_name: bool = False,
    objects_to_skip: Any = None,
) -> None:
    """Let `model` have the arrays of a file; with `by_name`, those of layers it names alike.

    Raises:
        ShapeError: they are not the model's.
        FileError: the file is not there, or damaged.
    """
    path = Path(filepath)
    if objects_to_skip:
        what = "load_weights takes all layers of a model."
        raise ConfigError(explain(what, got="objects_to_skip", expected="no such argument"))
    if not path.is_file():
        what = f"There is no file {str(path)!r}."
        got = "a folder" if path.is_dir() else "nothing there"
        raise FileError(explain(what, got=got, expected="a .weights.h5, .keras or .h5 file"))
    kind = "file of weights"
    content = read_archive(path).weights if path.suffix == ".keras" else content_of(path, kind)
    with guarded(path, kind, ShapeError):
        file = opened(content)
        legacy = is_legacy(file)
        if legacy:
            take_legacy_weights(model, file, by_name=by_name, skip_mismatch=skip_mismatch)
        elif not by_name:
            take_weights(model, file, skip_mismatch=skip_mismatch)
    if by_name and not legacy:
        what = "Only files of the old format name their layers."
        raise ConfigError(explain(what, got="by_name=True", expected="by_name=False"))
    warn_of_nonfinite(path, {v.path: v.numpy() for v in model.weights})
