"""Runs the gallery's scripts and writes a page for each: its text, its pictures, its output.

    python docs/gallery/build.py            all pages, and the list of them
    python docs/gallery/build.py 04 13      some

A script is its page: the text is its docstring, in Markdown. Each runs in an empty folder,
into which it writes the pictures that its text names.
"""

import ast
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")
LIST = """# Gallery

A page for each thing the lectures speak of: a short script, what it prints, and what it
draws. `python docs/gallery/build.py` ran them all; the tests run them too.

"""


class Page(NamedTuple):
    """One script of the gallery."""

    script: Path

    @property
    def source(self) -> str:
        """The script's text."""
        return self.script.read_text(encoding="utf-8")

    @property
    def text(self) -> str:
        """Its docstring."""
        return ast.get_docstring(ast.parse(self.source)) or ""

    @property
    def title(self) -> str:
        """Its title, with its number."""
        return self.text.splitlines()[0].removeprefix("# ")

    @property
    def pictures(self) -> list[str]:
        """The files that its text names."""
        return PICTURE.findall(self.text)

    @property
    def code(self) -> str:
        """The script without its docstring."""
        first = ast.parse(self.source).body[0]
        return "\n".join(self.source.splitlines()[first.end_lineno :]).strip()

    def run(self, folder: Path, *options: str) -> str:
        """Run the script in `folder`; return what it prints.

        Raises:
            subprocess.CalledProcessError: it failed; the error holds what it said.
        """
        ended = subprocess.run(
            [sys.executable, str(self.script.resolve()), *options],
            cwd=folder,
            env={**os.environ, "MPLBACKEND": "agg", "COLUMNS": "100"},
            check=True,
            capture_output=True,
            text=True,
        )
        return ended.stdout.rstrip()

    def written(self, printed: str) -> str:
        """Return the page."""
        parts = [self.text.rstrip(), f"```python\n{self.code}\n```"]
        if printed:
            parts.append(f"It prints:\n\n```text\n{printed}\n```")
        parts.append(f"[The script]({self.script.name}) · [All pages](README.md)")
        return "\n\n".join(parts) + "\n"


def pages(wanted: list[str]) -> list[Page]:
    """Return the pages whose numbers are wanted; all, if none is named."""
    found = [Page(script) for script in sorted(HERE.glob("[0-9][0-9]_*.py"))]
    return [page for page in found if not wanted or page.script.name[:2] in wanted]


def build(page: Page) -> None:
    """Run a script, and keep its page and pictures."""
    with tempfile.TemporaryDirectory() as folder:
        printed = page.run(Path(folder))
        for name in page.pictures:
            (HERE / name).write_bytes((Path(folder) / name).read_bytes())
    page.script.with_suffix(".md").write_text(page.written(printed), encoding="utf-8")


def write_list() -> None:
    """Write the list of all pages."""
    lines = [f"- [{page.title}]({page.script.stem}.md)" for page in pages([])]
    (HERE / "README.md").write_text(LIST + "\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Build what the command line names."""
    for page in pages(sys.argv[1:]):
        print(page.title, flush=True)
        build(page)
    write_list()


if __name__ == "__main__":
    main()
