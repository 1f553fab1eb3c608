"""What a doctor says of a model before any training, and by small trainings on the side."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any

from pellucid.base.errors import DataError
from pellucid.doctor.chart import Chart, Rows, Settings
from pellucid.doctor.finding import Finding
from pellucid.doctor.session import Doctor, settled_silence
from pellucid.models.label_noise import judge_labels
from pellucid.models.one_batch import learn_by_heart
from pellucid.models.pictured import Lesson
from pellucid.models.rate_range import try_rates
from pellucid.models.rehearsal import rehearsal_of
from pellucid.models.view import View

RANGE = (1e-6, 10.0, 200)  # learning rates from, to, and in how many updates


class Diagnosable(ABC):
    """A model that can be diagnosed on rows without being trained on them."""

    @abstractmethod
    def lesson_of(self, x: Any, y: Any) -> Lesson:
        """Return what training on `x` and `y` would go by. Nothing changes."""

    @abstractmethod
    def view_of(self, x: Any) -> View:
        """Return the network as it stands with the rows `x`."""

    def diagnose(
        self,
        x: Any,
        y: Any,
        *,
        validation_data: tuple[Any, Any] | None = None,
        batch_size: int = 32,
        epochs: int = 1,
        deep: bool = False,
        silence: Sequence[str] | str = (),
    ) -> list[Finding]:
        """Return what the doctor finds in the model, the rows and a first look, before training.

        With `deep`, copies of the model are trained on the side, too: on one batch
        (`overfit_batch`), through a range of learning rates (`learning_rate_range`), and on
        folds of the rows, to see which labels they contradict (`find_label_noise`). That
        takes as long as several short fits. Nothing of the model changes, its weights and
        random numbers neither.

        Raises:
            DataError, ShapeError: the rows do not fit the model; naming row and column.
            StateError: the model is not compiled.
        """
        lesson = self.lesson_of(x, y)
        there = None if validation_data is None else self.lesson_of(*validation_data).examples
        apart = None if there is None else Rows(there.inputs, there.targets)
        settings = Settings(batch_size, epochs, split="none" if apart is None else "given")
        rows = Rows(lesson.examples.inputs, lesson.examples.targets)
        silenced = {*settled_silence(silence), *(("no_validation",) if apart is None else ())}
        doctor = Doctor(Chart(lesson.recipe, rows, apart, settings), silenced=silenced)
        doctor.before()
        doctor.watch(lesson.examples)
        doctor.look(lesson.train_state)
        if deep:
            doctor.told(self.deep_findings(x, y, batch_size))
        view = self.view_of(x)
        names = {node.name: view.called(node.name) for node in view.network.nodes}
        return [found.called(names) for found in doctor.findings]

    def deep_findings(self, x: Any, y: Any, batch_size: int = 32) -> Iterator[Finding]:
        """Give what small trainings of copies of the model say, one after another."""
        rehearsal = rehearsal_of(self, x, y)
        yield from learn_by_heart(rehearsal, batch_size, 1000).findings
        yield from try_rates(rehearsal, *RANGE, batch_size).findings
        try:
            yield from judge_labels(rehearsal, 5, None, batch_size).findings
        except DataError:  # no one class a row
            return
