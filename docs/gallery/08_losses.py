"""# 08. Losses, and the error that each hands to the output

A loss says what an answer costs, and its slope with respect to z, called delta, says which
way the output should move. Same weights, same row, six losses: look at delta. The quadratic
cost after a sigmoid has the factor a (1 - a) in it, so that a neuron that is badly wrong
hardly learns; cross-entropy does not, its delta is a - y.
"""

import pellucid as pc
from pellucid.layers import Dense

row = [[1.0, 2.0]]
cases = {
    "quadratic": ("sigmoid", [[0.0, 1.0, 0.0]]),
    "squared_error": ("sigmoid", [[0.0, 1.0, 0.0]]),
    "mean_squared_error": ("linear", [[0.0, 1.0, 0.0]]),
    "binary_crossentropy": ("sigmoid", [[0.0, 1.0, 0.0]]),
    "categorical_crossentropy": ("softmax", [[0.0, 1.0, 0.0]]),
    "sparse_categorical_crossentropy": ("softmax", [1]),
}
for loss, (activation, y) in cases.items():
    model = pc.Sequential([pc.Input((2,)), Dense(3, activation, name="out")])
    model.set_weights([[[1.0, -2.0, 0.5], [1.5, -1.0, 0.0]], [0.0, 0.0, 0.0]])
    model.compile("sgd", loss)
    seen = model.inspect(row, y)
    print(f"{loss} after {activation}: loss {seen.loss:.4f}")
    print("   ", seen.line("delta", "out", unit=1))
