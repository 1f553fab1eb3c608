"""What reading files does besides, as Python's audit hooks hear it.

    python tests/heard_reading.py FOLDER      reads the hostile files, prints what was heard

Every file is read twice. The first time, modules of Pellucid and of the packages it is made
of may still be imported; the second time, nothing may happen but that the file is opened.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Any

from hostile_files import HOSTILE, KERAS, SECRET, naming
from sample_files import samples

# What has effects beyond memory, or reaches beyond the process; by the beginning of its name.
WATCHED = (
    *("open", "exec", "compile", "import", "marshal.", "pickle.", "code.", "ctypes."),
    *("os.", "shutil.", "tempfile.", "subprocess.", "socket.", "urllib.", "http.", "ftplib."),
    *("pty.", "mmap.", "sqlite3.", "winreg.", "webbrowser.", "glob."),
)
HARMLESS = ("code.__new__",)  # namedtuples and jitted functions make code of their own
OURS = ("pellucid", "jax", "jaxlib", "numpy", "ml_dtypes", "onnx", "google", "h5py", "encodings")
VOCABULARY = naming("StringLookup", "keras.layers", vocabulary=SECRET)


class Ear:
    """Keeps what is heard while a file is read."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []
        self.path: Path | None = None
        sys.addaudithook(self.hear)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Keep an event, unless it is the file that is being read."""
        if self.path is None or not event.startswith(WATCHED) or event in HARMLESS:
            return
        if event == "open" and str(arguments[0]) == str(self.path) and arguments[1] in ("r", "rb"):
            return
        self.heard.append((event, repr(arguments[:2])[:300]))


def expected_once(event: str, arguments: str) -> bool:
    """Tell whether an event is one of importing a module of the packages we are made of."""
    if event == "import":
        return arguments.lstrip("('").startswith(OURS)
    code = any(part in arguments for part in ("site-packages", "/lib/python3", ".py'", ".pyc'"))
    return event in ("exec", "marshal.loads", "compile", "os.listdir", "os.scandir") or (
        event == "open" and code and arguments.endswith("'r')")
    )


def main(folder: Path) -> None:
    """Read all, and print by file what was heard that should not be."""
    warnings.simplefilter("ignore")
    whole, ear, found = samples(folder / "samples"), Ear(), {}
    whole = {n: one for n, one in whole.items() if not n.endswith((".toml", ".json"))}
    reads = [(name, one, one.content) for name, one in whole.items()]
    reads += [(f"{h.name} {h.of}", whole[h.of], h.change(whole[h.of].content)) for h in HOSTILE]
    reads.append(("M6 a vocabulary's path", whole[KERAS], VOCABULARY(whole[KERAS].content)))
    for number, (name, sample, content) in enumerate(reads):
        path = folder / f"{number}.{name.rpartition('.')[2]}"
        path.write_bytes(content)
        for again in (False, True):
            ear.heard, ear.path = [], path
            try:
                sample.read(path)
            except OSError:
                pass
            except ValueError:
                pass
            finally:
                ear.path = None
            strange = [one for one in ear.heard if again or not expected_once(*one)]
            if strange:
                found[f"{name}, {'again' if again else 'first'}"] = strange
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
