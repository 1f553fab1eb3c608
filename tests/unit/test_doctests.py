"""Every example in a docstring is run."""

import doctest
import importlib
import pkgutil

import pytest

import pellucid

MODULES = [
    module.name
    for module in pkgutil.walk_packages(pellucid.__path__, "pellucid.")
    if module.name != "pellucid.__main__"
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    examples = [
        example
        for name in MODULES
        for found in finder.find(importlib.import_module(name))
        for example in found.examples
    ]
    assert len(examples) > 20
