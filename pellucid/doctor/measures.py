"""Whether metrics say something about their task."""

from collections.abc import Iterator

from pellucid.doctor.chart import Chart
from pellucid.doctor.check import check
from pellucid.doctor.finding import Change, Finding
from pellucid.doctor.task import NUMBERS


@check("program")
def metrics(chart: Chart) -> Iterator[Finding]:
    """Look for metrics that count right classes where there are none, or exact equality."""
    for output, task in chart.tasks.items():
        for measure in chart.measures_of(output):
            kind = type(measure.metric).__name__
            if "Accuracy" in kind and task.kind == NUMBERS:
                yield Finding(
                    "wrong_metric",
                    "warning",
                    f"{measure.name} counts answers that are exactly right, and the targets are "
                    "amounts",
                    'use "mae" or "r2_score"',
                    layer=output,
                    change=Change("compile", 'metrics=["mae"]', {"metrics": ["mae"]}),
                )
            elif measure.name == "accuracy" and kind == "OwnMetric":
                yield Finding(
                    "wrong_metric",
                    "warning",
                    f"{measure.name} counts outputs that equal the label, and outputs are "
                    "probabilities",
                    'use "accuracy", in small letters',
                    layer=output,
                    change=Change("compile", 'metrics=["accuracy"]', {"metrics": ["accuracy"]}),
                )
