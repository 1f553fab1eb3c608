"""# 22. How it goes wrong

The lectures' list of screw-ups, each made on purpose. Every part holds rows out, as `fit` with
`validation_split` and `pellucid train` do; without that none of these would show.

**Overfitting.** Points along a curve, measured with noise. A trend line misses the curve; a
large network, trained long, goes through the noise as well. What lies between is best on new
points.

![A line, a small network and a large one through the same points](22-overfitting.svg)

The large one has the least error on the points it learnt from, and the largest on new ones.

**Too little data, and judging on training rows.** The same network learns from ever more
points of two half moons that overlap. Judged on the few rows it learnt from it looks perfect,
and is not; as they get more, both judgements meet.

![Accuracy by number of training rows, on these rows and on new ones](22-rows.svg)

**Noise and outliers.** A third of the labels is wrong; or a few targets are a hundred times too
large, because a decimal point slipped. The lines printed say what each costs on clean rows.

The doctor looks on while a model of Keras's face is trained, and names what it finds in
`model.findings`; what it says of these fits is printed. It judges by measurements, and not
every fault can be measured: where it says nothing, the rows held out still speak.
"""

import sys

import numpy as np

import pellucid as pc
from pellucid.keras.layers import Dense, Input
from pellucid.keras.models import Sequential
from pellucid.keras.optimizers import Adam
from pellucid.keras.utils import set_random_seed
from pellucid.plots.figures import drawn, panels
from pellucid.plots.lines import lines
from pellucid.plots.style import BLUE, MUTED

QUICK = "--quick" in sys.argv
EPOCHS = 20 if QUICK else 1500  # quick: few epochs
random = np.random.default_rng(1)


def network(*units: int, inputs: int = 1, sigmoid: bool = False) -> Sequential:
    """Return a compiled network with hidden layers of so many units."""
    set_random_seed(0)
    hidden = [Dense(n, activation="tanh") for n in units]
    output = Dense(1, activation="sigmoid" if sigmoid else None)
    model = Sequential([Input(shape=(inputs,)), *hidden, output])
    loss = "binary_crossentropy" if sigmoid else "mean_squared_error"
    model.compile(Adam(0.01), loss, metrics=["accuracy"] if sigmoid else [])
    return model


def doctor(model: Sequential) -> None:
    """Print what the doctor found, but for mere advice."""
    for found in model.findings:
        if found.is_serious:
            print(f"    {found.check}: {found.evidence}")
            print(f"    try: {found.remedy}")


def curve(rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points along a sine, measured with noise."""
    x = random.uniform(-1, 1, (rows, 1))
    return x, np.sin(3 * x[:, :1]) + random.normal(0, 0.3, (rows, 1))


def moons(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return points of two half moons that overlap, and which moon each is of."""
    data = pc.open_data("moons", rows=rows, noise=0.3, seed=seed)
    x = np.stack([column.values for column in data.x], axis=1)
    return x, np.asarray(data.labels)


x, y = curve(20)
new_x, new_y = curve(500)
along = np.linspace(-1, 1, 300)[:, None]
fits = {}
for name, units in (("trend line", ()), ("4 units", (4,)), ("64-64 units", (64, 64))):
    model = network(*units)
    model.fit(x, y, epochs=EPOCHS, validation_data=(new_x, new_y), verbose=0)
    taught, held = (model.evaluate(*rows, verbose=0) for rows in ((x, y), (new_x, new_y)))
    print(f"{name:12} error {taught:.3f} on its 20 points, {held:.3f} on 500 new ones")
    doctor(model)
    fits[name] = model.predict(along, verbose=0)


@drawn
def three() -> object:
    """Return the points with what each network makes of them."""
    figure, axes = panels(3, height=2.2, across=3, sharey=True)
    for ax, (name, fit) in zip(axes, fits.items(), strict=True):
        ax.plot(x, y, "o", markersize=3.5, color=MUTED)
        ax.plot(along, fit, color=BLUE)
        ax.set(title=name, ylim=(-2, 2))
    return figure


three().savefig("22-overfitting.svg")

test_x, test_y = moons(1000, seed=1)
counts, on_taught, on_new = (10, 20, 50, 100, 200, 500, 1000), [], []
for rows in counts:
    x, y = moons(rows, seed=2)
    model = network(32, 32, inputs=2, sigmoid=True)
    model.fit(x, y, epochs=10 if QUICK else 200, verbose=0)
    on_new.append(model.evaluate(test_x, test_y, verbose=0)[1])
    on_taught.append(model.evaluate(x, y, verbose=0)[1])
    print(f"{rows:4} rows: accuracy {on_taught[-1]:.3f} on them, {on_new[-1]:.3f} on 1,000 new")
    if rows in (10, 1000):
        doctor(model)
accuracies = {"on the rows it learnt from": on_taught, "on new rows": on_new}
figure = lines(accuracies, counts, across="training rows", up="accuracy")
figure.axes[0].set_xscale("log")
figure.axes[0].set_xticks(counts, counts)
figure.axes[0].set_xticks([], minor=True)
figure.savefig("22-rows.svg")

x, y = moons(300, seed=2)
flips = random.random(300) < 0.33
for name, labels in (("right labels", y), ("a third wrong", np.where(flips, 1 - y, y))):
    model = network(32, 32, inputs=2, sigmoid=True)
    model.fit(x, labels, epochs=10 if QUICK else 200, verbose=0)
    held = model.evaluate(test_x, test_y, verbose=0)[1]
    print(f"300 rows, {name}: accuracy {held:.3f} on 1,000 rows with right labels")
    doctor(model)

x, y = curve(200)
slipped = np.where(random.random((200, 1)) < 0.05, 100 * y, y)
for name, targets in (("all well", y), ("decimal point slipped", slipped)):
    model = network(16)
    model.fit(x, targets, epochs=10 if QUICK else 200, verbose=0)
    held = model.evaluate(new_x, new_y, verbose=0)
    print(f"200 points, {name}: error {held:.3f} on 500 new points")
    doctor(model)
