"""# 23. A thousand frauds

Among many transactions a few are fraudulent. Who says "honest" to every one of them is right
nearly always, and finds not one fraud: the accuracy says nothing. Two questions do:

- recall, TP / (TP + FN): of the frauds, how many were found?
- precision, TP / (TP + FP): of those called fraud, how many were?

F1 is the harmonic mean of the two. Here are 300,000 made-up transactions with 1,000 frauds,
whose amounts, hours and distances are somewhat unusual. Nobody can tell all of them apart:
many frauds look like honest transactions.

![Precision against recall over all thresholds, far above chance](23-precision-recall.svg)

The curve shows what can be had: each threshold is a point on it. Page 24 chooses one.

`pellucid train` sees that classes are unbalanced: it lets balanced accuracy, the mean recall
over the classes, count in the place of accuracy, puts the constant answer beside it, and says
precision, recall and F1 of each class.

![Nearly all transactions are honest, and a part of the frauds is found](23-confusion.svg)
"""

import sys

import numpy as np
import pandas as pd

import pellucid as pc
from pellucid.functions.scores import average_precision, pr_curve
from pellucid.plots.classification import confusion, precision_recall

QUICK = "--quick" in sys.argv
ROWS, FRAUDS, EPOCHS = (6_000, 120, 2) if QUICK else (300_000, 1_000, 20)  # quick: fewer

random = np.random.default_rng(0)
is_fraud = np.zeros(ROWS, bool)
is_fraud[random.choice(ROWS, FRAUDS, replace=False)] = True
frame = pd.DataFrame(
    {
        "log_amount": random.normal(3.5 + 1.8 * is_fraud, 1.0),
        "hour": (random.normal(14 - 9 * is_fraud, 4) % 24).round(2),
        "log_km_from_home": random.normal(1.0 + 1.5 * is_fraud, 1.0),
        "minutes_since_last": random.exponential(np.where(is_fraud, 60, 600)).round(1),
        "kind": np.where(is_fraud, "fraud", "honest"),
    }
)
outcome = pc.run(
    pc.Experiment("transactions", network="32-16", epochs=EPOCHS),
    data=pc.open_data(frame, target="kind"),
    folder="frauds",
    verbose=0,
)
judged = outcome.material.judgement
print(f"{judged.rows:,} rows held out; unbalanced: {judged.unbalanced}")
print(f"constant answer: {judged.baseline}")
for score in judged.scores:
    beside = "" if score.baseline is None else f"   constant answer {score.baseline:.4f}"
    print(f"{score.name:30} {score.value:.4f}{beside}")
print("\nclass    precision  recall    F1       rows")
for one in judged.classes:
    print(f"{one.name:8} {one.precision:8.3f} {one.recall:8.3f} {one.f1:8.3f} {one.support:8,}")

fraud = judged.class_names.index("fraud")
true, surely = outcome.material.true == fraud, outcome.material.output[:, fraud]
curve, area = pr_curve(true, surely), average_precision(true, surely)
precision_recall({"fraud": (curve.x, curve.y)}, {"fraud": area}, float(true.mean())).savefig(
    "23-precision-recall.svg"
)
confusion(np.array(judged.confusion), judged.class_names).savefig("23-confusion.svg")
