"""The result of `evaluate`: a list of numbers that also answers by name."""

from collections.abc import Mapping
from typing import Any

from pellucid.training.record import Value, short


class Scores(list[Value]):
    """The loss and metrics of some rows, in order and by name.

    Example:
        >>> scores = Scores({"loss": 0.25, "accuracy": 0.9})
        >>> scores[0], scores["accuracy"]
        (0.25, 0.9)
        >>> loss, accuracy = scores
    """

    def __init__(self, values: Mapping[str, Value]) -> None:
        super().__init__(values.values())
        self.names = tuple(values)

    def __getitem__(self, wanted: Any) -> Any:
        return super().__getitem__(self.names.index(wanted) if wanted in self.names else wanted)

    def as_dict(self) -> dict[str, Value]:
        """Return the numbers by name."""
        return dict(zip(self.names, self, strict=True))

    def __repr__(self) -> str:
        return ", ".join(f"{name}={short(value)}" for name, value in self.as_dict().items())
