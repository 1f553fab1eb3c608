"""Losses over probabilities: what a true answer's improbability costs, in nats."""

from typing import ClassVar

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Activation
from pellucid.functions.activations import linear, sigmoid, softmax
from pellucid.functions.loss import (
    LOSSES,
    SMALLEST,
    Costs,
    Labels,
    Logits,
    Loss,
    Values,
    per_example,
)

FROM_LOGITS = "the network ends in z, without its last activation"
SMOOTHING = "how much of each target is spread evenly over all classes"


@LOSSES.register("binary_crossentropy", "log_loss", "bce", "BCE")
@config
class BinaryCrossentropy(Loss):
    """C = -mean_k (y_k log(a_k) + (1 - y_k) log(1 - a_k)), for independent yes-or-no outputs.

    Shapes:
        y, a    (batch, ..., outputs), every y from 0 to 1
    """

    from_logits: bool = option(default=False, about=FROM_LOGITS)
    label_smoothing: float = option(default=0.0, at_least=0, at_most=1, about=SMOOTHING)

    @property
    def link(self) -> Activation:
        return linear if self.from_logits else sigmoid

    def cost(self, y: Values, a: Values) -> Costs:
        if self.from_logits:
            return self.cost_from_z(y, a)
        return per_example(_binary_cost(_smooth(y, self.label_smoothing, 2), a))

    def cost_from_z(self, y: Values, z: Values) -> Costs:
        return per_example(_binary_cost_from_z(_smooth(y, self.label_smoothing, 2), z))


@LOSSES.register("categorical_crossentropy")
@config
class CategoricalCrossentropy(Loss):
    """C = -sum_k y_k log(a_k), for one-hot or soft targets y.

    Shapes:
        y, a    (batch, ..., classes), each row of y summing to 1
    """

    from_logits: bool = option(default=False, about=FROM_LOGITS)
    label_smoothing: float = option(default=0.0, at_least=0, at_most=1, about=SMOOTHING)

    @property
    def link(self) -> Activation:
        return linear if self.from_logits else softmax

    def cost(self, y: Values, a: Values) -> Costs:
        if self.from_logits:
            return self.cost_from_z(y, a)
        return self._expected(y, _log_probabilities(a))

    def cost_from_z(self, y: Values, z: Values) -> Costs:
        return self._expected(y, jax.nn.log_softmax(z, axis=-1))

    def _expected(self, y: Values, log_a: Values) -> Costs:
        y = _smooth(y, self.label_smoothing, y.shape[-1])
        return per_example(-jnp.sum(y * log_a, axis=-1))


@LOSSES.register("sparse_categorical_crossentropy")
@config
class SparseCategoricalCrossentropy(Loss):
    """C = -log(a_y), for the index y of the true class.

    A position whose label is `ignore_class` costs nothing, and the mean over a batch is one
    over the others, as in Keras.

    Shapes:
        y       (batch, ...) of integers
        a       (batch, ..., classes)
    """

    targets: ClassVar[str] = "labels"

    from_logits: bool = option(default=False, about=FROM_LOGITS)
    ignore_class: int | None = option(default=None, about="a label that costs nothing")

    @property
    def ignores(self) -> int | None:
        return self.ignore_class

    @property
    def link(self) -> Activation:
        return linear if self.from_logits else softmax

    def cost(self, y: Labels, a: Logits) -> Costs:
        if self.from_logits:
            return self.cost_from_z(y, a)
        return self._at_label(y, _log_probabilities(a))

    def cost_from_z(self, y: Labels, z: Logits) -> Costs:
        return self._at_label(y, jax.nn.log_softmax(z, axis=-1))

    def _at_label(self, y: Labels, log_a: Logits) -> Costs:
        # Comparing with every class fuses with what is around it; picking one does not.
        is_label = y[..., None] == jnp.arange(log_a.shape[-1], dtype=y.dtype)
        costs = -jnp.sum(jnp.where(is_label, log_a, jnp.zeros_like(log_a)), axis=-1)
        if self.ignore_class is not None:
            costs = jnp.where(y == self.ignore_class, jnp.zeros_like(costs), costs)
        return per_example(costs)


