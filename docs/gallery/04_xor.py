"""# 04. XOR

A perceptron's boundary is a line, and no line has both ones of XOR on one side and both zeros
on the other: the four rows, turned by their class, add up to nothing, so no weights are right
on all of them. However long the rule is followed, it errs.

![A straight boundary, which leaves a point on the wrong side](04-perceptron.svg)

A network with 8 hidden units bends its boundary.

![A bent boundary, which parts the points](04-network.svg)
"""

import numpy as np

import pellucid as pc
from pellucid.layers import Dense, Input
from pellucid.optimizers import SGD

x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], float)
y = np.array([0, 1, 1, 0])

alone = pc.perceptron_rule(x, y, learning_rate=0.5, epochs=300)
print(alone.verdict)
alone.model.plot_boundary(x, y).savefig("04-perceptron.svg")

network = pc.Sequential([Input((2,)), Dense(8, "tanh"), Dense(1, "sigmoid")])
network.compile(SGD(1.0, momentum=0.9), "binary_crossentropy")
history = network.fit(x, y, epochs=300, verbose=0)
print(f"loss of the network after 300 epochs: {history['loss'][-1]:.4f}")
print(pc.truth_table(network, ["xor"]))
network.plot_boundary(x, y).savefig("04-network.svg")
