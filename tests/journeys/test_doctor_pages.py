"""Every page of the doctor runs, finds its fault, and is where findings say it is."""

import importlib.util
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from pellucid.doctor.finding import Finding
from pellucid.doctor.vocabulary import MEANINGS, PAGES

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "doctor"
SPEC = importlib.util.spec_from_file_location("doctor_build", FOLDER / "build.py")
assert SPEC is not None and SPEC.loader is not None
build = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(build)


@pytest.mark.parametrize("page", build.pages(), ids=lambda page: page.script.stem)
def test_a_page_runs_finds_its_fault_and_draws(page, tmp_path):
    try:
        printed = page.run(tmp_path, "--quick")
    except subprocess.CalledProcessError as failed:
        pytest.fail(failed.stderr)
    assert f"[{page.script.stem}]" in printed
    assert {file.name for file in tmp_path.glob("*.svg")} == set(page.pictures)
    for name in page.pictures:
        root = ET.parse(tmp_path / name).getroot()
        assert root.tag.endswith("svg")
        assert len(list(root.iter())) > 10


@pytest.mark.parametrize("page", build.pages(), ids=lambda page: page.script.stem)
def test_a_page_is_written(page):
    text = page.script.with_suffix(".md").read_text(encoding="utf-8")
    assert text.startswith(f"# {page.title}")
    assert page.code in text
    assert all((FOLDER / name).exists() for name in page.pictures)


def test_the_index_is_what_the_code_says():
    """`python docs/doctor/build.py index` writes it."""
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == build.index()


@pytest.mark.parametrize("check", MEANINGS)
def test_findings_say_where_more_is_told(check):
    place, _, anchor = Finding(check, "advice", "", "").page.partition("#")
    text = (ROOT / place).read_text(encoding="utf-8")
    assert (f"### {anchor}\n" in text) == (check not in PAGES)
