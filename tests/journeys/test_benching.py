"""`pellucid bench`: of data, and of a run."""

import numpy as np
import pytest
from click.testing import CliRunner

from pellucid.cli.main import pellucid_command


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    random = np.random.default_rng(0)
    rows = [f"{a:.3f},{b:.3f},{'yes' if a > b else 'no'}" for a, b in random.normal(size=(200, 2))]
    (folder / "table.csv").write_text("\n".join(["a,b,kind", *rows]), encoding="utf-8")
    return folder


def pellucid(*words):
    return CliRunner().invoke(pellucid_command, [str(word) for word in words])


def test_of_data_and_then_of_a_run(table, monkeypatch):
    monkeypatch.chdir(table)
    of_data = pellucid("bench", "table.csv", "--target", "kind", "--batch-size", 16)
    assert of_data.exit_code == 0, of_data.output
    assert "GFLOP/s" in of_data.output
    sizes = [line.split()[0] for line in of_data.output.splitlines() if " ms " in line]
    assert sizes[:2] == ["16", "64"]
    trained = pellucid("train", "table.csv", "--target", "kind", "--epochs", 2, "--run", "runs/one")
    assert trained.exit_code == 0, trained.output
    of_run = pellucid("bench", "runs/one")
    assert of_run.exit_code == 0, of_run.output
    assert "rows a second" in of_run.output


def test_a_run_has_its_target(table, monkeypatch):
    monkeypatch.chdir(table)
    (table / "runs" / "bare").mkdir(parents=True)
    (table / "runs" / "bare" / "experiment.toml").write_text("", encoding="utf-8")
    ended = pellucid("bench", "runs/bare", "--target", "kind")
    assert ended.exit_code == 2
    assert "--target goes with data" in ended.output
