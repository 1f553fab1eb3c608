"""A fitted model as bytes, so that an estimator that holds it can be pickled."""

import tempfile
from pathlib import Path
from typing import Any

from pellucid.keras.models import load_model


def pack(model: Any) -> bytes:
    """Return the bytes of the model's `.keras` file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(str(path))
        return path.read_bytes()


def unpack(content: bytes) -> Any:
    """Return the model whose file has these bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        return load_model(str(path))
