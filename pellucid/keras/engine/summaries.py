"""The table of a model's layers, shapes and parameter counts, in Keras's form."""

from typing import Any


def print_summary(*given: Any) -> None:
    """Print the table."""
