"""The architecture, as tests: who may import whom, and how long a thing may grow."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import pellucid
from pellucid.base.config import Config
from pellucid.base.errors import PellucidError

PACKAGE = Path(__file__).parents[2] / "pellucid"

# A package imports only from rows above its own; rows share no imports.
ROWS = (
    {"base"},
    {"functions"},
    {"layers", "optimizers"},
    {"network"},
    {"data", "training"},
    {"doctor", "inspection", "interop", "plots"},
    {"models"},
    {"estimators", "keras", "experiments"},
    {"lab"},
    {"cli"},
)
ROW = {name: level for level, row in enumerate(ROWS) for name in row}
LONGEST_FILE, LONGEST_FUNCTION = 400, 40
OPTIONAL = {
    "IPython",
    "PIL",
    "matplotlib",
    "onnx",
    "optax",
    "pandas",
    "polars",
    "rich",
}  # imported where first used

FILES = sorted(PACKAGE.rglob("*.py"))
INSIDE = [path for path in FILES if path.parent != PACKAGE]


def named(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def imports(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield node, node.module or ""
        elif isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)


@pytest.mark.parametrize("path", INSIDE, ids=named)
def test_imports_go_up_only(path: Path):
    here = path.relative_to(PACKAGE).parts[0]
    for node, module in imports(ast.parse(path.read_text())):
        root, *rest = module.split(".")
        if root != "pellucid":
            continue
        if not rest:
            continue
        there = rest[0]
        allowed = there == here or ROW[there] < ROW[here]
        assert allowed, f"line {node.lineno}: {here} may not import {there}"


@pytest.mark.parametrize("path", INSIDE, ids=named)
def test_imports_stand_at_the_top(path: Path):
    lazy = path.relative_to(PACKAGE).parts[0] == "cli"  # so that --help need not load JAX
    for node, module in imports(ast.parse(path.read_text())):
        root = module.split(".")[0]
        fine = node.col_offset == 0 or root in OPTIONAL or (lazy and root == "pellucid")
        assert fine, f"line {node.lineno}: import {module} at the top of the file"


def test_no_file_is_part_of_a_cycle():
    graph = {}
    for path in INSIDE:
        name = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        graph[name] = {m for _, m in imports(ast.parse(path.read_text())) if m.startswith("pell")}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name not in done:
            for there in graph.get(name, ()):
                visit(there, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", INSIDE, ids=named)
def test_nothing_outgrows_a_screen(path: Path):
    source = path.read_text()
    assert len(source.splitlines()) <= LONGEST_FILE, "split it by idea"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            doc = ast.get_docstring(node, clean=False) or ""
            code = node.end_lineno - node.lineno + 1 - len(doc.splitlines())
            assert code <= LONGEST_FUNCTION, f"line {node.lineno}: {node.name} is too long"


@pytest.mark.parametrize("path", FILES, ids=named)
def test_everything_public_says_what_it_is_for(path: Path):
    tree = ast.parse(path.read_text())
    if not tree.body:
        return
    assert ast.get_docstring(tree), "the file does not say what it is for"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} does not say what it is for"


def test_no_room_for_odds_and_ends():
    words = {"utils", "util", "helpers", "common", "misc"}
    found = {named(path) for path in FILES if words & set(path.with_suffix("").parts)}
    assert found <= {"keras/utils.py"}  # a module of Keras's own layout


def test_classes_are_contracts_or_final():
    """A class that is subclassed inside pellucid has an abstract method, or is a base to fill.

    The Keras face is excepted: Keras's classes are there to be varied, and users vary them.
    """
    classes = {}
    for path in INSIDE:
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        if module.startswith("pellucid.keras."):
            continue
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                loaded = __import__(module, fromlist=[node.name])
                classes[getattr(loaded, node.name)] = module
    # Keras has it so that Sequential is a Model; Config and Callback are there to be filled.
    allowed = {pellucid.Model, pellucid.Callback, Config, PellucidError}
    for cls in classes:
        for base in cls.__bases__:
            if base in classes:
                contract = inspect.isabstract(base) or base in allowed
                assert contract, f"{cls.__name__} varies {base.__name__}, which is not a contract"
