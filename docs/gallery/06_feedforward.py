"""# 06. An N-layer network, and how numbers run through it

The input layer is not counted: four measurements, ten hidden neurons and three classes make
a 2-layer network. Numbers run forward only: z2 = a1 W1 + b1, a2 = f(z2), and so on. The
summary counts layers in these words; the drawing has a circle for each neuron and a line for
each weight.

![Four inputs, ten hidden neurons and three outputs, lines coloured by weight](06-network.svg)
"""

from pathlib import Path

import numpy as np

import pellucid as pc
from pellucid.layers import Dense
from pellucid.plots.neurons import neurons

model = pc.Sequential([pc.Input((4,)), Dense(10, "tanh"), Dense(3, "softmax")])
model.summary()

model.compile("sgd", "sparse_categorical_crossentropy")
flower = np.array([[5.1, 3.5, 1.4, 0.2]])
seen = model.inspect(flower, [0])
print(seen.formula("dense"))
print(seen.formula("dense_1"))
print(seen.line("z", "dense", unit=0))
print(seen.line("a", "dense", unit=0))
print(seen.line("a", "dense_1", unit=0))

units = {"input": 4, "hidden": 10, "output": 3}
kernels = [model.weights["dense/kernel"], model.weights["dense_1/kernel"]]
species = ["setosa", "versicolor", "virginica"]
picture = neurons(units, kernels, ["a1", "a2", "a3", "a4"], species)
Path("06-network.svg").write_text(picture, encoding="utf-8")
