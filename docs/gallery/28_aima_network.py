r"""# 28. Russell and Norvig's network, derived with numbers

Two inputs (1, 2), two hidden units (3, 4), two outputs (5, 6); loss (y - ŷ)² for each. Their
derivation for a weight into an output and for one into a hidden unit:

    ∂Loss/∂w(3,5) = -2 (y5 - ŷ5) g'(in5) a3
    ∂Loss/∂w(1,3) = -2 (y5 - ŷ5) g'(in5) w(3,5) g'(in3) x1
                    -2 (y6 - ŷ6) g'(in6) w(3,6) g'(in3) x1

There are two paths from w(1,3) to the loss, one through each output, and the derivative is
their sum. `path` finds them and puts the numbers in; below, the same by the formula.

![The network of two inputs, two hidden and two output units](28-aima.svg)
"""

from pathlib import Path

import numpy as np

import pellucid as pc
from pellucid.layers import Dense
from pellucid.plots.neurons import neurons


def g(value: np.ndarray) -> np.ndarray:
    """Return the sigmoid."""
    return 1 / (1 + np.exp(-value))


x, y = np.array([[0.4, 0.5]]), np.array([[1.0, 0.0]])
w_hidden = np.array([[0.1, 0.3], [-0.2, 0.4]])  # rows: from units 1 and 2; columns: to 3 and 4
w_output = np.array([[0.7, -0.5], [0.2, 0.6]])  # rows: from 3 and 4; columns: to 5 and 6
model = pc.Sequential([pc.Input((2,)), Dense(2, "sigmoid"), Dense(2, "sigmoid")])
model.set_weights([w_hidden, np.zeros(2), w_output, np.zeros(2)])
model.compile("sgd", "squared_error")
seen = model.inspect(x, y)

print(seen.path("dense_1/kernel[0,0]"))  # w(3,5)
print(seen.path("dense/kernel[0,0]"))  # w(1,3)

a = g(x @ w_hidden)[0]
answer = g(a @ w_output)
error = -2 * (y[0] - answer) * answer * (1 - answer)  # for units 5 and 6
print(f"by the formula: w(3,5) {error[0] * a[0]:.8f}", end=", ")
print(f"w(1,3) {(error @ w_output[0]) * a[0] * (1 - a[0]) * x[0, 0]:.8f}")
gradient = seen["gradient"]
print(f"of the step:    w(3,5) {gradient['dense_1']['kernel'][0, 0]:.8f}", end=", ")
print(f"w(1,3) {gradient['dense']['kernel'][0, 0]:.8f}")

units = {"input": 2, "hidden": 2, "output": 2}
numbers = ["1", "2"], ["5", "6"]
picture = neurons(units, [w_hidden, w_output], *numbers)
Path("28-aima.svg").write_text(picture, encoding="utf-8")
