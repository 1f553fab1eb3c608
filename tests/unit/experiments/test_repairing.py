"""A run whose faults are repaired says what was changed, and keeps what helped."""

import numpy as np
import pytest

from pellucid.experiments.experiment import Experiment
from pellucid.experiments.running import run


@pytest.fixture
def slow():
    return Experiment("iris", learning_rate=1e-6, epochs=40)


def test_a_run_is_repaired(slow, tmp_path):
    outcome = run(slow, tmp_path / "run", verbose=0, repair=True)
    cure = outcome.material.cure
    kept = [attempt.finding.check for attempt in cure.attempts if attempt.kept]
    assert kept[0] == "lr_too_low"
    assert set(kept) <= {"lr_too_low", "too_few_epochs"}  # it may be trained longer, too
    assert cure.after > 0.6 > cure.before
    assert float(np.asarray(outcome.run.model.train_state.learning_rate)) > 1e-5
    report = outcome.run.report.read_text(encoding="utf-8")
    assert "What was repaired" in report
    assert "learning_rate=0.001" in report
    assert "--repair" in report  # to repeat it


def test_a_run_is_left_as_it_is_unless_asked(slow, tmp_path):
    outcome = run(slow, tmp_path / "run", verbose=0)
    assert outcome.material.cure is None
    report = outcome.run.report.read_text(encoding="utf-8")
    assert "What was repaired" not in report
    assert "--repair" not in report
