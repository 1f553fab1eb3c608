"""# 01. A perceptron

A perceptron weighs its inputs and answers 1 if the sum is above its threshold, else 0. With
the bias b = -threshold the same is a = step(z), z = w . x + b. It is a layer of one unit with
the step: `Dense(1, "step")`.

![The step function: 0 up to z = 0, then 1, with slope 0](01-step.svg)

![A perceptron: two inputs, one unit, a line for each weight](01-perceptron.svg)

Look at the printed rows: z is -0.5 for one input at 1, below the threshold, and 0.5 for both.
"""

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input

by_threshold = pc.perceptron([1, 1], threshold=1.5)
by_bias = pc.perceptron([1, 1], bias=-1.5)
print("the same:", pc.truth_table(by_threshold) == pc.truth_table(by_bias))

layer = pc.Sequential([Input((2,)), Dense(1, "step")])
layer.set_weights([np.array([[1], [1]]), np.array([-1.5])])
for x in ([0, 0], [0, 1], [1, 0], [1, 1]):
    z = np.dot([1, 1], x) - 1.5
    print(f"x = {x}   z = {z:4.1f}   a = {layer.predict([x]).item():.0f}")

pc.plot_activation_functions("step").savefig("01-step.svg")
layer.plot(units=True, names=(["x1", "x2"], ["a"])).savefig("01-perceptron.svg")
