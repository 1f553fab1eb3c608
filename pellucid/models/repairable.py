"""What a model has so that a doctor's remedies can be applied to it and tried."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid.doctor.chart import Chart
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.session import Doctor
from pellucid.layers.layer import Symbol
from pellucid.models.repair import Edits, edited, edits_of, retrained
from pellucid.models.repairing import Repair, repair
from pellucid.network.network import Network
from pellucid.training.rules import EarlyStopping
from pellucid.training.state import Recipe, TrainState


class Repairable(ABC):
    """A model that can be made once more, with a change."""

    _recipe: Recipe | None
    _frozen: frozenset[str]
    _doctor: Doctor | None

    @property
    @abstractmethod
    def network(self) -> Network:
        """The layers and how they are wired."""

    @property
    @abstractmethod
    def train_state(self) -> TrainState:
        """All that training changes."""

    @property
    @abstractmethod
    def weights(self) -> dict[str, Any]:
        """Every parameter and state by its path."""

    @abstractmethod
    def _wired(self, inputs: Sequence[Symbol], outputs: Sequence[Symbol]) -> Any:
        """Return a model like this one, with its seed, from `inputs` to `outputs`."""

    @property
    def findings(self) -> list[Finding]:
        """What the doctor found in the last fit: faults, the gravest first, with remedies."""
        return [] if self._doctor is None else self._doctor.findings

    def findings_so_far(self) -> list[Finding]:
        """Return what the doctor finds now, in the midst of a fit: as a callback may ask."""
        return [] if self._doctor is None else self._doctor.so_far(self.train_state)

    @property
    def chart(self) -> Chart | None:
        """What the doctor saw of the last fit: rows, looks inside, epochs."""
        return None if self._doctor is None else self._doctor.chart

    def repaired(self, *changes: Change) -> Any:
        """Return a new model with some changes made, compiled as this one; this one stays.

        A model that has not been trained hands its weights on, where their shapes are the
        same. Of one that has been, the new model starts where it started, from its seed;
        only frozen layers keep what they have.

        Raises:
            ConfigError: a change is not of the model (but of `fit` or the data), or does
                not suit it.
        """
        edits = edits_of(self.network, changes)
        made = self._wired(*edited(self.network, edits))
        made._set_frozen((self._frozen & set(made.network.owners)) - edits.thawed)
        made.set_weights(self._handed_on(edits, made.weights))
        if self._recipe is not None:
            wanted = {name: value for one in changes for name, value in one.settings.items()}
            made.compile(**retrained(self._recipe, wanted, made.network.outputs))
        return made

    def repair(self, x: Any, y: Any, **arguments: Any) -> Repair:
        """Train, apply the remedy of what is found, train again, and keep it if it helped.

        So on, the gravest finding first, each time from the same seed. `arguments` are
        those of `fit`. This model stays as it is: the value returned has the repaired one.
        """
        return repair(self.repaired(), {"x": x, "y": y, **arguments}, self.stopper)

    @staticmethod
    def stopper(patience: int) -> Any:
        """Return what ends a fit when held-out rows have not done better for some epochs."""
        return EarlyStopping(patience=patience, restore_best_weights=True)

    def _handed_on(self, edits: Edits, fresh: Mapping[str, Any]) -> dict[str, Any]:
        """Return the weights that the model after `edits` keeps, by path."""
        untrained = int(self.train_state.step) == 0
        return {
            path: array
            for path, array in self.weights.items()
            if path in fresh
            and fresh[path].shape == array.shape
            and (owner := path.partition("/")[0]) not in edits.settings
            and (untrained or (owner in self._frozen and owner not in edits.thawed))
        }
