"""Runs the scripts of the faults, and writes their pages and the index of all findings.

    python docs/doctor/build.py                 all pages, and the index
    python docs/doctor/build.py overfitting     one page; "index" for the index alone

A script is its page, as in docs/gallery: the text is its docstring, and it runs in an empty
folder. Which severities and thresholds belong to a finding is read from the checks' code.
"""

import ast
import functools
import importlib.util
import sys
import tempfile
from pathlib import Path
from typing import Any

import pellucid.doctor
from pellucid.doctor.finding import SEVERITIES
from pellucid.doctor.thresholds import THRESHOLDS
from pellucid.doctor.vocabulary import MEANINGS, PAGES

HERE = Path(__file__).parent
CHECKS = Path(pellucid.doctor.__file__).parent
INDEX = """# What the doctor can find

The doctor looks on in every `fit`, and leaves what it found in `model.findings`: the causes,
the gravest first, each with what was measured, what to do, and what it explains besides.

```python
for finding in model.findings:
    print(finding)
better = finding.apply(model)  # a new model with the remedy, to be trained again
cure = model.repair(x, y, epochs=20)  # all remedies, one by one; what does not help is undone
print(cure)
```

An **error** cannot work, a **warning** very probably does harm, **advice** is worth knowing.
`doctor="strict"` raises before time is wasted, `doctor="off"` does not look, and
`silence=["overfitting"]` leaves something out. On the command line: `pellucid diagnose`, and
`pellucid train DATA --repair`.

Each threshold stands in `pellucid/doctor/thresholds.py`, with the figures on its either side.
"study" is a comparison of 146 small programs, healthy and faulty, that were trained and measured;
"corpus" are programs on which the rules were made; "own" is a fit of our own.

"""


def _gallery() -> Any:
    """Return the gallery's builder, whose pages these are too."""
    spec = importlib.util.spec_from_file_location("gallery", HERE.parent / "gallery" / "build.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


Page = _gallery().Page


def pages() -> list[Any]:
    """Return the page of each fault that has one."""
    return [Page(HERE / f"{check}.py") for check in PAGES]


def written(page: Any, printed: str) -> str:
    """Return a page: its text, how the fault is told, its code, and what that prints."""
    told = _told(page.script.stem)
    how = f"## How it is told\n\n{told}\n\n## An example" if told else "## An example"
    text = page.written(printed)
    return text.replace("\n\n```python\n", f"\n\n{how}\n\n```python\n", 1)


def index() -> str:
    """Return the list of all findings."""
    return INDEX + "\n".join(_entry(check) for check in MEANINGS)


def _entry(check: str) -> str:
    meaning = MEANINGS[check][:1].upper() + MEANINGS[check][1:]
    own = f" [More, with an example]({check}.md)." if check in PAGES else ""
    grades = [grade for grade in SEVERITIES if grade in _read(check)[0]]
    said = f" Said as {', '.join(grades)}." if grades else " No check looks for it yet."
    told = _told(check)
    return f"### {check}\n\n{meaning}.{said}{own}\n" + (f"\n{told}\n" if told else "")


def _told(check: str) -> str:
    """Return the thresholds of a finding, as a list."""
    known = [(name, THRESHOLDS[name]) for name in THRESHOLDS if name in _read(check)[1]]
    return "\n".join(
        f"- `{name}` {limit.value:g}: {limit.figure} ({limit.source})" for name, limit in known
    )


def _read(check: str) -> tuple[set[str], set[str]]:
    """Return the severities and the thresholds that the code has for a finding."""
    said = [(grades, limits) for checks, grades, limits in _sayings() if check in checks]
    return {g for grades, _ in said for g in grades}, {n for _, limits in said for n in limits}


@functools.cache
def _sayings() -> list[tuple[set[str], set[str], set[str]]]:
    """Return the ids, severities and thresholds in each call that makes a finding."""
    found = []
    for path in sorted(CHECKS.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        found += _raised(functions)
        for function in functions:
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                first = call.args[0] if call.args else None
                checks = _strings(first) & set(MEANINGS)
                if isinstance(first, ast.Name):
                    checks |= _strings_of(function, first.id) & set(MEANINGS)
                if not checks:
                    continue
                grades = {text for part in call.args[1:] for text in _strings(part)}
                given = [word.value for word in call.keywords if word.arg == "threshold"]
                limits = {name for value in given for name in _limits(function, value)}
                found.append((checks, grades & set(SEVERITIES), limits))
    return found


def _raised(functions: list[ast.FunctionDef]) -> list[tuple[set[str], set[str], set[str]]]:
    """Return the ids and severities of findings that are given again, graver."""
    ids = {f.name: _strings(f) & set(MEANINGS) for f in functions}
    found = []
    for function in functions:
        names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
        checks = ids[function.name].union(*(ids[name] for name in names & set(ids)))
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
            if isinstance(call.func, ast.Name) and call.func.id == "replace":
                grades = {text for word in call.keywords for text in _strings(word.value)}
                found.append((checks, grades & set(SEVERITIES), set()))
    return found


def _limits(function: ast.FunctionDef, value: ast.expr) -> set[str]:
    """Return the names of thresholds that a value comes from, in its function."""
    found = _strings(value) & set(THRESHOLDS)
    for name in (node.id for node in ast.walk(value) if isinstance(node, ast.Name)):
        found |= _strings_of(function, name) & set(THRESHOLDS)
    return found


def _strings_of(function: ast.FunctionDef, name: str) -> set[str]:
    """Return the texts in what a name is set to, in a function."""
    found: set[str] = set()
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else ()
        if isinstance(node, ast.For):
            targets = (node.target,)
        if any(isinstance(n, ast.Name) and n.id == name for t in targets for n in ast.walk(t)):
            found |= _strings(node.iter if isinstance(node, ast.For) else node.value)
    return found


def _strings(node: ast.AST | None) -> set[str]:
    if node is None:
        return set()
    constants = (n for n in ast.walk(node) if isinstance(n, ast.Constant))
    return {n.value for n in constants if isinstance(n.value, str)}


def build(page: Any, folder: Path) -> None:
    """Run a script in an empty folder, and keep its page and picture."""
    printed = page.run(folder)
    for name in page.pictures:
        (HERE / name).write_bytes((folder / name).read_bytes())
    page.script.with_suffix(".md").write_text(written(page, printed), encoding="utf-8")


def main() -> None:
    """Build what the command line names."""
    wanted = sys.argv[1:]
    for page in pages():
        if not wanted or page.script.stem in wanted:
            print(page.title, flush=True)
            with tempfile.TemporaryDirectory() as folder:
                build(page, Path(folder))
    (HERE / "README.md").write_text(index(), encoding="utf-8")


if __name__ == "__main__":
    main()
