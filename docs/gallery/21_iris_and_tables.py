"""# 21. Iris, and any table like it

Iris: four lengths of a flower in centimetres, three species, 150 flowers. `run` scales the
columns, takes softmax for three classes and judges on flowers it has not learnt from.

![The plane of petal length and width, coloured by the species the network says](21-boundary.svg)

Setosa lies apart; versicolor and virginica touch. The background is what the network would
say, the other two lengths being at their mean.

Any CSV with a header works the same way: words become one-hot columns, the last column is the
target unless `target` says otherwise, and what was decided is noted. Empty cells are refused
until one says what they mean. The second part writes such a file, with words and empty cells,
trains from it with `missing="median"`, and asks for two new rows.

![Which fruits are taken for which](21-fruit.svg)

On the command line: `pellucid train fruit.csv --missing median`, then
`pellucid predict runs/fruit-1 new.csv`.
"""

import csv
import sys
from pathlib import Path

import numpy as np

import pellucid as pc
from pellucid.data.reading import Reading
from pellucid.experiments.prediction import predict_rows
from pellucid.experiments.running import Outcome
from pellucid.plots.classification import confusion

QUICK = "--quick" in sys.argv
EPOCHS = 10 if QUICK else None  # quick: few epochs; else until validation says stop


def say(outcome: Outcome) -> None:
    """Print how a run went."""
    judged = outcome.material.judgement
    score = judged.headline
    print(f"{judged.rows} rows held out: {score.name} {score.value:.3f};", end=" ")
    print(f"{judged.baseline}: {score.baseline:.3f}")


iris = pc.run(pc.Experiment("iris", epochs=EPOCHS), folder="iris", verbose=0)
say(iris)
ready = iris.material.ready
iris.run.model.plot_boundary(
    ready.x,
    ready.y,
    columns=(2, 3),
    class_names=ready.encoding.class_names,
    feature_names=ready.encoding.feature_names,
).savefig("21-boundary.svg")

random = np.random.default_rng(0)
fruits = {"apple": (180, 7.5), "lemon": (110, 6.0), "plum": (60, 4.5)}  # grams, centimetres
colours = {"apple": ["red", "green"], "lemon": ["yellow", "green"], "plum": ["blue", "red"]}
rows = []
for name in random.choice(list(fruits), 300):
    weight, width = random.normal(fruits[name], (35, 0.8))
    shown = "" if random.random() < 0.05 else f"{weight:.0f}"  # nobody weighed it
    rows.append([shown, f"{width:.1f}", random.choice(colours[name]), name])
with Path("fruit.csv").open("w", newline="", encoding="utf-8") as file:
    csv.writer(file).writerows([["weight", "width", "colour", "fruit"], *rows])

reading = Reading(missing="median")
fruit = pc.run(pc.Experiment("fruit.csv", reading, epochs=EPOCHS), folder="fruit", verbose=0)
say(fruit)
print("columns:", ", ".join(fruit.material.ready.encoding.feature_names))
for note in fruit.material.ready.notes:
    print("note:", note)
judged = fruit.material.judgement
confusion(np.array(judged.confusion), judged.class_names).savefig("21-fruit.svg")

new = "weight,width,colour\n150,7.1,green\n,4.4,blue\n"
Path("new.csv").write_text(new, encoding="utf-8")
print(predict_rows(fruit.run, "new.csv").to_csv().strip())
