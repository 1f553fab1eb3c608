"""Everybody who trains a task: `contender(task)` gives `train()`, which runs one repetition.

`train()` goes on from where the last call stopped, shuffles before each epoch, waits until
the work is done, and returns the loss of the last epoch: so that one can see that all have
learnt about the same. Pellucid, Keras and scikit-learn are handed host arrays each time, as
their users do; PyTorch and plain JAX hold theirs. scikit-learn validates by accuracy, the
others by loss. Frameworks are imported where they are asked for and never required.
"""

import os
from collections.abc import Callable
from typing import Any

import numpy as np
from tasks import Task

RATE = 0.001
Train = Callable[[], float]


def pellucid(task: Task) -> Train:
    from pellucid.layers.convolution import Conv2D
    from pellucid.layers.dense import Dense
    from pellucid.layers.input import Input
    from pellucid.layers.pooling import MaxPooling2D
    from pellucid.layers.reshaping import Flatten
    from pellucid.models.sequential import Sequential

    return _by_fit(task, Sequential, Input, Dense, Conv2D, MaxPooling2D, Flatten)


def keras_on_jax(task: Task) -> Train:
    os.environ["KERAS_BACKEND"] = "jax"
    from keras import Input, Sequential
    from keras.layers import Conv2D, Dense, Flatten, MaxPooling2D

    return _by_fit(task, Sequential, Input, Dense, Conv2D, MaxPooling2D, Flatten)


def _by_fit(task: Task, network: Any, start: Any, dense: Any, *picture_layers: Any) -> Train:
    """Train a model that speaks Keras's language, ours or Keras's own."""
    middle = [dense(task.hidden, "relu")] if task.hidden else _filters(*picture_layers)
    model = network([start(task.x.shape[1:]), *middle, dense(task.classes, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")

    def train() -> float:
        history = model.fit(
            task.x,
            task.y,
            batch_size=task.batch_size,
            epochs=task.epochs,
            validation_data=task.validation,
            verbose=0,
        )
        return float(getattr(history, "history", history)["loss"][-1])

    return train


def _filters(convolution: Any, pooling: Any, flatten: Any) -> list[Any]:
    first, second = (convolution(filters, 3, activation="relu") for filters in (32, 64))
    return [first, pooling(), second, pooling(), flatten()]


def scikit_learn(task: Task) -> Train:
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier((task.hidden,), batch_size=task.batch_size, alpha=0.0, random_state=0)
    classes = np.arange(task.classes)

    def train() -> float:
        for _ in range(task.epochs):
            model.partial_fit(task.x, task.y, classes=classes)  # one pass, shuffled
            if task.validation is not None:
                model.score(*task.validation)
        return float(model.loss_)

    return train


def pytorch(task: Task) -> Train:
    import torch

    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(task.x.shape[1], task.hidden),
        torch.nn.ReLU(),
        torch.nn.Linear(task.hidden, task.classes),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    cost = torch.nn.CrossEntropyLoss()
    x, y = torch.from_numpy(task.x), torch.from_numpy(task.y).long()
    held_out = task.validation and tuple(map(torch.from_numpy, task.validation))

    def epoch() -> float:
        order, total = torch.randperm(len(x)), torch.zeros(())
        for start in range(0, len(x), task.batch_size):
            rows = order[start : start + task.batch_size]
            optimizer.zero_grad()
            loss = cost(model(x[rows]), y[rows])
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
        if held_out:
            with torch.no_grad():
                cost(model(held_out[0]), held_out[1].long()).item()
        return total.item() / len(x)

    return lambda: [epoch() for _ in range(task.epochs)][-1]
