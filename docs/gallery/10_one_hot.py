"""# 10. One-hot vectors

A network answers with numbers, so classes become vectors with a single 1: cat is (1, 0, 0).
Encoding remembers what each place means, so that an answer can be turned back into a word:
the place of its largest number.

![Five labels as rows, a 1 at the place of each class](10-one-hot.svg)

Labels need not be vectors. As numbers 0, 1, 2 they go with the sparse loss, which gives the
same training, to rounding: look at the two losses.
"""

import numpy as np

import pellucid as pc
from pellucid.data.labels import from_one_hot, one_hot
from pellucid.layers import Dense, Input
from pellucid.plots.values import Names, matrix

labels = np.array(["cat", "dog", "toaster", "dog", "cat"])
encoded, names = one_hot(labels)
for label, row in zip(labels, encoded, strict=True):
    print(f"{label:8}{row}")
print("back again:", from_one_hot(encoded, names))

x = np.random.default_rng(0).normal(size=(5, 4))
losses = []
for loss, y in (
    ("categorical_crossentropy", encoded),
    ("sparse_categorical_crossentropy", encoded.argmax(axis=1)),
):
    model = pc.Sequential([Input((4,)), Dense(3, "softmax")])
    model.compile("adam", loss)
    losses.append(model.fit(x, y, epochs=20, verbose=0)["loss"][-1])
print(f"loss from vectors {losses[0]:.6f}, from numbers {losses[1]:.6f}")
probabilities = model.predict(x)
print("the network says:", from_one_hot(probabilities, names))
matrix(encoded, Names("one-hot: " + ", ".join(names), "row", "class")).savefig("10-one-hot.svg")
