"""The progress bar, read as text."""

import re

import pytest

from pellucid.base.errors import ConfigError
from pellucid.keras.engine.training.progress import Progbar, pace_in_words


def plain(text):
    return re.sub(r"\x1b\[\d+m", "", text)


def test_a_bar(capsys):
    bar = Progbar(4, width=8, interval=0)
    bar.update(1, [("loss", 2.0)])
    bar.update(2, [("loss", 1.0)])
    out = plain(capsys.readouterr().out)
    assert "2/4 ━━━━━━━━" in out and out.rstrip().endswith("loss: 1.5000")
    bar.update(4, [("loss", 0.5)])
    last = plain(capsys.readouterr().out)
    assert last.rstrip().endswith("loss: 0.5000") and last.endswith("\n")


def test_averages_are_weighted_by_steps(capsys):
    bar = Progbar(None, interval=0, stateful_metrics=["acc"])
    bar.add(1, [("loss", 4.0), ("acc", 0.1)])
    bar.add(3, [("loss", 0.0), ("acc", 0.2)])
    out = capsys.readouterr().out
    assert "4/Unknown" in out and out.rstrip().endswith("loss: 1.0000 - acc: 0.2000")


def test_one_line_or_none(capsys):
    for verbose, told in ((0, ""), (2, "2/2 - 0s - ")):
        bar = Progbar(2, verbose=verbose)
        bar.update(1, [("loss", 1e-5)])
        bar.update(2, [("loss", 1e-5)])
        out = capsys.readouterr().out
        assert out.startswith(told) and ("1.0000e-05\n" in out) == bool(told)


def test_times():
    assert [pace_in_words(t, "step") for t in (2.0, 0.0123, 5e-5)] == [
        " 2s/step", " 12ms/step", " 50us/step",
    ]  # fmt: skip
    with pytest.raises(ConfigError):
        Progbar(1, stateful_metrics=[], stateless_metrics=[])
