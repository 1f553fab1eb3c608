"""Contrastive divergence: how a restricted Boltzmann machine learns, an epoch a program.

The gradient of the log-likelihood is a difference of two means of `slope`: over the data,
and over rows that the machine itself draws. The second is taken from short Gibbs chains:
begun at the data (CD-k), or kept from step to step (persistent).
"""

import functools
from collections.abc import Callable, Mapping
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from pellucid.base.config import Config, config, option
from pellucid.base.types import AnyArray, Key, Params, Seed, Tree
from pellucid.layers.boltzmann import BoltzmannMachine
from pellucid.training.compilation import compiled, keep_latest
from pellucid.training.state import INIT, NOISE, ORDER, key_for

# What else a random number is for, besides the purposes of `training.state`.
FLIP, DREAM = 3, 4
ACTIVITY_KEPT = 0.9  # share of the running mean of activity that a step keeps
FLIPS = 10  # bits of each row that stand for all in an estimate of the pseudo-likelihood
RAREST = 0.01  # a pixel that is never on starts as if it were on this often
NAMES = (
    "reconstruction_error",
    "pseudo_likelihood",
    "free_energy_gap",
    "val_reconstruction_error",
    "val_pseudo_likelihood",
)  # of an epoch's values, in the order of a record


@config
class ContrastiveDivergence(Config):
    """How a machine is trained: gradient ascent on an estimate of the log-likelihood.

    velocity <- momentum * velocity + learning_rate * (gradient - weight_decay * W)

    With a `sparsity`, hidden units are pushed towards being on in that share of the rows:
    sparsity_cost * (sparsity - q) is added to the gradient of their biases, where q is a
    running mean of p(h = 1 | v).
    """

    k: int = option(default=1, above=0, about="rounds of Gibbs sampling a step")
    persistent: bool = option(default=False, about="go on with the last step's chains")
    learning_rate: float = option(default=0.05, above=0)
    momentum: float = option(default=0.9, at_least=0, below=1)
    weight_decay: float = option(default=2e-4, at_least=0)
    sparsity: float | None = option(
        default=None, above=0, below=1, about="wanted share of rows in which a unit is on"
    )
    sparsity_cost: float = option(default=0.1, at_least=0)


class MachineState(NamedTuple):
    """What changes while a machine learns: all that a step reads and the next one needs."""

    params: Params
    velocity: Params
    chain: Float[AnyArray, "chains units"]  # hidden states of persistent chains, else none
    activity: Float[AnyArray, " units"]  # the running mean of p(h = 1 | v)
    epoch: Int[AnyArray, ""]  # epochs finished
    step: Int[AnyArray, ""]  # steps finished
    seed: Seed


Values = dict[str, Float[Array, ""]]
Rows = Float[AnyArray, "rows features"]
Start = Callable[[Seed, Float[AnyArray, " features"]], MachineState]
Epoch = Callable[[MachineState, Rows, Rows, Rows | None], tuple[MachineState, Values]]


def first_bias(machine: BoltzmannMachine, v: Float[np.ndarray, "rows features"]) -> np.ndarray:
    """Return the visible biases under which the machine, before training, has v's means."""
    mean = v.mean(axis=0, dtype=np.float64)
    if machine.visible == "bernoulli":
        mean = np.clip(mean, RAREST, 1 - RAREST)
        mean = np.log(mean / (1 - mean))
    return mean.astype(np.float32)


@keep_latest
def compile_start(machine: BoltzmannMachine, chains: int) -> Start:
    """Return the compiled function from seed and visible biases to the state before step 1."""

    def start(seed: Seed, visible_bias: Float[Array, " features"]) -> MachineState:
        params = machine.init(key_for(seed, INIT), visible_bias)
        still: Tree = jax.tree.map(jnp.zeros_like, params)
        chain, activity = jnp.zeros((chains, machine.units)), jnp.zeros(machine.units)
        zero = jnp.zeros((), "int32")
        return MachineState(params, still, chain, activity, zero, jnp.zeros((), "int32"), seed)

    return compiled(start)


@keep_latest
def compile_epoch(
    machine: BoltzmannMachine, method: ContrastiveDivergence, batch_size: int, *, shuffle: bool
) -> Epoch:
    """Return the compiled function that trains through all rows once, and measures.

    It takes the state, which is used up, the rows, some of them to measure on, and rows
    that are held out, or None.
    """

    def epoch(
        state: MachineState,
        v: Float[Array, "rows features"],
        watched: Float[Array, "watched features"],
        held_out: Float[Array, "held features"] | None,
    ) -> tuple[MachineState, Values]:
        order = jnp.arange(len(v), dtype="int32")
        if shuffle:
            order = jax.random.permutation(key_for(state.seed, ORDER, state.epoch), order)
        whole = len(v) // batch_size * batch_size

        def visit(state: MachineState, rows: Int[Array, " batch"]) -> tuple[MachineState, None]:
            return learn(machine, method, state, v[rows]), None

        state, _ = jax.lax.scan(visit, state, order[:whole].reshape(-1, batch_size))
        if whole < len(v):
            state, _ = visit(state, order[whole:])
        state = state._replace(epoch=state.epoch + 1)
        return state, measured(machine, state, watched, held_out)

    return compiled(epoch, donate=(0,))


