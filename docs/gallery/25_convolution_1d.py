"""# 25. A filter that finds dips

A filter is a small pattern that slides along a signal; at every place it multiplies and adds
up. The filter [+1, -1, +1] answers to a dip: high, low, high. Its three weights are shared
by all places, so a convolution has three weights where a fully connected layer from ten
numbers to eight would have eighty.

![A signal with two dips, and the answers of the filter, highest at the dips](25-dips.svg)
"""

from pathlib import Path

import numpy as np

import pellucid as pc
from pellucid.layers import Conv1D
from pellucid.plots.figures import drawn, panels, to_svg
from pellucid.plots.style import BLUE, VERMILLION

signal = np.array([3.0, 3.0, 1.0, 3.0, 3.0, 3.5, 4.0, 1.0, 4.0, 4.0])
model = pc.Sequential([pc.Input((10, 1)), Conv1D(1, 3, use_bias=False, name="dip")])
model.set_weights([np.array([1.0, -1.0, 1.0]).reshape(3, 1, 1)])
model.compile("sgd", "mse")

seen = model.inspect(signal.reshape(1, 10, 1), np.zeros((1, 8, 1)))
answers = seen["z"]["dip"][0, :, 0]
for place in range(8):
    print(seen.line("z", "dip", unit=(place, 0)))
print("strongest at places", np.sort(np.argsort(answers)[-2:] + 1), "(the middle of each dip)")
print(model.summarize().trainable, "weights; a fully connected layer would have", 10 * 8)


@drawn
def picture() -> object:
    """Return the signal above the filter's answers."""
    figure, (above, below) = panels(2, height=2.0, across=1, sharex=True)
    above.plot(signal, color=BLUE, marker="o")
    above.set_title("the signal")
    below.bar(np.arange(1, 9), answers, color=VERMILLION, width=0.6)
    below.set_title("z of the filter [+1, -1, +1], under the middle of its window")
    below.set_xlabel("place")
    return figure


Path("25-dips.svg").write_text(to_svg(picture()), encoding="utf-8")
