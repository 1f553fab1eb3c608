"""M4, M5, M6: reading a file opens no other, runs nothing, imports nothing that it names."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).parents[1] / "heard_reading.py"


def test_M4_M5_M6_nothing_is_heard_but_the_file(tmp_path: Path):
    surroundings = os.environ | {"PELLUCID_PROGRAMS": "off", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, PROGRAM, tmp_path]
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}
