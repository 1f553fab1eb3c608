"""# 15. Vanishing gradients, and four remedies

Backpropagation carries the error from layer to layer, and at each one multiplies it by the
weights and by the slope of the activation. The sigmoid's slope, a (1 - a), is a quarter at
most. Ten such layers leave next to nothing: the first layers get no message and do not
learn. (Where the products are above one, gradients explode instead.)

Ten hidden layers of 32 units learn 2,000 real digits, all by the same gradient descent.

![RMS gradient by layer in the first update, and the loss while training](15-remedies.svg)

The blue line is the plain sigmoid stack: its gradient falls by orders of magnitude from the
output (right) to the input (left), and its loss stays where guessing leaves it. The same
depth learns with **ReLU** and He's initial weights (the slope is 1 where a unit is on), with
**normalisation** in front of each sigmoid (which keeps z where the slope is largest), and
with **residual branches** (the error also goes round each layer, undiminished). The fourth
remedy, pretraining layer by layer, has a page of its own: number 29.

![Signals of each layer of the sigmoid stack over time](15-layers.svg)

Look at the layers of the sigmoid stack one by one: they stand apart by a nearly constant
factor and stay so. The last panel is what counts for learning, the update beside the weight
it changes: the first layers move by a hundred-millionth of themselves.
"""

import sys
from pathlib import Path

import pellucid as pc
from pellucid.plots.figures import to_svg

QUICK = "--quick" in sys.argv  # fewer rows, epochs and layers

digits = pc.open_data("mnist")
rows = 200 if QUICK else 2000
x, y = digits.x[:rows].reshape(rows, -1) / 255, digits.labels[:rows]

stacks = pc.fading(x, y, depth=4 if QUICK else 10, epochs=2 if QUICK else 20)
for name, history in stacks.histories.items():
    print(
        f"{name:>19}: first / last gradient {stacks.ratios(name)[0]:.1e}, "
        f"loss {history['loss'][-1]:.2f}, accuracy {history['accuracy'][-1]:.2f}"
    )
sigmoid = stacks["sigmoid"]
for name, ratio in sigmoid.update_ratio.items():
    print(f"{name:>10}: update / weight {ratio[0]:.0e}")

Path("15-remedies.svg").write_text(to_svg(stacks.plot()), encoding="utf-8")
watched = stacks.histories["sigmoid"]
Path("15-layers.svg").write_text(to_svg(watched.plot_signals()), encoding="utf-8")
