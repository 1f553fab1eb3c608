"""Who looks on at a fit from outside: nobody, unless a lab is open on the model."""

from collections.abc import Iterator
from typing import Any


class Nobody:
    """Stands where an onlooker may stand. It is called as a fit on arrays begins."""

    def __call__(self, *fit: Any) -> "Nobody":
        """Return what goes along with the fit: its trainer, doctor, rows and settings are told."""
        return self

    def pace_beside(self, pace: Any) -> Any:
        """Return how far a block may go."""
        return pace

    def heard(self, records: Iterator[Any]) -> Iterator[Any]:
        """Give the records on."""
        return records


NOBODY = Nobody()
