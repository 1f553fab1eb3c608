"""Where a network begins."""

from collections.abc import Sequence

from pellucid.layers.layer import Symbol


def Input(  # noqa: N802 (Keras's name)
    shape: Sequence[int], name: str | None = None, dtype: str = "float32"
) -> Symbol:
    """Return a placeholder for one input of the network, without the batch axis.

    `dtype` is "float32" for numbers, "int32" for what an Embedding or encoder looks up.
    """
    return Symbol(tuple(shape), name=name, dtype=dtype)