@LOSSES.register("binary_focal_crossentropy")
@config
class BinaryFocalCrossentropy(Loss):
    """C = -mean_k w_k (1 - p_k)^gamma log(p_k), where p_k is what the true answer was given.

    Answers that are right and sure cost next to nothing, so rare hard examples count.
    With `apply_class_balancing`, w is alpha for y = 1 and 1 - alpha for y = 0; else 1.

    Shapes:
        y, a    (batch, ..., outputs), every y from 0 to 1
    """

    apply_class_balancing: bool = option(default=False, about="weigh the two answers")
    alpha: float = option(default=0.25, at_least=0, at_most=1, about="the weight of y = 1")
    gamma: float = option(default=2.0, at_least=0, about="how little sure answers count")
    from_logits: bool = option(default=False, about=FROM_LOGITS)
    label_smoothing: float = option(default=0.0, at_least=0, at_most=1, about=SMOOTHING)

    @property
    def link(self) -> Activation:
        return linear if self.from_logits else sigmoid

    def cost(self, y: Values, a: Values) -> Costs:
        if self.from_logits:
            return self.cost_from_z(y, a)
        y = _smooth(y, self.label_smoothing, 2)
        return self._focused(y, y * (1 - a) + (1 - y) * a, _binary_cost(y, a))

    def cost_from_z(self, y: Values, z: Values) -> Costs:
        y = _smooth(y, self.label_smoothing, 2)
        mistaken = y * jax.nn.sigmoid(-z) + (1 - y) * jax.nn.sigmoid(z)
        return self._focused(y, mistaken, _binary_cost_from_z(y, z))

    def _focused(self, y: Values, mistaken: Values, costs: Values) -> Costs:
        costs = jnp.power(mistaken, self.gamma) * costs
        if self.apply_class_balancing:
            costs = (y * self.alpha + (1 - y) * (1 - self.alpha)) * costs
        return per_example(costs)


@LOSSES.register("categorical_focal_crossentropy")
@config
class CategoricalFocalCrossentropy(Loss):
    """C = -alpha sum_k y_k (1 - a_k)^gamma log(a_k), for one-hot or soft targets y.

    Shapes:
        y, a    (batch, ..., classes), each row of y summing to 1
    """

    alpha: float = option(default=0.25, at_least=0, about="a factor of every cost")
    gamma: float = option(default=2.0, at_least=0, about="how little sure answers count")
    from_logits: bool = option(default=False, about=FROM_LOGITS)
    label_smoothing: float = option(default=0.0, at_least=0, at_most=1, about=SMOOTHING)

    @property
    def link(self) -> Activation:
        return linear if self.from_logits else softmax

    def cost(self, y: Values, a: Values) -> Costs:
        if self.from_logits:
            return self.cost_from_z(y, a)
        return self._focused(y, _log_probabilities(a))

    def cost_from_z(self, y: Values, z: Values) -> Costs:
        return self._focused(y, jax.nn.log_softmax(z, axis=-1))

    def _focused(self, y: Values, log_a: Values) -> Costs:
        y = _smooth(y, self.label_smoothing, y.shape[-1])
        costs = -y * jnp.power(1 - jnp.exp(log_a), self.gamma) * log_a
        return per_example(self.alpha * jnp.sum(costs, axis=-1))


@LOSSES.register("kl_divergence", "kld", "KLD", "kullback_leibler_divergence")
@config
class KLDivergence(Loss):
    """C = sum_k y_k log(y_k / a_k): how far the probabilities a are from y.

    Shapes:
        y, a    (batch, ..., classes), each row summing to 1
    """

    @property
    def link(self) -> Activation:
        return softmax

    def cost(self, y: Values, a: Values) -> Costs:
        return self._divergence(y, jnp.log(jnp.clip(a, SMALLEST, 1)))

    def cost_from_z(self, y: Values, z: Values) -> Costs:
        return self._divergence(y, jax.nn.log_softmax(z, axis=-1))

    def _divergence(self, y: Values, log_a: Values) -> Costs:
        y = jnp.clip(y, SMALLEST, 1)
        return per_example(jnp.sum(y * (jnp.log(y) - log_a), axis=-1))


@LOSSES.register("poisson")
@config
class Poisson(Loss):
    """C = mean_k (a_k - y_k log(a_k)), for counts y and their expected numbers a > 0.

    Shapes:
        y, a    (batch, ..., outputs)
    """

    def cost(self, y: Values, a: Values) -> Costs:
        return per_example(a - y * jnp.log(a + SMALLEST))


def _smooth(y: Values, smoothing: float, classes: int) -> Values:
    return y * (1 - smoothing) + smoothing / classes if smoothing else y


def _inside(a: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return probabilities that are neither 0 nor 1, in a's own precision."""
    return jnp.clip(a, SMALLEST, 1 - max(SMALLEST, float(jnp.finfo(a.dtype).epsneg)))


def _log_probabilities(a: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return log(a), after making each row sum to 1 as Keras does."""
    return jnp.log(_inside(a / jnp.sum(a, axis=-1, keepdims=True)))


def _binary_cost(y: Values, a: Values) -> Values:
    a = _inside(a)
    return -(y * jnp.log(a) + (1 - y) * jnp.log(1 - a))


def _binary_cost_from_z(y: Values, z: Values) -> Values:
    return y * jax.nn.softplus(-z) + (1 - y) * jax.nn.softplus(z)
