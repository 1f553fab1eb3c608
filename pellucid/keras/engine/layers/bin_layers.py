"""Numbers and words put into bins: Hashing and Discretization."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np

from pellucid.keras.engine.layers.binning import Bins, Hasher
from pellucid.keras.engine.layers.hosted import Learnt, Lookup, base_config, dense_only


class Hashing(Lookup):
    """Words or whole numbers to one of `num_bins` bins, by a hash.

    Shapes: any; rows of `num_bins` numbers unless output_mode is "int".
    """

    def __init__(
        self,
        num_bins: int,
        mask_value: Any = None,
        salt: Any = None,
        output_mode: str = "int",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.sparse = dense_only(self, sparse)
        self.table = Hasher(num_bins, mask_value, salt, output_mode)
        self.num_bins, self.mask_value, self.salt = num_bins, mask_value, self.table.salt
        self.output_mode = self.table.output_mode

    def look_up(self, x: Any) -> Any:
        return self.table(x)

    def get_config(self) -> dict[str, Any]:
        return {
            **base_config(self),
            "num_bins": self.num_bins,
            "salt": None if self.salt is None else list(self.salt),
            "mask_value": self.mask_value,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
        }


class Discretization(Learnt):
    """Numbers to the bins they fall into: boundaries are given, or quantiles `adapt` finds.

    Shapes: any; rows of as many numbers as there are bins unless output_mode is "int".
    """

    traced = "found_in_program"
    table: Bins

    def __init__(
        self,
        bin_boundaries: Any = None,
        num_bins: int | None = None,
        epsilon: float = 0.01,
        output_mode: str = "int",
        sparse: bool = False,
        dtype: Any = None,
        name: str | None = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        self.sparse = dense_only(self, sparse)
        self.table = Bins(bin_boundaries, num_bins, epsilon, output_mode)
        self.num_bins, self.epsilon = num_bins, epsilon
        self.output_mode = self.table.output_mode

    @property
    def bin_boundaries(self) -> list[float] | None:
        """Where one bin ends and the next begins."""
        return self.table.bin_boundaries

    @property
    def first_dtype(self) -> str:
        return "float32"

    def found_in_program(self, x: Any) -> Any:
        """Return the bins of numbers, by searching among the boundaries."""
        edges = self.table.bin_boundaries or []
        if not edges:
            self.table(np.zeros(1))  # says what is missing
        x = jnp.asarray(x, "float32") if x.dtype.kind != "f" else x
        found = jnp.searchsorted(jnp.asarray(edges, x.dtype), x, side="right").astype("int32")
        return self._encoded(found, self.output_mode, len(edges) + 1)

    def get_config(self) -> dict[str, Any]:
        return {
            "bin_boundaries": self.bin_boundaries,
            "num_bins": self.num_bins,
            "epsilon": self.epsilon,
            "output_mode": self.output_mode,
            "sparse": self.sparse,
            "name": self.name,
            "dtype": self.dtype,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        both = config.get("num_bins") is not None and config.get("bin_boundaries") is not None
        if not both:
            return cls(**config)
        edges = config["bin_boundaries"]
        made = cls(**{**config, "bin_boundaries": None})
        made.table.bin_boundaries = list(edges)
        return made