def learn(
    machine: BoltzmannMachine,
    method: ContrastiveDivergence,
    state: MachineState,
    v: Float[Array, "batch features"],
) -> MachineState:
    """Return the state after one step on the mini-batch v."""
    key = key_for(state.seed, NOISE, state.step)
    start = state.chain if method.persistent else None
    gradient, h = contrast(machine, key, state.params, v, method.k, start)
    gradient["kernel"] -= method.weight_decay * state.params["kernel"]
    activity = state.activity
    if method.sparsity is not None:
        now = jnp.mean(machine.hidden(state.params, v), axis=0)
        kept = jnp.where(state.step == 0, 0.0, ACTIVITY_KEPT)
        activity = kept * activity + (1 - kept) * now
        gradient["bias"] += method.sparsity_cost * (method.sparsity - activity)
    velocity = jax.tree.map(
        lambda u, g: method.momentum * u + method.learning_rate * g, state.velocity, gradient
    )
    return state._replace(
        params=jax.tree.map(jnp.add, state.params, velocity),
        velocity=velocity,
        chain=h if method.persistent else state.chain,
        activity=activity,
        step=state.step + 1,
    )


def contrast(
    machine: BoltzmannMachine,
    key: Key,
    params: Params,
    v: Float[Array, "batch features"],
    k: int,
    chain: Float[Array, "chains units"] | None = None,
) -> tuple[dict[str, Array], Float[Array, "chains units"]]:
    """Return an estimate of the gradient of the mean log-likelihood of v, and the chains' h.

    The `chain` goes on for k rounds, or is begun at the data.
    """
    begin_key, gibbs_key = jax.random.split(key)
    if chain is None:
        chain = machine.draw_hidden(begin_key, params, v)
    dreamt, h = machine.gibbs(gibbs_key, params, chain, k)
    data, model = machine.slope(params, v), machine.slope(params, dreamt)
    return {name: data[name] - model[name] for name in params}, h


def measured(
    machine: BoltzmannMachine,
    state: MachineState,
    watched: Float[Array, "watched features"],
    held_out: Float[Array, "held features"] | None,
) -> Values:
    """Return how well the machine knows training rows, and rows held out.

    reconstruction_error  mean squared difference of v and its mean given p(h | v)
    pseudo_likelihood     nats, estimated from ten flipped bits a row; Bernoulli units only
    free_energy_gap       mean F of rows held out minus mean F of training rows: it grows
                          while the machine learns the training rows by heart
    """
    found = _known(machine, state, watched)
    if held_out is not None:
        found |= {f"val_{name}": v for name, v in _known(machine, state, held_out).items()}
        energies = [jnp.mean(machine.free_energy(state.params, v)) for v in (held_out, watched)]
        found["free_energy_gap"] = energies[0] - energies[1]
    return found


def _known(
    machine: BoltzmannMachine, state: MachineState, v: Float[Array, "rows features"]
) -> Values:
    error = jnp.mean(jnp.square(v - reconstruction(machine, state.params, v)))
    found = {"reconstruction_error": error}
    if machine.visible == "bernoulli":
        key = key_for(state.seed, FLIP, state.epoch)
        found["pseudo_likelihood"] = jnp.mean(flips(machine, key, state.params, v))
    return found


def reconstruction(
    machine: BoltzmannMachine, params: Params, v: Float[Array, "rows features"]
) -> Float[Array, "rows features"]:
    """Return the mean of v given p(h | v), without drawing: there and back once."""
    return machine.expected(params, machine.hidden(params, v))


def flips(
    machine: BoltzmannMachine, key: Key, params: Params, v: Float[Array, "rows features"]
) -> Float[Array, " rows"]:
    """Return the estimate of each row's log pseudo-likelihood by FLIPS bits drawn evenly."""
    columns = jax.random.randint(key, (FLIPS, len(v)), 0, v.shape[1], "int32")
    one = functools.partial(machine.pseudo_likelihood, params, v)
    return jnp.mean(jax.lax.map(one, columns), axis=0)


class Sights(NamedTuple):
    """The compiled functions of parameters that look at a machine without changing it."""

    hidden: Callable[[Params, Rows], Array]
    reconstruction: Callable[[Params, Rows], Array]
    free_energy: Callable[[Params, Rows], Array]
    pseudo_likelihood: Callable[[Params, Rows, Seed], Array]
    dream: Callable[[Params, Rows, Int[AnyArray, ""], Seed], Array]


@keep_latest
def compile_sights(machine: BoltzmannMachine) -> Sights:
    """Return what can be asked of a machine, each as one program."""

    def likely(params: Params, v: Float[Array, "rows features"], seed: Seed) -> Array:
        return flips(machine, key_for(seed, FLIP), params, v)

    def dream(
        params: Params, v: Float[Array, "rows features"], steps: Int[Array, ""], seed: Seed
    ) -> Array:
        first, rest = jax.random.split(key_for(seed, DREAM))
        return machine.gibbs(rest, params, machine.draw_hidden(first, params, v), steps)[0]

    return Sights(
        compiled(machine.hidden),
        compiled(functools.partial(reconstruction, machine)),
        compiled(machine.free_energy),
        compiled(likely),
        compiled(dream),
    )


def plain(values: Mapping[str, Array]) -> dict[str, float]:
    """Return measured values as numbers on the host, in the order of NAMES."""
    found = jax.device_get(values)
    return {name: float(found[name]) for name in NAMES if name in found}
