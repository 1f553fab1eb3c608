"""The face in the place of Keras and TensorFlow, for this process and as long as it is wanted.

`with Stage():` puts a finder before Python's own. A module that belongs to Keras or TensorFlow
becomes a `Served` module, which looks its names up in the face; other modules are Python's.
Nothing on disk is touched, and an installed Keras stays as it is.
"""

import importlib
import operator
import sys
from collections.abc import Iterator, MutableSequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from pellucid.base.errors import PellucidError, explain, nearest
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.staging.places import ROOTS, exists, places, since_when, split
from pellucid.keras.tensorflow.names import PLACES, SPACES, advice, canonical

TOP = frozenset(root.partition(".")[0] for root in ROOTS)


class NotServedError(PellucidError, AttributeError):
    """A name of Keras or TensorFlow that does not exist here."""


class ModuleNotServedError(PellucidError, ModuleNotFoundError):
    """A module of Keras or TensorFlow that does not exist here."""


class Served(ModuleType):
    """A module with a name of Keras's or TensorFlow's, and what the face has under it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: MutableSequence[
            str
        ] = []  # so that `import keras.layers` looks below `keras`

    def __reduce__(self) -> tuple[Any, ...]:
        return arrive, (self.__name__,)

    def __getattr__(self, name: str) -> Any:
        if name == "__all__":
            return dir(self)
        if name.startswith("__") and name not in ("__version__", "__file__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return _keras(self, name) if split(self.__name__) else _tensorflow(self, name)

    def __dir__(self) -> list[str]:
        parts = split(self.__name__)
        if parts is None:
            return sorted({name.partition(".")[0] for name in _below(canonical(self.__name__))})
        found = {name for place in places(parts[1]) for name in _public(place)}
        return sorted(found)


class Stage(MetaPathFinder, Loader):
    """While it is up, Keras and TensorFlow are the face.

    Example:
        >>> with Stage():
        ...     import tensorflow.keras.losses
        >>> tensorflow.keras.losses
        <module 'tensorflow.keras.losses' (pellucid)>
    """

    def __init__(self) -> None:
        self._before: dict[str, ModuleType] = {}

    def __enter__(self) -> "Stage":
        self._before = _taken()
        for name in self._before:
            del sys.modules[name]
        sys.meta_path.insert(0, self)
        return self

    def __exit__(self, *error: object) -> None:
        sys.meta_path.remove(self)
        for name in _taken():
            del sys.modules[name]
        sys.modules.update(self._before)

    def find_spec(
        self, fullname: str, path: Any = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to make a served module; None leaves it to Python's own finders."""
        del path, target
        if fullname.partition(".")[0] not in TOP:
            return None
        if not is_served(fullname):
            raise ModuleNotServedError(_refusal(fullname))
        old = since_when(fullname)
        if old is not None:
            hint(*old)
        return ModuleSpec(fullname, self, origin="pellucid", is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module, which fills itself as names are asked for."""
        return Served(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: there is no code to run."""


def is_served(module: str) -> bool:
    """Tell whether a module of Keras or TensorFlow exists here."""
    parts = split(module)
    if parts is not None:
        return bool(places(parts[1]))
    return canonical(module) in SPACES


def arrive(name: str) -> ModuleType:
    """Return a served module in another process, where the stage may have to be put up."""
    if not any(isinstance(finder, Stage) for finder in sys.meta_path):
        Stage().__enter__()
    return importlib.import_module(name)


def _keras(module: Served, name: str) -> Any:
    """Return a name of a Keras module from the first place that has it."""
    for place in places((split(module.__name__) or ("", ""))[1]):
        found = getattr(importlib.import_module(place), name, module)
        if found is not module and not isinstance(found, ModuleType):
            return found
    if is_served(f"{module.__name__}.{name}"):
        return importlib.import_module(f"{module.__name__}.{name}")
    raise NotServedError(_refusal(f"{module.__name__}.{name}"))


def _tensorflow(module: Served, name: str) -> Any:
    """Return a name of a TensorFlow module from where the table says it is."""
    full = f"{module.__name__}.{name}"
    if is_served(full):
        return importlib.import_module(full)
    place = PLACES.get(canonical(full))
    if place is None:
        raise NotServedError(_refusal(full))
    home, _, attribute = place.partition(":")
    found = importlib.import_module(home)
    return operator.attrgetter(attribute)(found) if attribute else found


def _refusal(full: str) -> str:
    """Return why a name is not served, and what is nearest to it."""
    parts = split(full)
    shown = f"tf.{full.partition('.')[2]}" if full.startswith("tensorflow.") else full
    home, _, name = full.rpartition(".")
    if parts is None:
        known = [key for key in _below(canonical(home)) if "." not in key]
        hint = advice(canonical(full)) or nearest(name, known)
    else:
        above = split(home)
        known = {name for place in places(above[1] if above else "") for name in _public(place)}
        hint = nearest(name, known)
    return explain(
        f"{shown} is not served.",
        got=full,
        expected="Keras, and the little of TensorFlow that Keras scripts use",
        hint=hint,
    )


def _below(space: str) -> Iterator[str]:
    """Yield the names of a TensorFlow module, as they follow its own."""
    start = f"{space}." if space else ""
    for name in (*PLACES, *SPACES):
        if name.startswith(start) and name != space:
            yield name[len(start) :]


def _public(place: str) -> Iterator[str]:
    """Yield the names a module has to give; of modules it has imported, only those below it."""
    module = importlib.import_module(place)
    for name in dir(module):
        imported = isinstance(vars(module).get(name), ModuleType) and not exists(f"{place}.{name}")
        if not (name.startswith("_") or imported):
            yield name


def _taken() -> dict[str, ModuleType]:
    """Return the modules loaded under names that are served."""
    return {
        name: module for name, module in list(sys.modules.items()) if name.partition(".")[0] in TOP
    }
