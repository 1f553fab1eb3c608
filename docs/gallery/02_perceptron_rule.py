"""# 02. The perceptron rule

Rosenblatt's rule visits one row after another. If the answer a is right, nothing changes; if
not, w moves by learning_rate (y - a) x and b by learning_rate (y - a). Every step can be
read, and the boundary can be seen to move.

![The line before and after each mistake, until both classes are on their sides](02-moves.svg)

Does it end? For rows that a line can part, it does, and Novikoff's theorem bounds the number
of mistakes by (R / margin)^2. For others it never does. Which of the two holds is decided,
with a proof that is checked in exact arithmetic.

![Two kinds of iris with the line that was learnt](02-iris.svg)
"""

import sys

import numpy as np

import pellucid as pc

QUICK = "--quick" in sys.argv

and_gate = pc.perceptron_rule([[0, 0], [0, 1], [1, 0], [1, 1]], [0, 0, 0, 1])
print(and_gate)
print(and_gate.verdict)
and_gate.plot().savefig("02-moves.svg")

data = pc.open_data("iris")
x = np.stack([column.values for column in data.x[:2]], axis=1)
names = data.class_names
for one, other in ((0, 1), (1, 2)):
    rows = np.isin(data.labels, (one, other))
    y = (data.labels[rows] == other).astype(int)
    run = pc.perceptron_rule(x[rows], y, epochs=800 if QUICK else 2000)  # quick: fewer epochs
    print(f"\n{names[one]} against {names[other]}, by two measurements: {run.verdict}")
    if run.converged:
        figure = run.model.plot_boundary(
            x[rows], y, class_names=[names[one], names[other]], feature_names=data.feature_names
        )
        figure.savefig("02-iris.svg")
