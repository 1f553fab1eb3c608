"""What loss and accuracy must agree on with the output they judge, and what is done if not.

Keras computes on in silence: it takes probabilities for logits and logits for probabilities,
and finds that labels of -1 and 1 never equal a rounded output.
"""

import dataclasses
from typing import Any

from pellucid.functions.accuracies import Accuracy, BinaryAccuracy, SignAccuracy
from pellucid.functions.activations import linear, sigmoid, softmax
from pellucid.functions.crossentropies import (
    BinaryCrossentropy,
    BinaryFocalCrossentropy,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    SparseCategoricalCrossentropy,
)
from pellucid.functions.losses import Loss, Reduced
from pellucid.functions.margins import Hinge, SquaredHinge
from pellucid.functions.metrics import Metric
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.strictness import strict
from pellucid.network.network import Node

BINARY = (BinaryCrossentropy, BinaryFocalCrossentropy)
CROSS_ENTROPIES = (
    *BINARY,
    CategoricalCrossentropy,
    CategoricalFocalCrossentropy,
    SparseCategoricalCrossentropy,
)
SUMS = ("Dense", "Conv1D", "Conv2D", "Conv3D", "EinsumDense")  # if linear, they give logits


def agreed(loss: Loss, node: Node) -> Loss:
    """Return a cross entropy that takes the output for what it is: logits or probabilities."""
    if isinstance(loss, Reduced):
        return dataclasses.replace(loss, loss=agreed(loss.inner, node))
    if not isinstance(loss, CROSS_ENTROPIES) or strict():
        return loss
    activation = node.layer.nonlinearity
    logits = activation is linear and type(node.layer).__name__ in SUMS
    if logits and not loss.from_logits:
        hint(
            f"logits {node.name}",
            f"the output {node.name!r} has no activation, so the loss takes it for logits "
            "(Keras would take it for probabilities): say from_logits=True, or end with "
            "sigmoid or softmax",
        )
        return dataclasses.replace(loss, from_logits=True)
    if activation in (sigmoid, softmax) and loss.from_logits:
        hint(
            f"probabilities {node.name}",
            f"the output {node.name!r} ends with {activation.__name__}, so from_logits=True is "
            "left out of account (Keras would apply it twice)",
        )
        return dataclasses.replace(loss, from_logits=False)
    return loss


def accuracy_for(loss: Loss | None, node: Node) -> Metric:
    """Return what "accuracy" means for an output, by its loss, activation and width."""
    inner: Any = loss.inner if isinstance(loss, Reduced) else loss
    width = node.output_shape[-1] if node.output_shape else 1
    if strict():
        return Accuracy()
    if isinstance(inner, Hinge | SquaredHinge):
        hint("accuracy hinge", "accuracy with a hinge loss: the share of outputs of the right sign")
        return SignAccuracy()
    if isinstance(inner, BINARY) and inner.from_logits:
        return BinaryAccuracy(threshold=0.0)
    if isinstance(inner, BINARY) and width > 1 and node.layer.nonlinearity is sigmoid:
        hint(
            f"accuracy {node.name}",
            f"accuracy of {width} sigmoid outputs: counted one by one, as binary_accuracy (Keras "
            "would compare the largest, as categorical_accuracy)",
        )
        return BinaryAccuracy()
    numbers = not isinstance(inner, CROSS_ENTROPIES) and getattr(inner, "link", None) is linear
    if numbers and node.layer.nonlinearity is linear:
        hint(
            f"no accuracy {node.name}",
            "accuracy counts right classes, and this model predicts numbers: mae or "
            "r2_score says more",
        )
    return Accuracy()
