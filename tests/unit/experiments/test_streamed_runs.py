"""Runs whose rows are read while they train."""

import numpy as np
import polars as pl
import pytest

from pellucid.base.errors import ConfigError
from pellucid.data import table_pieces
from pellucid.data.reading import Reading
from pellucid.experiments import preparing
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.preparing import prepare
from pellucid.experiments.reviewing import judge_again, reported
from pellucid.experiments.running import run


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setattr(table_pieces, "PIECE_BYTES", 1024)
    random = np.random.default_rng(0)
    x = random.normal(size=(900, 3)).round(4)
    columns = {"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "colour": ["red", "blue", "green"] * 300}
    columns["y"] = np.where(x[:, 0] > 0.3, "yes", "no")
    pl.DataFrame(columns).write_csv(tmp_path / "rows.csv")
    return tmp_path / "rows.csv"


def test_a_streamed_run_is_judged_on_rows_it_has_not_seen(table, tmp_path):
    asked = Experiment(str(table), epochs=4, stream="always", class_weight="balanced", network="4")
    found = run(asked, tmp_path / "run", verbose=0)
    ready = found.material.ready
    assert ready.stream is not None
    assert ready.rows == 900
    assert ready.taught_rows + len(ready.parts.validation) + len(ready.parts.test) == 900
    held_out = {ready.data.lines[row] for row in ready.parts.test}
    taught = ready.stream.source.dataset(ready.stream.pieces.tolist()).lines
    assert not held_out & set(taught)
    assert found.material.judgement.beats_baseline
    assert "900 rows are read from disk" in found.run.report.read_text()
    assert judge_again(found.run) == reported(found.run)


def test_a_file_is_streamed_where_it_is_large_beside_memory(table, monkeypatch):
    for allowed, expected in ((10**9, None), (10**5, "a stream")):
        monkeypatch.setattr(preparing, "allowed_bytes", lambda allowed=allowed: allowed)
        assert (prepare(Experiment(str(table))).stream is not None) == (expected is not None)
    assert prepare(Experiment(str(table), stream="never")).stream is None


def test_what_a_stream_cannot_have_is_refused(table, tmp_path):
    asked = Experiment(str(table), stream="always")
    with pytest.raises(ConfigError, match="Repairs train anew"):
        run(asked, tmp_path / "run", repair=True, verbose=0)
    assert not (tmp_path / "run.training").exists()
    with pytest.raises(ConfigError, match="held out by groups"):
        prepare(Experiment(str(table), stream="always", reading=Reading(groups="colour")))
