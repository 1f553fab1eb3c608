"""# 24. Training with rare classes

Two remedies for page 23. **Class weights**: the loss of a fraud counts as much more as frauds
are fewer, so that both classes weigh the same. **A threshold**: a probability of 0.5 is not a
law; one chooses the threshold on validation rows, by what matters, here F1, and then judges on
test rows, which had no part in the choice.

![Precision, recall and F1 by threshold on the validation rows, without weights](24-thresholds.svg)

![The same with class weights: the best threshold lies far higher](24-thresholds-weighted.svg)

Weights move the probabilities upwards, so many more frauds are found at 0.5, and many more
honest people are bothered. The order of the rows, by which the curve goes, changes little:

![Precision against recall on the test rows, with and without weights](24-curves.svg)

So compare the lines printed: with the threshold chosen, both networks do about equally well.
What weights buy is a useful answer at 0.5. What they cost is that the output is no longer the
probability of a fraud.
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.data.splits import split
from pellucid.functions.scores import average_precision, class_scores, confusion_matrix, pr_curve
from pellucid.layers import Dense, Normalization
from pellucid.plots.classification import precision_recall, thresholds

QUICK = "--quick" in sys.argv
ROWS, FRAUDS, EPOCHS = (6_000, 120, 2) if QUICK else (300_000, 1_000, 15)  # quick: fewer

random = np.random.default_rng(0)
y = np.zeros(ROWS, int)
y[random.choice(ROWS, FRAUDS, replace=False)] = 1
x = np.stack(
    [
        random.normal(3.5 + 1.8 * y, 1.0),  # logarithm of the amount
        random.normal(14 - 9 * y, 4) % 24,  # hour
        random.normal(1.0 + 1.5 * y, 1.0),  # logarithm of the distance from home
        random.exponential(np.where(y, 60, 600)),  # minutes since the last
    ],
    axis=1,
)
train, validation, test = split(ROWS, (0.5, 0.25, 0.25), stratify=y)

curves, areas = {}, {}
for name, weights in (("no weights", None), ("class weights", "balanced")):
    layers = [Normalization(), Dense(32, "relu"), Dense(16, "relu"), Dense(1, "sigmoid")]
    model = pc.Sequential([pc.Input((4,)), *layers])
    model.compile("adam", "binary_crossentropy")
    model.fit(x[train], y[train], epochs=EPOCHS, batch_size=256, class_weight=weights, verbose=0)

    shown = model.predict(x[validation])[:, 0]
    at = np.linspace(0.001, 0.999, 999)
    judged = [
        class_scores(confusion_matrix(y[validation], (shown > t).astype(int), 2), "01")[1]
        for t in at
    ]
    f1 = np.array([one.f1 for one in judged])
    chosen = float(at[f1.argmax()])
    measures = {
        "precision": np.array([one.precision for one in judged]),
        "recall": np.array([one.recall for one in judged]),
        "F1": f1,
    }
    suffix = "-weighted" if weights else ""
    thresholds(at, measures, chosen).savefig(f"24-thresholds{suffix}.svg")

    output = model.predict(x[test])[:, 0]
    for threshold in (0.5, chosen):
        matrix = confusion_matrix(y[test], (output > threshold).astype(int), 2)
        one = class_scores(matrix, ("honest", "fraud"))[1]
        print(f"{name:13} threshold {threshold:.3f}:", end=" ")
        print(f"precision {one.precision:.3f}  recall {one.recall:.3f}  F1 {one.f1:.3f}", end="  ")
        print(f"{matrix[0, 1]:6,} honest ones bothered, {matrix[1, 0]:4} frauds missed")
    curve = pr_curve(y[test], output)
    curves[name], areas[name] = (curve.x, curve.y), average_precision(y[test], output)
precision_recall(curves, areas, float(y[test].mean())).savefig("24-curves.svg")
for name, area in areas.items():
    print(f"{name:13} average precision {area:.3f}")
