"""A table that a page has sent: bytes and a name, read here and nowhere kept."""

import re
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pellucid.base.errors import FileError, PellucidError, explain
from pellucid.data.dataset import Dataset
from pellucid.data.reading import Reading
from pellucid.data.sheet import ARROW_ENDINGS, PARQUET_ENDINGS
from pellucid.data.tables import read_table

MOST_BYTES = 64 * 2**20
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

    def read(self, reading: Reading) -> Dataset:
        """Return the rows. The file is written under a name of our own, and deleted.

        Raises:
            FileError, DataError: it is no table, or one that cannot be learnt from.
        """
        ending = Path(self.name).suffix.lower()
        if ending not in ENDINGS:
            what, hint = f"{self.name} is no table.", "save the sheet as CSV"
            raise FileError(explain(what, got=ending or "no ending", expected="a .csv", hint=hint))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"table{ending}"
            path.write_bytes(self.content)
            try:
                data = read_table(path, reading)
            except PellucidError as error:
                words = str(error).replace(str(path), self.name).replace(path.name, self.name)
                raise type(error)(words) from None
        return replace(data, name=self.name)
