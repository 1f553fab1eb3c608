"""# 19. The engine, and the company it keeps

Keras leaves the arithmetic to an engine, which runs on a CPU or a GPU. Pellucid's engine is
XLA, by way of JAX: a fit becomes one compiled program for whichever device JAX finds; no line
of a model says which. With a JAX that was installed for GPUs, it is the GPU.

What goes in is NumPy, lists, or data frames; what comes out is NumPy. And a Keras model can
be a scikit-learn estimator, a step of a pipeline: scaling then learns from the training rows
of each fold only, and grid search tries widths and learning rates as it tries anything else.

![Accuracy of five folds for each width of the hidden layer](19-folds.svg)
"""

import sys

import jax
import numpy as np
import pandas as pd
from sklearn.datasets import load_iris
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import pellucid as pc
from pellucid.keras.layers import Dense, Input
from pellucid.keras.models import Sequential
from pellucid.keras.wrappers import KerasClassifier
from pellucid.plots.figures import drawn, panels
from pellucid.plots.style import BLUE, MUTED

QUICK = "--quick" in sys.argv
EPOCHS, FOLDS, WIDTHS = (5, 2, (2, 8)) if QUICK else (150, 5, (1, 2, 4, 8, 16))  # quick: fewer

print("jax sees:", ", ".join(sorted({device.platform for device in jax.devices()})))

x, y = load_iris(return_X_y=True)
frame = pd.DataFrame(x, columns=["sepal length", "sepal width", "petal length", "petal width"])
answers = {}
for name, rows in (("NumPy", x), ("a data frame", frame), ("lists", x.tolist())):
    model = pc.Sequential([pc.Input((4,)), pc.layers.Dense(3, "softmax")], seed=1)
    model.compile(pc.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    model.fit(rows, y, epochs=EPOCHS, verbose=0)
    answers[name] = model.predict(rows)
    print(f"from {name}: {type(answers[name]).__name__} {answers[name].shape}")
print("all the same:", all(np.array_equal(a, answers["NumPy"]) for a in answers.values()))


def network(units: int = 8) -> Sequential:
    """Return a Keras model with one hidden layer."""
    layers = [Input(shape=(4,)), Dense(units, activation="tanh"), Dense(3, activation="softmax")]
    model = Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


scores = {}
for units in WIDTHS:
    estimator = KerasClassifier(
        build_fn=network, units=units, epochs=EPOCHS, batch_size=8, random_state=0, verbose=0
    )
    pipeline = make_pipeline(StandardScaler(), estimator)
    scores[units] = cross_val_score(pipeline, x, y, cv=FOLDS)
    print(f"{units:2} hidden units: accuracy {scores[units].mean():.3f}, worst fold", end=" ")
    print(f"{scores[units].min():.3f}")


@drawn
def folds() -> object:
    """Return the folds as dots and their means as bars."""
    figure, (ax,) = panels(1, height=2.8)
    for place, of_folds in enumerate(scores.values()):
        spots = place + np.linspace(-0.15, 0.15, len(of_folds))
        ax.plot(spots, of_folds, "o", color=BLUE, markersize=5, alpha=0.8)
        ax.hlines(of_folds.mean(), place - 0.3, place + 0.3, color=MUTED)
    ax.set_xticks(range(len(scores)), list(scores))
    ax.set(xlabel="hidden units", ylabel="accuracy on the fold held out")
    return figure


folds().savefig("19-folds.svg")
