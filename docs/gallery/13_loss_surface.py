"""# 13. The error surface, and three ways down

The loss is a height over the space of all weights, and training walks downhill on it. With
two weights one can draw that landscape. A real network has more, so a plane is laid through
the space: here the plane that holds most of the three regimes' movement (the principal
directions of their paths, seen from the common start). How much of the movement lies in it
is computed and written on the picture; what does not lie in it, no such picture shows.

![Contours of the loss, and the paths of the three regimes](13-contours.svg)

The ring is the common start, each dot an end. Full batch takes few steps, each straight down
the slope. Mini-batches take more, a little rough. Online training goes furthest and
trembles, since each row pulls its own way.

![The same surface as a landscape](13-landscape.svg)

Why does it tremble? At the start, the gradients of mini-batches are spread around the true
gradient, which is of all rows. The smaller the batch, the wider the spread.

![The true gradient as an arrow among those of mini-batches](13-gradients.svg)

With a line fitted to points (one weight and one bias) the whole space is a plane, and
nothing is left out: the surface is the lectures' bowl.

![The bowl of a linear neuron, and the three paths in it](13-bowl.svg)
"""

import sys
from pathlib import Path

import numpy as np

import pellucid as pc
from pellucid.data.encoding import learn
from pellucid.layers import Dense, Normalization
from pellucid.plots.figures import to_svg
from pellucid.plots.gradient_cloud import clouds

QUICK = "--quick" in sys.argv  # fewer epochs and a coarser grid
GRID = 11 if QUICK else 61


def save(name: str, figure: object) -> None:
    """Write a figure as SVG."""
    Path(name).write_text(to_svg(figure), encoding="utf-8")


irises = pc.open_data("iris")
x, y = learn(irises, np.arange(irises.rows)).encode(irises)
model = pc.Sequential([pc.Input((4,)), Normalization(), Dense(8, "tanh"), Dense(3, "softmax")])
model.compile("sgd", "sparse_categorical_crossentropy")
regimes = pc.compare_regimes(model, x, y, epochs=4 if QUICK else 60, learning_rate=0.05)
surface = pc.loss_surface(model, x, y, paths=regimes, resolution=GRID)
print(surface)
for name, share in surface.shares.items():
    print(f"{name:>16}: {100 * share:.1f} % of its movement lies in the plane")
save("13-contours.svg", surface.plot())
save("13-landscape.svg", surface.plot_3d())

found = {size: pc.gradient_cloud(model, x, y, batch_size=size) for size in (4, 16, 64)}
for cloud in found.values():
    print(cloud)
save("13-gradients.svg", clouds({f"{size} rows": (c.points, c.note) for size, c in found.items()}))

rng = np.random.default_rng(0)
x = rng.uniform(-1, 1, size=(64, 1))
y = 1.5 * x - 0.5 + rng.normal(scale=0.4, size=x.shape)
line = pc.Sequential([pc.Input((1,)), Dense(1)], seed=2)
line.compile("sgd", "mean_squared_error")
regimes = pc.compare_regimes(line, x, y, epochs=20, batch_size=8, learning_rate=0.1)
plane = ("dense/kernel[0,0]", "dense/bias[0]")
bowl = pc.loss_surface(line, x, y, plane=plane, paths=regimes, resolution=GRID)
print(f"two weights: {100 * bowl.share:.0f} % of the movement lies in their plane")
save("13-bowl.svg", bowl.plot())
