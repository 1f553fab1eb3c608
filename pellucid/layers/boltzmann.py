"""The restricted Boltzmann machine: visible and hidden units, wired only to each other.

It is no `Layer` and stands in no registry of layers: it has no output to hand on while a
network trains, but a probability for every state of its units. What it has learnt goes
into a network as a `Dense` layer with a sigmoid: p(h = 1 | v) = sigmoid(v W + c).
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from pellucid.base.config import Config, config, option
from pellucid.base.types import Key, Params

VISIBLE = ("bernoulli", "gaussian")
START_DEVIATION = 0.01  # of the weights before training: small, so that hidden units differ


@config
class BoltzmannMachine(Config):
    """p(v, h) = exp(-E(v, h)) / Z, with hidden units h in {0, 1}.

    The energy E is, by the kind of visible units,
        bernoulli   -b.v - c.h - v W h            v in {0, 1}
        gaussian    |v - b|^2 / 2 - c.h - v W h   v real, of variance 1 given h

    Bernoulli units also take values between 0 and 1, as probabilities of a 1. Columns for
    Gaussian units should have mean 0 and variance 1.

    Shapes, by the names of the parameters:
        kernel        W  (features, units)
        bias          c  (units,), of the hidden units
        visible_bias  b  (features,)
        v                (rows, features)
        h                (rows, units)
    """

    units: int = option(above=0, about="how many hidden units")
    visible: str = option(default="bernoulli", choices=VISIBLE, about="what visible units are")

    def init(self, key: Key, visible_bias: Float[Array, " features"]) -> Params:
        """Return fresh parameters, weights from N(0, 0.01^2), with visible biases as given."""
        shape = (len(visible_bias), self.units)
        kernel = START_DEVIATION * jax.random.normal(key, shape, visible_bias.dtype)
        bias = jnp.zeros(self.units, visible_bias.dtype)
        return {"kernel": kernel, "bias": bias, "visible_bias": visible_bias}

    def energy(
        self, params: Params, v: Float[Array, "rows features"], h: Float[Array, "rows units"]
    ) -> Float[Array, " rows"]:
        """Return E(v, h) of each row."""
        joint = jnp.sum((v @ params["kernel"]) * h, axis=1)
        return self._visible_energy(params, v) - h @ params["bias"] - joint

    def free_energy(
        self, params: Params, v: Float[Array, "rows features"]
    ) -> Float[Array, " rows"]:
        """Return F(v) = -log sum_h exp(-E(v, h)) of each row; p(v) = exp(-F(v)) / Z.

        The sum has 2^units terms, but falls into one softplus(v W + c) for each unit.
        """
        z = v @ params["kernel"] + params["bias"]
        return self._visible_energy(params, v) - jnp.sum(jax.nn.softplus(z), axis=1)

    def hidden(
        self, params: Params, v: Float[Array, "rows features"]
    ) -> Float[Array, "rows units"]:
        """Return p(h = 1 | v) = sigmoid(v W + c)."""
        return jax.nn.sigmoid(v @ params["kernel"] + params["bias"])

    def expected(
        self, params: Params, h: Float[Array, "rows units"]
    ) -> Float[Array, "rows features"]:
        """Return the mean of v given h: sigmoid(h W' + b), or h W' + b of Gaussian units."""
        z = h @ params["kernel"].T + params["visible_bias"]
        return jax.nn.sigmoid(z) if self.visible == "bernoulli" else z

    def draw_hidden(
        self, key: Key, params: Params, v: Float[Array, "rows features"]
    ) -> Float[Array, "rows units"]:
        """Return h drawn from p(h | v): zeros and ones."""
        return draw_bits(key, self.hidden(params, v))

    def draw_visible(
        self, key: Key, params: Params, h: Float[Array, "rows units"]
    ) -> Float[Array, "rows features"]:
        """Return v drawn from p(v | h)."""
        mean = self.expected(params, h)
        if self.visible == "bernoulli":
            return draw_bits(key, mean)
        return mean + jax.random.normal(key, mean.shape, mean.dtype)

    def gibbs(
        self, key: Key, params: Params, h: Float[Array, "rows units"], steps: Int[Array, ""] | int
    ) -> tuple[Float[Array, "rows features"], Float[Array, "rows units"]]:
        """Return v and h after `steps` rounds of Gibbs sampling from h: v given h, h given v."""

        def round_of(step: Array, chain: tuple[Array, Array]) -> tuple[Array, Array]:
            visible_key, hidden_key = jax.random.split(jax.random.fold_in(key, step))
            v = self.draw_visible(visible_key, params, chain[1])
            return v, self.draw_hidden(hidden_key, params, v)

        v = jnp.zeros((len(h), len(params["visible_bias"])), h.dtype)
        return jax.lax.fori_loop(0, steps, round_of, (v, h))

    def slope(self, params: Params, v: Float[Array, "rows features"]) -> Params:
        """Return the mean over the rows of -dF/d(params): what makes them more probable.

            -dF/dW = v p(h | v)',   -dF/dc = p(h | v),   -dF/db = v, or v - b of Gaussian units

        The gradient of the mean log-likelihood is the slope of the data minus the slope
        that is to be expected of rows drawn from the machine itself.
        """
        h = self.hidden(params, v)
        pull = v if self.visible == "bernoulli" else v - params["visible_bias"]
        return {
            "kernel": v.T @ h / len(v),
            "bias": jnp.mean(h, axis=0),
            "visible_bias": jnp.mean(pull, axis=0),
        }

    def pseudo_likelihood(
        self,
        params: Params,
        v: Float[Array, "rows features"],
        columns: Int[Array, " rows"],
    ) -> Float[Array, " rows"]:
        """Return features * log p(v_i | all other v), i being each row's entry of `columns`.

        With i drawn evenly, this is to be expected to be the log pseudo-likelihood
        sum_i log p(v_i | others), where p = sigmoid(F(v with bit i flipped) - F(v)). A flip
        changes v W by one row of W, so no second product is needed. Bernoulli units only.
        """
        rows = jnp.arange(len(v), dtype=columns.dtype)
        turn = 1 - 2 * v[rows, columns]  # what flipping bit i adds to v_i
        z = v @ params["kernel"] + params["bias"]
        flipped = z + turn[:, None] * params["kernel"][columns]
        gap = jnp.sum(jax.nn.softplus(z) - jax.nn.softplus(flipped), axis=1)
        return v.shape[1] * jax.nn.log_sigmoid(gap - turn * params["visible_bias"][columns])

    def _visible_energy(
        self, params: Params, v: Float[Array, "rows features"]
    ) -> Float[Array, " rows"]:
        b = params["visible_bias"]
        if self.visible == "bernoulli":
            return -(v @ b)
        return jnp.sum(jnp.square(v - b), axis=1) / 2


def draw_bits(key: Key, p: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """Return ones with probability `p`, else zeros."""
    return (jax.random.uniform(key, p.shape, p.dtype) < p).astype(p.dtype)
