"""Every network of the gallery agrees with its files: ONNX, plain NumPy, `.keras`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGES = sorted((TESTS.parent / "docs" / "gallery").glob("[0-9]*.py"))
QUICK = "06"  # its network is only looked at; the others' are trained first, at night


def marked(page):
    return pytest.param(
        page, id=page.stem, marks=[] if page.stem[:2] == QUICK else pytest.mark.slow
    )


@pytest.mark.parametrize("page", [marked(page) for page in PAGES])
def test_all_files_agree(page: Path, tmp_path: Path):
    command = [sys.executable, str(TESTS / "exported_networks.py"), str(page), "--quick"]
    path = os.pathsep.join([str(TESTS.parent), os.environ.get("PYTHONPATH", "")])
    settings = {"env": {**os.environ, "MPLBACKEND": "agg", "PYTHONPATH": path}, "cwd": tmp_path}
    done = subprocess.run(command, capture_output=True, text=True, check=False, **settings)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\d+ networks agree$", done.stdout, re.MULTILINE)
