"""# 07. Activation functions: value, slope, range

What a neuron makes of its sum z. Far below 0, at 0 and far above 0 is where they differ, and
the slope says how much an error gets through on its way back: that of the sigmoid is at most
a quarter, that of ReLU is 0 or 1. Softmax takes all neurons of a layer together; it is shown
for the first of two, the other one at 0.

![Eight activation functions as solid lines, with their slopes dashed](07-activations.svg)
"""

from pathlib import Path

import numpy as np

from pellucid.functions.portraits import activation_table, portrait
from pellucid.plots import activations
from pellucid.plots.figures import to_svg

LECTURES = ["step", "sigmoid", "tanh", "relu", "leaky_relu", "softplus", "softmax", "linear"]

rows = {row.name: row for row in activation_table()}
print(f"{'name':<11} {'z << 0':<7} {'z = 0':<7} {'z >> 0':<7} {'range':<12} derivative")
for name in LECTURES:
    facts = rows[name].facts
    ends = f"{facts.far_below:<7} {facts.at_zero:<7} {facts.far_above:<7}"
    print(f"{name:<11} {ends} {facts.range:<12} {facts.derivative}")
print(f"and {len(rows) - len(LECTURES)} more: {', '.join(sorted(set(rows) - set(LECTURES)))}")

pictures = []
for name in LECTURES:
    z, a, slope = portrait(name, np.linspace(-4, 4, 321))
    pictures.append(activations.Portrait(name, z, a, slope, rows[name].formula))
svg = to_svg(activations.overview(pictures))
Path("07-activations.svg").write_text(svg, encoding="utf-8")
