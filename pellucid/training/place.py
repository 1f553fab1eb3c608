"""The place of a process among those that train together, as `pellucid launch` sets it."""

from collections.abc import Mapping
from typing import NamedTuple

from pellucid.base.errors import ConfigError, explain

COORDINATOR, RANK, RANKS, WAIT = (
    f"PELLUCID_{name}" for name in ("COORDINATOR", "RANK", "RANKS", "WAIT")
)
BY_SCHEDULER = "scheduler"  # in place of the coordinator's address: JAX finds all it needs
LEFT_ALONE = 70  # the exit code of a process that has lost another


class Place(NamedTuple):
    """One process among those that train together; rank 0 is the one that writes."""

    coordinator: str
    rank: int
    ranks: int
    wait: int  # seconds for all to come

    def variables(self) -> dict[str, str]:
        """Return the place as variables of the environment."""
        values = (self.coordinator, self.rank, self.ranks, self.wait)
        return dict(zip((COORDINATOR, RANK, RANKS, WAIT), map(str, values), strict=True))


def place_of(variables: Mapping[str, str]) -> Place | None:
    """Return the place that `pellucid launch` has given this process, if it has.

    Raises:
        ConfigError: the variables do not say one.
    """
    if COORDINATOR not in variables:
        return None
    try:
        rank, ranks, wait = (int(variables[name]) for name in (RANK, RANKS, WAIT))
    except (KeyError, ValueError) as error:
        what, got = "This process does not know its place among those that train.", str(error)
        expected = f"numbers in {RANK}, {RANKS} and {WAIT}"
        raise ConfigError(explain(what, got=got, expected=expected)) from error
    return Place(variables[COORDINATOR], rank, ranks, wait)
