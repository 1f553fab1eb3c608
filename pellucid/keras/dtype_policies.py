"""Which types weights have and which are computed with, as Keras names the pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pellucid.base.errors import ConfigError, explain, nearest
from pellucid.keras.engine.base.hints import hint
from pellucid.keras.engine.base.settings import floatx

FLOATS = ("float32", "float16", "bfloat16", "float64")
MIXED = ("mixed_bfloat16", "mixed_float16")
OTHERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "bool")

_default: dict[str, Any] = {"policy": None}


class DTypePolicy:
    """A pair of types: weights in the one, arithmetic in the other ("mixed_...": float32)."""

    def __init__(self, name: str | None = None) -> None:
        self._name = str(name or floatx())
        if self._name not in (*FLOATS, *MIXED, *OTHERS, "string"):
            what, known = f"There is no dtype policy called {name!r}.", (*FLOATS, *MIXED)
            tip = nearest(self._name, known)
            raise ConfigError(explain(what, got=repr(name), expected=", ".join(known), hint=tip))

    @property
    def name(self) -> str:
        """The policy's name."""
        return self._name

    @property
    def variable_dtype(self) -> str:
        """The type of weights."""
        return "float32" if self._name in MIXED else self._name

    @property
    def compute_dtype(self) -> str:
        """The type of the arithmetic."""
        return self._name.removeprefix("mixed_")

    @property
    def quantization_mode(self) -> None:
        """Nothing: weights are never rounded to whole numbers here."""
        return

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal policy."""
        return {"name": self._name}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Any:
        """Return the policy that `get_config` described."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


FloatDTypePolicy = Policy = DTypePolicy


class DTypePolicyMap:
    """Policies by the paths of layers, and one for all others."""

    def __init__(
        self, default_policy: Any = None, policy_map: Mapping[str, Any] | None = None
    ) -> None:
        self.default_policy = get(default_policy)
        self.policies = {path: get(policy) for path, policy in (policy_map or {}).items()}

    def __getitem__(self, path: str) -> DTypePolicy:
        return self.policies.get(path, self.default_policy)

    def __setitem__(self, path: str, policy: Any) -> None:
        self.policies[path] = get(policy)

    def __len__(self) -> int:
        return len(self.policies)

    def __iter__(self) -> Iterator[str]:
        return iter(self.policies)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make an equal map."""
        policies = {path: serialize(policy) for path, policy in self.policies.items()}
        return {"default_policy": serialize(self.default_policy), "policy_map": policies}


def get(identifier: Any) -> DTypePolicy:
    """Return the policy meant by a name, a description, a type or itself; None: the default."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, Mapping):
        return deserialize(identifier)
    return DTypePolicy(identifier if isinstance(identifier, str) else _name_of(identifier))


def _name_of(dtype: Any) -> str:
    return str(getattr(dtype, "name", None) or getattr(dtype, "__name__", dtype))


def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """Return the description that Keras's files hold."""
    name, settings = type(dtype_policy).__name__, dtype_policy.get_config()
    return {"module": "keras", "class_name": name, "config": settings, "registered_name": None}


def deserialize(config: Mapping[str, Any], custom_objects: Any = None) -> DTypePolicy:
    """Return the policy that a description means."""
    del custom_objects
    return DTypePolicy(**config["config"])


def dtype_policy() -> DTypePolicy:
    """Return the policy of layers that are given none."""
    return _default["policy"] or DTypePolicy(floatx())


def set_dtype_policy(policy: Any) -> None:
    """Let layers that are given no policy have this one; it is noted, and nothing else."""
    chosen = get(policy)
    _default["policy"] = chosen
    if chosen.compute_dtype != chosen.variable_dtype:
        hint("mixed precision", f"{chosen.name}: noted; layers compute in float32 all the same")


# As Keras 2 called them, in its module mixed_precision.
Policy, global_policy = DTypePolicy, dtype_policy
set_global_policy = set_policy = set_dtype_policy
