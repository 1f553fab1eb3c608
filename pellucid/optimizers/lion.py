"""Lion: steps of one size, in the direction of a sign."""

from typing import Any, ClassVar

from jaxtyping import Array, Float

from pellucid.base.config import config, option
from pellucid.base.types import Tree
from pellucid.optimizers.borrowed import begin, optax, scale
from pellucid.optimizers.moments import downhill
from pellucid.optimizers.optimizer import OPTIMIZERS, Memory, Optimizer

NAMES = {"mu": "momentum"}  # optax's, and ours


@OPTIMIZERS.register("lion")
@config
class Lion(Optimizer):
    """p <- p - lr sign(beta_1 m + (1 - beta_1) g);  m <- beta_2 m + (1 - beta_2) g.

    Every parameter moves by the learning rate: take one 3 to 10 times smaller than Adam's.
    """

    layout: ClassVar = (("momentum",),)

    beta_1: float = option(default=0.9, above=0, at_most=1, about="weight of the momentum in m")
    beta_2: float = option(default=0.99, at_least=0, at_most=1, about="how long m is remembered")

    def start(self, params: Tree) -> Memory:
        return begin(self._sign(), params, NAMES)

    def move(
        self, grads: Tree, memory: Memory, params: Tree, learning_rate: Float[Array, ""]
    ) -> tuple[Tree, Memory]:
        directions, memory = scale(self._sign(), grads, memory, NAMES)
        return downhill(directions, learning_rate), memory

    def _sign(self) -> Any:
        return optax().scale_by_lion(b1=self.beta_1, b2=self.beta_2)
