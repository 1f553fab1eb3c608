"""A file that a page has sent: bytes and a name, read here and nowhere kept."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pellucid.base.errors import FileError, PellucidError, explain
from pellucid.data.dataset import Dataset
from pellucid.data.reading import Reading
from pellucid.data.sheet import ARROW_ENDINGS, PARQUET_ENDINGS
from pellucid.data.tables import read_table
from pellucid.keras.saving.reading_models import load_model
from pellucid.models.loading import load
from pellucid.models.view import View

MOST_BYTES = 64 * 2**20
MODELS = (".safetensors", ".keras", ".h5", ".hdf5")  # the first is the library's own
ENDINGS = (".csv", ".tsv", ".txt", *PARQUET_ENDINGS, *ARROW_ENDINGS)


class Upload(NamedTuple):
    """What a user calls a file, and what is in it."""

    told: str
    content: bytes

    @property
    def name(self) -> str:
        """The last part of the name, with nothing in it that could mean a place."""
        last = re.split(r"[\\/]", self.told)[-1]
        return re.sub(r"[^\w .()+-]", "_", last)[-80:].lstrip(".") or "table.csv"

    @property
    def text(self) -> str:
        """What is in it, as text.

        Raises:
            FileError: it is none.
        """
        try:
            return self.content.decode()
        except UnicodeDecodeError as error:
            what = f"{self.name} is no text."
            raise FileError(explain(what, got="other bytes", expected="UTF-8")) from error

    def read(self, reading: Reading) -> Dataset:
        """Return the rows of a table.

        Raises:
            FileError, DataError: it is no table, or one that cannot be learnt from.
        """
        with self._written(ENDINGS, "table", "a .csv") as path:
            data = read_table(path, reading)
        return replace(data, name=self.name)

    def view(self) -> View:
        """Return the network in a file of a model, with its weights.

        Raises:
            FileError: it is no saved model, or a damaged one.
        """
        with self._written(MODELS, "saved model", ".keras, .h5 or .safetensors") as path:
            own = path.suffix == MODELS[0]
            return (load(path) if own else load_model(path, compile=False)).view_of(None)

    @contextmanager
    def _written(self, endings: tuple[str, ...], kind: str, expected: str) -> Iterator[Path]:
        """Give a file with the content, under a name of our own; it is deleted afterwards."""
        ending = Path(self.name).suffix.lower()
        if ending not in endings:
            what = f"{self.name} is no {kind}."
            raise FileError(explain(what, got=ending or "no ending", expected=expected))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"file{ending}"
            path.write_bytes(self.content)
            try:
                yield path
            except PellucidError as error:
                words = str(error).replace(str(path), self.name).replace(path.name, self.name)
                raise type(error)(words) from None
