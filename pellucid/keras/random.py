"""Random numbers as Keras spells them.

Inside a layer's call they come from the running program's key, so that training can be
resumed; elsewhere a key is counted from the seed that `set_random_seed` gave. With `seed=`
a whole number, the same numbers come each time.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from pellucid.functions.threefry import key_of
from pellucid.keras.engine.base.eager import as_array
from pellucid.keras.engine.base.seeds import next_seed
from pellucid.keras.engine.base.settings import floatx
from pellucid.keras.engine.base.tensor import as_tensor, is_symbol
from pellucid.keras.engine.base.variable import Variable, current_scope, next_key
from pellucid.keras.engine.operations.operation import apply_operation


class SeedGenerator:
    """Gives new random numbers each time it is passed as `seed`, from a first seed."""

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        del kwargs
        self.name = name or "seed_generator"
        self.seed = next_seed() & 0xFFFFFFFF if seed is None else int(seed)
        start = np.array([self.seed, 0], "uint32")
        self.state = Variable(start, trainable=False, name="seed_generator_state")

    def next(self, ordered: bool = True) -> Any:
        """Return a pair of numbers that no earlier call has returned.

        In a running program they come from its key: what a program changes in a generator
        would be forgotten with it.
        """
        del ordered
        if current_scope() is not None:
            return jax.random.key_data(jax.random.fold_in(next_key(), self.seed))
        now = self.state.value
        self.state.assign(now + np.array([0, 1], "uint32"))
        return now

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal generator."""
        return {"seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """Return the generator that `get_config` described."""
        return cls(**config)


def normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Return normal numbers."""
    return _told(mean + stddev * jax.random.normal(_key(seed), tuple(shape), _float(dtype)))


def truncated_normal(
    shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Return normal numbers, drawn again where more than two `stddev` from `mean`."""
    drawn = jax.random.truncated_normal(_key(seed), -2.0, 2.0, tuple(shape), _float(dtype))
    return _told(mean + stddev * drawn)


def uniform(
    shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None
) -> Any:
    """Return numbers from `minval` to `maxval`, all equally likely."""
    if dtype is not None and "int" in str(dtype):
        return randint(shape, int(minval), int(maxval), dtype, seed)
    return _told(jax.random.uniform(_key(seed), tuple(shape), _float(dtype), minval, maxval))


def randint(shape: Any, minval: Any, maxval: Any, dtype: Any = "int32", seed: Any = None) -> Any:
    """Return whole numbers from `minval` up to, and not, `maxval`."""
    kind = {"int64": "int32", "int": "int32"}.get(str(dtype), dtype)
    return _told(jax.random.randint(_key(seed), tuple(shape), minval, maxval, kind))


def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Any:
    """Return indices drawn by their log-probabilities: (batch, num_samples)."""
    rows = jnp.asarray(as_array(logits))
    drawn = jax.random.categorical(_key(seed), rows[:, None], shape=(len(rows), num_samples))
    return _told(drawn.astype({"int64": "int32"}.get(str(dtype), dtype)))


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Return the inputs with a share `rate` of them 0, and the rest larger for it."""

    def drop(x: Any) -> Any:
        shape = x.shape if noise_shape is None else _sides(noise_shape, x.shape)
        kept = jax.random.bernoulli(_key(seed), np.float32(1 - rate), shape)
        return jnp.where(kept, x / (1 - rate), jnp.zeros_like(x))

    return _applied("dropout", drop, inputs)


def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """Return x with its parts along an axis in random order."""
    return _applied("shuffle", lambda a: jax.random.permutation(_key(seed), a, axis), x)


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Return numbers of the gamma distribution of shape `alpha` and scale 1."""
    return _told(jax.random.gamma(_key(seed), alpha, tuple(shape), _float(dtype)))


def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Return numbers of the beta distribution."""
    return _told(jax.random.beta(_key(seed), alpha, beta, tuple(shape), _float(dtype)))


def binomial(
    shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None
) -> Any:
    """Return how many of `counts` trials succeed."""
    n, p = jnp.asarray(counts, "float32"), jnp.asarray(probabilities, "float32")
    return _told(jax.random.binomial(_key(seed), n, p, tuple(shape)).astype(_float(dtype)))


def _key(seed: Any) -> Any:
    if seed is None:
        return next_key()
    bits = seed.next() if isinstance(seed, SeedGenerator) else np.array([seed, 0], "uint32")
    return key_of(jnp.asarray(bits, "uint32"))


def _float(dtype: Any) -> Any:
    return floatx() if dtype is None else str(getattr(dtype, "name", dtype))


def _told(drawn: Any) -> Any:
    return drawn if current_scope() is not None else as_tensor(drawn)


def _applied(name: str, function: Any, x: Any) -> Any:
    if is_symbol(x) or current_scope() is not None:
        return apply_operation(name, function, x)
    return _told(function(jnp.asarray(as_array(x))))


def _sides(noise_shape: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(
        own if side is None else side for side, own in zip(noise_shape, shape, strict=True)
    )
