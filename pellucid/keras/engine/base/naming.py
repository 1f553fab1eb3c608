"""The names of layers that have none: dense, dense_1, ... counted by process, as in Keras."""

import re

_counts: dict[str, int] = {}


def snake_case(class_name: str) -> str:
    """Return a class's name as Keras writes it in layers' names and files.

    Example:
        >>> snake_case("MaxPooling2D"), snake_case("ReLU"), snake_case("PReLU"), snake_case("LSTM")
        ('max_pooling2d', 're_lu', 'p_re_lu', 'lstm')
    """
    word = re.sub(r"\W+", "", class_name)
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=.)(?=[A-Z][a-z])", "_", word).lower()


def auto_name(prefix: str) -> str:
    """Return `prefix`, or prefix_1, prefix_2, ... when it was given out before."""
    count = _counts.get(prefix, 0)
    _counts[prefix] = count + 1
    return f"{prefix}_{count}" if count else prefix


def forget_names() -> None:
    """Begin counting anew, as `clear_session` does."""
    _counts.clear()
