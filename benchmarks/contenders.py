"""Everybody who trains a task: `contender(task)` gives what trains and what predicts.

`train()` goes on from where the last call stopped, shuffles before each epoch, waits until
the work is done, and returns the loss of the last epoch: so that one can see that all have
learnt about the same. `predict(x)` takes and gives NumPy. Pellucid, Keras and scikit-learn are
handed host arrays each time, as their users do; PyTorch and plain JAX hold theirs.
scikit-learn validates by accuracy, the others by loss; its network is the only one whose
Adam has epsilon 1e-8. Frameworks are imported where they are asked for and never required.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from by_hand import network_by_hand
from tasks import Task

RATE = 0.001
NOTHING: Mapping[str, Any] = {}


class Trained(NamedTuple):
    """A network at work."""

    train: Callable[[], float]
    predict: Callable[[np.ndarray], np.ndarray]


def pellucid(task: Task) -> Trained:
    from pellucid import Sequential, layers

    return _by_fit(task, Sequential, layers)


def without_doctor(task: Task) -> Trained:
    """The same, with nobody looking on."""
    from pellucid import Sequential, layers

    return _by_fit(task, Sequential, layers, fitted={"doctor": "off"})


def without_onednn(task: Task) -> Trained:
    """The same, by XLA's own convolutions."""
    os.environ["PELLUCID_ONEDNN"] = "off"
    return pellucid(task)


def keras(backend: str) -> Callable[[Task], Trained]:
    """Return the contender that is Keras on `backend`."""

    def contender(task: Task) -> Trained:
        os.environ["KERAS_BACKEND"] = backend
        from keras import Sequential, layers

        return _by_fit(task, Sequential, layers, {"verbose": 0})

    return contender


def _by_fit(
    task: Task,
    sequential: Any,
    layers: Any,
    predicting: Mapping[str, Any] = NOTHING,
    fitted: Mapping[str, Any] = NOTHING,
) -> Trained:
    """Train a model that speaks Keras's language, ours or Keras's own."""
    model = sequential([layers.Input(task.x.shape[1:]), *in_words_of_keras(task, layers)])
    model.compile("adam", "sparse_categorical_crossentropy")

    def train() -> float:
        history = model.fit(
            task.x,
            task.y,
            batch_size=task.batch_size,
            epochs=task.epochs,
            validation_data=task.validation,
            verbose=0,
            **fitted,
        )
        return float(getattr(history, "history", history)["loss"][-1])

    return Trained(train, lambda x: model.predict(x, **predicting))


def in_words_of_keras(task: Task, layers: Any) -> Iterator[Any]:
    for kind, units in task.network:
        if kind == "dense":
            yield layers.Dense(units, activation="relu")
        elif kind == "filters":
            yield layers.Conv2D(units, 3, activation="relu")
        elif kind == "normalised":
            yield layers.Conv2D(units, 3, use_bias=False)
            yield layers.BatchNormalization()
            yield layers.Activation("relu")
        else:
            yield layers.MaxPooling2D() if kind == "pool" else layers.Flatten()
    yield layers.Dense(task.classes, activation="softmax")


def scikit_learn(task: Task) -> Trained:
    from sklearn.neural_network import MLPClassifier

    units = tuple(part.units for part in task.network)
    model = MLPClassifier(units, batch_size=task.batch_size, alpha=0.0, random_state=0)
    classes = np.arange(task.classes)

    def train() -> float:
        for _ in range(task.epochs):
            model.partial_fit(task.x, task.y, classes=classes)  # one pass, shuffled
            if task.validation is not None:
                model.score(*task.validation)
        return float(model.loss_)

    return Trained(train, model.predict_proba)


def pytorch(task: Task) -> Trained:
    """PyTorch with a loop over slices of tensors."""
    import torch

    def slices(x: Any, y: Any) -> Iterator[Any]:
        order = torch.randperm(len(x))
        for start in range(0, len(x), task.batch_size):
            rows = order[start : start + task.batch_size]
            yield x[rows], y[rows]

    return _in_torch(task, slices)


def pytorch_loader(task: Task) -> Trained:
    """PyTorch with its DataLoader, as its tutorials do."""
    from torch.utils.data import DataLoader, TensorDataset

    def loaded(x: Any, y: Any) -> Iterator[Any]:
        return iter(DataLoader(TensorDataset(x, y), task.batch_size, shuffle=True))

    return _in_torch(task, loaded)


def _in_torch(task: Task, batches: Callable[[Any, Any], Iterator[Any]]) -> Trained:
    import torch

    torch.manual_seed(0)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    turned = np.moveaxis(task.x, -1, 1) if task.has_pictures else task.x
    x, y, *held_out = (
        torch.from_numpy(np.ascontiguousarray(array)).to(device)
        for array in (turned, task.y.astype(np.int64), *(task.validation or ()))
    )
    model = torch.nn.Sequential(*_in_words_of_torch(task)).to(device)
    model(x[:2])  # lazy layers learn their widths
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    cost = torch.nn.CrossEntropyLoss()

    def epoch() -> float:
        model.train()
        total = torch.zeros((), device=device)
        for rows, targets in batches(x, y):
            optimizer.zero_grad()
            loss = cost(model(rows), targets)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(rows)
        if held_out:
            model.eval()
            with torch.inference_mode():
                cost(model(held_out[0]), held_out[1].long()).item()
        return total.item() / len(x)

    def predict(rows: np.ndarray) -> np.ndarray:
        model.eval()
        with torch.inference_mode():
            return model(torch.from_numpy(rows).to(device)).softmax(1).cpu().numpy()

    return Trained(lambda: [epoch() for _ in range(task.epochs)][-1], predict)


def _in_words_of_torch(task: Task) -> Iterator[Any]:
    from torch import nn

    for kind, units in task.network:
        if kind == "dense":
            yield from (nn.LazyLinear(units), nn.ReLU())
        elif kind == "filters":
            yield from (nn.LazyConv2d(units, 3), nn.ReLU())
        elif kind == "normalised":
            yield from (nn.LazyConv2d(units, 3, bias=False), nn.LazyBatchNorm2d(), nn.ReLU())
        else:
            yield nn.MaxPool2d(2) if kind == "pool" else nn.Flatten()
    yield nn.LazyLinear(task.classes)


def plain_jax(task: Task) -> Trained:
    return Trained(*network_by_hand(task))


CONTENDERS: dict[str, Callable[[Task], Trained]] = {
    "pellucid": pellucid,
    "pellucid without the doctor": without_doctor,
    "pellucid without oneDNN": without_onednn,
    "plain JAX": plain_jax,
    "scikit-learn": scikit_learn,
    "PyTorch": pytorch,
    "PyTorch, DataLoader": pytorch_loader,
    "Keras on JAX": keras("jax"),
    "Keras on PyTorch": keras("torch"),
    "Keras on TensorFlow": keras("tensorflow"),
}
