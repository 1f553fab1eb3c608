"""# 14. Backpropagation: each quantity by name, with the numbers put in

Forward: z2 = a1 W1 + b1, a2 = f(z2), and so on. Backward: the error of the output, delta,
goes back through the weights and is multiplied by the slope f'(z) on its way: delta of one
layer is delta of the next times W, times f'(z). What a weight has to answer for is the a that
it multiplied times the delta that it led to.

Look at the lines below the table: they are the equations of the lectures with this network's
numbers in them, for one neuron, one weight, and each path by which the weight acts.
"""

import pellucid as pc
from pellucid.layers import Dense
from pellucid.optimizers import SGD

x = [[0.4, 0.5], [0.9, 0.1], [0.2, 0.8]]
y = [[1.0], [0.0], [1.0]]
model = pc.Sequential([pc.Input((2,)), Dense(3, "sigmoid"), Dense(1, "sigmoid")], seed=1)
model.compile(SGD(0.5), "quadratic")

seen = model.inspect(x, y)
print(seen.table(row=0))
print()
print(seen.line("delta", "dense_1"))
print(seen.line("delta", "dense", unit=2))
print(seen.line("gradient", "dense/kernel[0,2]"))
print(seen.line("update", "dense/kernel[0,2]"))
print()
print(seen.path("dense/kernel[0,2]"))
