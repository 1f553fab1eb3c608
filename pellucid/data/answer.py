"""What is predicted: classes with names, or a number."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Int, Int32

from pellucid.base.errors import DataError, explain, nearest
from pellucid.data.column import Column, as_category, in_types


@dataclass(frozen=True)
class Answer:
    """The target: its column, its task, and in classification its classes in order.

    `stands_for` says what the names were in the data: "text", "integer", "number" or
    "boolean"; `decode` gives them back as such.
    """

    column: str
    task: str
    classes: tuple[str, ...] = ()
    stands_for: str = "text"

    def encode(
        self, column: Column, where: Callable[[int], str]
    ) -> Int32[np.ndarray, " rows"] | Float32[np.ndarray, " rows"]:
        """Return the index of each row's class, or in regression its number.

        Raises:
            DataError: a row has no target, or a class that the training rows lack.
        """
        if column.missing.any():
            row = int(np.flatnonzero(column.missing)[0])
            what = f"{where(row)} has nothing in the target column {column.name!r}."
            got = f"{np.count_nonzero(column.missing)} rows without a target"
            raise DataError(explain(what, got=got, expected="a target in each row"))
        if self.task == "regression":
            return column.values.astype(np.float32)
        named = as_category(column)
        place = {word: index for index, word in enumerate(self.classes)}
        labels = np.array([place.get(word, -1) for word in named.words], np.int32)[named.values]
        if (labels < 0).any():
            row = int(np.flatnonzero(labels < 0)[0])
            word = str(named.cell(row))
            what = f"{where(row)} has the class {word!r}, which no training row has."
            hint = nearest(word, self.classes)
            expected = ", ".join(self.classes[:20])
            raise DataError(explain(what, got=repr(word), expected=expected, hint=hint))
        return labels

    def decode(self, labels: Int[np.ndarray, "*rows"]) -> np.ndarray:
        """Return the classes that labels mean, in the type they had in the data."""
        return in_types(self.classes, self.stands_for)[labels]
