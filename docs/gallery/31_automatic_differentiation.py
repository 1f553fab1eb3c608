"""# 31. Automatic differentiation does what backpropagation by hand does

`check` differentiates a network three times, for the rows at hand: by the rules one writes on
paper, layer by layer, in NumPy; by automatic differentiation; and by finite differences,
which only need the loss twice for each weight. The first two agree to the last digits of
float64, the third to about the ten digits that a difference of two losses keeps. A layer that
has no rule on paper here, such as an LSTM, is differentiated by itself and says so.
"""

import numpy as np

import pellucid as pc
from pellucid import layers
from pellucid.layers import Dense

random = np.random.default_rng(0)
picture = pc.Sequential(
    [
        pc.Input((8, 8, 1)),
        layers.Conv2D(4, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(2),
        layers.BatchNormalization(),
        layers.Dropout(0.3),
        layers.Flatten(),
        Dense(3, "softmax", kernel_regularizer="l2"),
    ]
)
picture.compile("adam", "sparse_categorical_crossentropy")
print(picture.inspect(random.normal(size=(4, 8, 8, 1)), [0, 1, 2, 0]).check())
print()

sequence = pc.Sequential([pc.Input((6, 2)), layers.LSTM(3), Dense(1)])
sequence.compile("adam", "mse")
print(sequence.inspect(random.normal(size=(4, 6, 2)), random.normal(size=(4, 1))).check())
