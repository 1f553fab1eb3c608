"""What can be said of data before anything is trained on them."""

from typing import Any

from pellucid.data.reading import Reading
from pellucid.doctor.chart import Chart, Rows, Settings
from pellucid.doctor.finding import Finding
from pellucid.doctor.session import Doctor
from pellucid.experiments.answers import targets
from pellucid.experiments.design import design
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.preparing import prepare


def of_data(data: Any, target: str | None = None) -> list[Finding]:
    """Return what the doctor finds in data and the network that would be trained on them.

    Raises:
        DataError, FileError: the data cannot be read.
    """
    experiment = Experiment(str(data), reading=Reading(target=target) if target else Reading())
    ready = prepare(experiment)
    train, held_out, _ = ready.parts
    made = design(experiment, ready.encoding, ready.x[train], ready.y[train])
    y = targets(ready.encoding, ready.y, made.loss)
    network, output = made.model.network, made.model.network.outputs[0]

    def rows(places: Any) -> Rows:
        return Rows({network.inputs[0].name: ready.x[places]}, {output: y[places]})

    settings = Settings(made.batch_size, made.epochs, split="stratified")
    doctor = Doctor(Chart(made.model.recipe, rows(train), rows(held_out), settings))
    doctor.before()
    return doctor.findings
