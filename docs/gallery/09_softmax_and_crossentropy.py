"""# 09. Softmax, cross-entropy, and the error a - y

Softmax turns logits z into probabilities that add up to 1. With cross-entropy as the loss,
the derivative with respect to a logit is simply what was said minus what is true: dC/dz =
a - y. It is computed from the logits themselves, so that it stays exact where the
probability of the truth is too small to be written as a float.
"""

import numpy as np

import pellucid as pc
from pellucid.layers import Dense

model = pc.Sequential([pc.Input((3,)), Dense(3, "softmax", name="out", use_bias=False)])
model.set_weights([np.eye(3)])  # so that the logits are the inputs
model.compile("sgd", "categorical_crossentropy")

truth = np.array([[0.0, 1.0, 0.0]])
seen = model.inspect([[2.0, 1.0, 0.1]], truth)
for unit in range(3):
    print(seen.line("a", "out", unit))
print("sum of a:", float(seen["a"]["out"].sum()))
for unit in range(3):
    print(seen.line("delta", "out", unit))
apart = seen["delta"]["out"] - (seen["a"]["out"] - truth)
print("largest |delta - (a - y)|:", float(np.abs(apart).max()))

far = model.inspect([[200.0, 0.0, 0.0]], truth)  # the truth has probability exp(-200)
print(f"a = {far['a']['out'][0].tolist()}, loss = {far.loss}", end=", ")
print(f"delta = {far['delta']['out'][0].tolist()}")
