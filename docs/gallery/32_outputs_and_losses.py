"""# 32. Which activation and loss for which task

Classes want softmax with the cross-entropy, two classes one sigmoid with the binary
cross-entropy, numbers a linear output with the squared error. From the target of some data,
that is what is chosen by default.

Why these pairs? With the cross-entropy, delta at the output is a - y: the more wrong, the
steeper. With the squared error behind a sigmoid, delta is multiplied by the sigmoid's slope
and fades just where the answer is most wrong, on the left of the picture.

![delta at z for y = 1: steady with the cross-entropy, fading with the squared error](32-delta.svg)

A loss that does not fit its target is refused before training, in one line that says what to
do. The last lines printed are such refusals.
"""

import numpy as np

import pellucid as pc
from pellucid.base.errors import PellucidError
from pellucid.data.encoding import learn
from pellucid.experiments.design import design
from pellucid.layers import Dense, Input
from pellucid.plots.lines import lines

for name in ("iris", "moons", "sine"):
    data = pc.open_data(name)
    encoding = learn(data, np.arange(data.rows))
    chosen = design(pc.Experiment(name), encoding, *encoding.encode(data))
    output = [row for row in chosen.model.summarize().rows if row.kind == "Dense"][-1]
    units, activation = output.output_shape[-1], output.activation or "linear"
    print(f"{name:6} {encoding.task:15} output {units} x {activation:8} loss {chosen.loss}")

z = np.linspace(-8, 8, 81)[:, None]
deltas = {}
for loss in ("binary_crossentropy", "mean_squared_error"):
    model = pc.Sequential([Input((1,)), Dense(1, "sigmoid", name="output")])
    model.set_weights([np.ones((1, 1)), np.zeros(1)])  # so that z is x
    model.compile("sgd", loss)
    deltas[f"sigmoid with {loss}"] = model.inspect(z, np.ones_like(z))["delta"]["output"][:, 0]
for name, delta in deltas.items():
    print(f"{name}: delta at z = -8 is {delta[0]:.4f}")
lines(deltas, z[:, 0], across="z", up="delta, for y = 1").savefig("32-delta.svg")

x = [[0.0], [1.0]]
wrong = {
    "binary_crossentropy": (Dense(1, "sigmoid"), [[7.5], [2.0]]),  # numbers, no truth values
    "categorical_crossentropy": (Dense(3, "softmax"), [0, 2]),  # labels, no vectors
    "sparse_categorical_crossentropy": (Dense(2, "softmax"), [0, 2]),  # more classes than outputs
}
for loss, (output, y) in wrong.items():
    model = pc.Sequential([Input((1,)), output])
    model.compile("sgd", loss)
    try:
        model.fit(x, y, verbose=0)
    except PellucidError as refusal:
        print(f"{loss}: {refusal.one_line}")
try:
    unfit = pc.Experiment("sine", loss="binary_crossentropy")
    design(unfit, encoding, *encoding.encode(data))
except PellucidError as refusal:
    print(refusal.one_line)
