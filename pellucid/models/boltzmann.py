"""The shell of a restricted Boltzmann machine: it holds what training changes."""

import time
from os import PathLike
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from pellucid.base.config import Config, config, option
from pellucid.base.errors import ConfigError, DataError, ShapeError, StateError, explain
from pellucid.base.types import Shape
from pellucid.interop.door import warn_of_nonfinite
from pellucid.interop.machine_file import MachineFile, read_machine, write_machine
from pellucid.layers.boltzmann import BoltzmannMachine
from pellucid.models.history import History
from pellucid.models.progress import Progress
from pellucid.plots.boltzmann import features
from pellucid.training.columns import as_numbers, place
from pellucid.training.interrupt import Interrupt
from pellucid.training.pretraining import (
    ContrastiveDivergence,
    MachineState,
    compile_epoch,
    compile_sights,
    compile_start,
    first_bias,
    plain,
)
from pellucid.training.record import EpochRecord
from pellucid.training.state import seed_bits

MEASURED = 1000  # training rows that the values of an epoch are measured on, at most


@config
class Fit(Config):
    """How long a machine learns."""

    epochs: int = option(at_least=0)
    batch_size: int = option(above=0)


class RBM:
    """A restricted Boltzmann machine: learns from rows alone what is usual in them.

    `visible` units are "bernoulli", for values from 0 to 1, or "gaussian", for columns of
    mean 0 and variance 1 (with a learning rate of about 0.001). The other settings are those
    of `pellucid.training.pretraining.ContrastiveDivergence`. Rows may have any shape, such
    as that of a picture.

    Example:
        >>> rows = [[1, 1, 0, 0], [0, 0, 1, 1]] * 50
        >>> rbm = RBM(2, seed=1)
        >>> history = rbm.fit(rows, epochs=60, batch_size=10, verbose=0)
        >>> rbm.transform(rows[:2]).shape
        (2, 2)
        >>> rbm.reconstruct(rows[:2]).round(1).tolist()
        [[1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 1.0]]

    Raises:
        ConfigError: a setting has a value it cannot have.
    """

    def __init__(
        self,
        units: int,
        visible: str = "bernoulli",
        *,
        k: int = 1,
        persistent: bool = False,
        learning_rate: float = 0.05,
        momentum: float = 0.9,
        weight_decay: float = 2e-4,
        sparsity: float | None = None,
        sparsity_cost: float = 0.1,
        seed: int = 0,
    ) -> None:
        self.machine = BoltzmannMachine(units, visible)
        self.method = ContrastiveDivergence(
            k, persistent, learning_rate, momentum, weight_decay, sparsity, sparsity_cost
        )
        self.seed = seed
        self.history = History([])
        self._shape: Shape | None = None  # of a row
        self._state: MachineState | None = None

    @staticmethod
    def load(path: str | PathLike[str]) -> "RBM":
        """Return the machine that `save` wrote, ready to go on training where it stopped.

        Raises:
            FileError: there is no such file, or it is damaged, or holds no machine.
        """
        machine, method, shape, state = read_machine(path)
        bits = [int(word) for word in np.asarray(state.seed)]
        rbm = RBM(**machine.to_config(), **method.to_config(), seed=bits[0] << 32 | bits[1])
        rbm._shape, rbm._state = shape, jax.device_put(state)
        warn_of_nonfinite(path, rbm.weights)
        return rbm

    def save(self, path: str | PathLike[str]) -> None:
        """Write the machine and its training state to one file, whole or not at all."""
        content = MachineFile(self.machine, self.method, self.row_shape, self.state)
        write_machine(path, content)

    @property
    def state(self) -> MachineState:
        """All that training changes: parameters, velocity, chains, counters."""
        if self._state is None:
            what = "This RBM has not seen any rows yet."
            raise StateError(explain(what, got="no fit", expected="fit", hint="rbm.fit(x) first"))
        return self._state

    @property
    def row_shape(self) -> Shape:
        """The shape of a row, as the first `fit` saw it."""
        _ = self.state
        return self._shape or ()

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """W, c and b as host arrays: "kernel", "bias" and "visible_bias"."""
        return {name: np.array(array) for name, array in self.state.params.items()}

    def fit(
        self,
        x: Any,
        *,
        epochs: int = 10,
        batch_size: int = 100,
        validation_data: Any = None,
        shuffle: bool = True,
        verbose: int | str = "auto",
    ) -> History:
        """Learn from the rows of `x`; return the values of every epoch.

        They are measured on up to 1,000 rows of x, evenly apart, and on `validation_data`,
        rows held out: "reconstruction_error", "pseudo_likelihood" (Bernoulli units only) and
        "free_energy_gap" (see `pellucid.training.pretraining.measured`). A second fit goes
        on where the first ended. It stops when a value is no longer finite.

        Raises:
            DataError, ShapeError: before the first step, naming row and column.
            KeyboardInterrupt: after Ctrl-C, with the machine as the last epoch left it.
        """
        v = self._rows(x, "x")
        held_out = None if validation_data is None else self._rows(validation_data, "x held out")
        length = Fit(epochs, min(batch_size, len(v)))
        self._shape = np.shape(x)[1:]
        self._begin(v, length.batch_size)
        program = compile_epoch(self.machine, self.method, length.batch_size, shuffle=shuffle)
        every = -(-len(v) // MEASURED)
        placed = jax.device_put((v, v[::every], held_out))
        self.history, progress = History([]), Progress(length.epochs, verbose)
        with Interrupt() as interrupt:
            for _ in range(length.epochs):
                began = time.perf_counter()
                self._state, found = program(self.state, *placed)
                values = plain(found)
                record = self._record(values, time.perf_counter() - began)
                self.history.records.append(record)
                progress.show(record)
                if not all(map(np.isfinite, values.values())):
                    why = "a value is no longer finite: use a smaller learning rate"
                    self.history.stopped_because = why
                if interrupt.asked or self.history.stopped_because:
                    break
        progress.close("interrupted" if interrupt.asked else self.history.stopped_because)
        interrupt.obey()
        return self.history

    def transform(self, x: Any) -> Float[np.ndarray, "rows units"]:
        """Return p(h = 1 | v) for each row of `x`: the features that were learnt."""
        return np.array(self._look("hidden", x))

    def reconstruct(self, x: Any) -> Float[np.ndarray, "rows ..."]:
        """Return the mean of v given p(h | v): what the machine makes of each row of `x`."""
        return np.array(self._look("reconstruction", x)).reshape(-1, *self.row_shape)

    def free_energy(self, x: Any) -> Float[np.ndarray, " rows"]:
        """Return F(v) of each row, in nats: log p(v) = -F(v) - log Z, with Z unknown."""
        return np.array(self._look("free_energy", x))

    def score_samples(self, x: Any) -> Float[np.ndarray, " rows"]:
        """Return an estimate of each row's log pseudo-likelihood, in nats.

        Ten bits of each row, drawn by the seed, stand for all: asking again gives the same.

        Raises:
            ConfigError: the visible units are Gaussian, so there is no bit to flip.
        """
        if self.machine.visible != "bernoulli":
            what = "The pseudo-likelihood is for visible units that are 0 or 1."
            hint = "compare rows by free_energy(x)"
            raise ConfigError(
                explain(what, got=self.machine.visible, expected="bernoulli", hint=hint)
            )
        return np.array(self._look("pseudo_likelihood", x, seed_bits(self.seed)))

    def sample(
        self, n: int, steps: int = 1000, *, start: Any = None, seed: int = 0
    ) -> Float[np.ndarray, "n ..."]:
        """Return `n` rows that the machine draws, after `steps` rounds of Gibbs sampling.

        The chains begin at the rows of `start`, over and over, or at rows of zeros.
        """
        shape = self.row_shape
        blank = np.zeros((n, int(np.prod(shape))), np.float32)
        v = blank if start is None else np.resize(self._rows(start, "start"), blank.shape)
        dream = compile_sights(self.machine).dream
        dreamt = dream(self.state.params, v, np.int32(steps), seed_bits(seed))
        return np.array(dreamt).reshape(n, *shape)

    def plot_filters(self, count: int = 60) -> Any:
        """Return a figure of the weights of the first hidden units, each as a picture.

        Raises:
            ShapeError: rows are no pictures.
        """
        if len(self.row_shape) not in (2, 3) or self.row_shape[2:] not in ((), (1,)):
            what = "The rows of this RBM are not pictures of one channel."
            hint = "fit it on rows of shape (height, width)"
            expected = "(height, width) or (height, width, 1)"
            raise ShapeError(explain(what, got=self.row_shape, expected=expected, hint=hint))
        return features(self.weights["kernel"], self.row_shape, count)

    def __repr__(self) -> str:
        seen = "?" if self._shape is None else str(int(np.prod(self._shape)))
        return f"<RBM: {seen} {self.machine.visible}, {self.machine.units} hidden units>"

    def _look(self, sight: str, x: Any, *more: Any) -> Any:
        program = getattr(compile_sights(self.machine), sight)
        return program(self.state.params, self._rows(x, "x"), *more)

    def _begin(self, v: Float[np.ndarray, "rows features"], batch_size: int) -> None:
        """Draw the parameters, if there are none, and chains, if they are as many as rows."""
        chains = batch_size if self.method.persistent else 0
        if self._state is None:
            start = compile_start(self.machine, chains)
            self._state = start(seed_bits(self.seed), first_bias(self.machine, v))
        elif len(self._state.chain) != chains:
            fresh = np.zeros((chains, self.machine.units), np.float32)
            self._state = self._state._replace(chain=jax.device_put(fresh))

    def _record(self, values: dict[str, float], seconds: float) -> EpochRecord:
        rate, epoch = self.method.learning_rate, int(self.state.epoch)
        return EpochRecord(epoch, values, rate, seconds, np.zeros(0, np.float32), {})

    def _rows(self, x: Any, what: str) -> Float[np.ndarray, "rows features"]:
        """Return `x` as rows of numbers that fit the machine."""
        column = as_numbers(x, what)
        if not len(column):
            message = f"{what} has no rows."
            raise DataError(explain(message, got="0 rows", expected="at least one"))
        if self._shape is not None and column.shape[1:] != self._shape:
            message = f"{what} does not have the rows this RBM was trained on."
            raise ShapeError(explain(message, got=column.shape[1:], expected=self._shape))
        outside = (column < 0) | (column > 1)
        if self.machine.visible == "bernoulli" and outside.any():
            message = f"{what} lies outside [0, 1] in {place(column, outside)}."
            got = column[tuple(np.argwhere(outside)[0])]
            hint = 'divide bytes by 255; scale other columns, or use visible="gaussian"'
            raise DataError(explain(message, got=got, expected="0 .. 1", hint=hint))
        return column.reshape(len(column), -1).astype(np.float32)
