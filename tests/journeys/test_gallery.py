"""Every page of the gallery runs, and draws what its text shows."""

import importlib.util
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "gallery"
SPEC = importlib.util.spec_from_file_location("gallery_build", FOLDER / "build.py")
assert SPEC is not None and SPEC.loader is not None
build = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(build)

PAGES = build.pages([])
SLOW = (13, 15, 18, 20, 22, 27, 29, 30, 33, 34)
ROWS = range(1, 35)  # of what Pellucid must be able to do; README lists them


def marked(page):
    """Return a page as a parameter; those that train for long are left to the night."""
    slow = int(page.script.name[:2]) in SLOW
    return pytest.param(page, id=page.script.stem, marks=[pytest.mark.slow] if slow else [])


@pytest.mark.parametrize("page", [marked(page) for page in PAGES])
def test_a_page_runs_and_draws_its_pictures(page, tmp_path):
    try:
        page.run(tmp_path, "--quick")
    except subprocess.CalledProcessError as failed:
        pytest.fail(failed.stderr)
    assert {file.name for file in tmp_path.glob("*.svg")} == set(page.pictures)
    for name in page.pictures:
        root = ET.parse(tmp_path / name).getroot()
        assert root.tag.endswith("svg")
        assert len(list(root.iter())) > 10


def test_every_row_has_a_page():
    assert [int(page.script.name[:2]) for page in PAGES] == list(ROWS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.script.stem)
def test_a_page_is_written_and_says_its_number(page):
    text = page.script.with_suffix(".md").read_text(encoding="utf-8")
    assert text.startswith(f"# {page.script.name[:2]}. ")
    assert page.code in text
    assert all((FOLDER / name).exists() for name in page.pictures)
