"""A Boltzmann machine and its whole training state in one file, bit for bit.

The file is safetensors: arrays by name, with the settings as JSON in its header. Reading
one runs no code.
"""

from os import PathLike
from typing import Any, NamedTuple

import jax
import numpy as np

from pellucid.base.types import Shape
from pellucid.interop.door import guarded
from pellucid.interop.sealed import Sealed, read_sealed, write_sealed
from pellucid.layers.boltzmann import BoltzmannMachine
from pellucid.training.pretraining import ContrastiveDivergence, MachineState

FORMAT = "pellucid boltzmann machine 1"


class MachineFile(NamedTuple):
    """What is kept of a machine: what it is, how it is trained, and where it stands."""

    machine: BoltzmannMachine
    method: ContrastiveDivergence
    row_shape: Shape  # of the rows it was given
    state: MachineState


def write_machine(path: str | PathLike[str], content: MachineFile) -> None:
    """Write a machine, whole or not at all."""
    machine, method, row_shape, state = content
    described = {
        "format": FORMAT,
        "machine": machine.to_config(),
        "method": method.to_config(),
        "row_shape": list(row_shape),
    }
    arrays = {name: np.asarray(leaf) for name, leaf in _by_name(jax.device_get(state)).items()}
    write_sealed(path, Sealed(described, arrays))


def read_machine(path: str | PathLike[str]) -> MachineFile:
    """Return the machine in a file.

    Raises:
        FileError: there is no such file, or it is damaged, or holds no machine.
    """
    kind = "saved Boltzmann machine"
    content = read_sealed(path, FORMAT, kind)
    with guarded(path, kind):
        return _content(*content)


def _content(described: dict[str, Any], arrays: dict[str, np.ndarray]) -> MachineFile:
    machine = BoltzmannMachine.from_config(described["machine"])
    method = ContrastiveDivergence.from_config(described["method"])
    row_shape = tuple(int(length) for length in described["row_shape"])
    like = _by_name(_form(machine, int(np.prod(row_shape)), len(arrays["chain"])))
    for name, form in like.items():
        if (arrays[name].shape, arrays[name].dtype) != (form.shape, form.dtype):
            raise ValueError(f"{name} has shape {arrays[name].shape}, not {form.shape}")
    params, velocity = (
        {part: arrays[f"{group}/{part}"] for part in ("kernel", "bias", "visible_bias")}
        for group in ("params", "velocity")
    )
    rest = {name: arrays[name] for name in MachineState._fields[2:]}
    return MachineFile(machine, method, row_shape, MachineState(params, velocity, **rest))


def _form(machine: BoltzmannMachine, features: int, chains: int) -> MachineState:
    """Return a state of the shapes and dtypes that such a machine's has."""
    units = machine.units
    group = {
        "kernel": np.empty((features, units), np.float32),
        "bias": np.empty(units, np.float32),
        "visible_bias": np.empty(features, np.float32),
    }
    chain, count = np.empty((chains, units), np.float32), np.empty((), np.int32)
    return MachineState(group, group, chain, group["bias"], count, count, np.empty(2, np.uint32))


def _by_name(state: MachineState) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for name, leaf in state._asdict().items():
        if isinstance(leaf, dict):
            named |= {f"{name}/{part}": array for part, array in leaf.items()}
        else:
            named[name] = leaf
    return named
