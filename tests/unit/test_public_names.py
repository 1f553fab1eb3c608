"""The names that users import: each is there, is documented, and comes from one place."""

import ast
import importlib
import inspect
import tomllib
from pathlib import Path

import pytest

import pellucid
from pellucid.base.registry import Registry

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "pellucid"
STUB = ast.parse((PACKAGE / "__init__.pyi").read_text(encoding="utf-8"))
TOLD = {
    alias.asname: f"{node.module}.{alias.name}"
    for node in STUB.body
    if isinstance(node, ast.ImportFrom)
    for alias in node.names
}
ROOMS = ("layers", "optimizers", "functions.losses", "functions.metrics")


@pytest.mark.parametrize("name", sorted(TOLD))
def test_a_public_name_is_what_the_stub_says(name):
    module, _, attribute = TOLD[name].rpartition(".")
    found = getattr(pellucid, name)
    if module == "pellucid":
        assert found is importlib.import_module(TOLD[name])
    else:
        assert found is getattr(importlib.import_module(module), attribute)
        assert inspect.getdoc(found)
    assert name in dir(pellucid)


def test_the_stub_leaves_no_public_name_out():
    loaded = {name for name in dir(pellucid) if inspect.ismodule(vars(pellucid).get(name))}
    public = {name for name in dir(pellucid) if not name.startswith("_")}
    assert public - loaded - {"Any"} <= set(TOLD)


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'Sequentail'"):
        _ = pellucid.Sequentail


def test_the_version_is_the_package_s():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert pellucid.__version__ == project["project"]["version"]


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_registered_can_be_imported_from_its_room(room):
    """Every class in a registry of a room is an attribute of the room, and itself."""
    module = importlib.import_module(f"pellucid.{room}")
    (registry,) = [value for value in vars(module).values() if isinstance(value, Registry)]
    for name in registry:
        cls = registry[name]
        assert getattr(module, cls.__name__) is cls, name
