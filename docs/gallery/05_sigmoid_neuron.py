"""# 05. A sigmoid neuron, number by number

A sigmoid neuron adds up its weighted inputs and a bias, and squeezes the sum between 0 and
1: a = 1 / (1 + exp(-z)). Its slope is a (1 - a), which is largest, 0.25, at z = 0.

The exercise: what does a neuron with the weights 2 and -1 and the bias 0.5 answer to the
input (0.4, 0.5)? `inspect` writes out z, a and what learning would do, with the numbers put
in.

![The sigmoid and its slope: the slope is highest, a quarter, where z is 0](05-sigmoid.svg)
"""

from pathlib import Path

import numpy as np

import pellucid as pc
from pellucid.functions.portraits import portrait
from pellucid.layers import Dense
from pellucid.plots import activations
from pellucid.plots.figures import to_svg

model = pc.Sequential([pc.Input((2,)), Dense(1, "sigmoid", name="neuron")])
model.set_weights({"neuron/kernel": [[2.0], [-1.0]], "neuron/bias": [0.5]})
model.compile("sgd", "quadratic")

seen = model.inspect([[0.4, 0.5]], [[1.0]])
for signal in ("z", "a", "delta"):
    print(seen.line(signal, "neuron"))
print(seen.line("gradient", "neuron/kernel[0,0]"))

z, a, slope = portrait("sigmoid", np.linspace(-6, 6, 241))
drawn = activations.Portrait("sigmoid", z, a, slope, "a = 1 / (1 + exp(-z))", "a (1 - a)")
Path("05-sigmoid.svg").write_text(to_svg(activations.portrait(drawn)), encoding="utf-8")
