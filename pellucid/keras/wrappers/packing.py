"""A fitted model as bytes, so that an estimator that holds it can be pickled."""

from typing import Any

from pellucid.interop.packing import packed, unpacked
from pellucid.keras.models import load_model

SUFFIX = ".keras"


def pack(model: Any) -> bytes:
    """Return the bytes of the model's `.keras` file."""
    return packed(model.save, SUFFIX)


def unpack(content: bytes) -> Any:
    """Return the model whose file has these bytes."""
    return unpacked(content, load_model, SUFFIX)
