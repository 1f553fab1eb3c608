"""Networks are judged on one split from several seeds; deep stacks fade and are healed."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.base.errors import ConfigError, DataError
from pellucid.cli.main import main
from pellucid.experiments.fading import VARIANTS


@pytest.fixture(scope="module")
def found():
    networks = {"line": "linear", "wide": {"network": "8", "activation": "tanh"}}
    return pc.compare("xor-points", networks, seeds=2, epochs=30, learning_rate=0.05)


def test_a_network_that_can_do_it_beats_one_that_cannot(found):
    line, wide = found.contestants
    assert wide.scores.min() > line.scores.max()
    assert found.best is wide
    assert (line.parameters, wide.parameters) == (3, 33)
    assert [trial.seed for trial in wide.trials] == [0, 1]
    assert len({trial.curves["loss"][0] for trial in wide.trials}) == 2


def test_a_trial_is_the_run_of_the_same_experiment(found, tmp_path):
    experiment = pc.Experiment("xor-points", network="linear", epochs=30, learning_rate=0.05)
    outcome = pc.run(experiment, tmp_path / "one", verbose=0)
    trial = found.contestants[0].trials[0]
    assert trial.score == outcome.material.judgement.headline
    np.testing.assert_array_equal(trial.curves["loss"], outcome.material.history["loss"])


def test_the_table_states_mean_and_spread(found):
    table = found.table()
    assert table.columns[:5] == ("network", "layers", "parameters", "accuracy", "spread")
    scores = found.contestants[0].scores
    assert table.rows[0][3:5] == (
        f"{100 * scores.mean():.1f} %",
        f"{100 * scores.std(ddof=1):.1f} %",
    )
    left = found.plot().axes[0]
    dots = np.concatenate([line.get_xdata() for line in left.lines if line.get_marker() == "o"])
    np.testing.assert_array_equal(dots, scores)


def test_a_comparison_is_a_report_without_a_script(found, tmp_path):
    text = found.save(tmp_path / "comparison.html").read_text()
    assert "wide does best" in text
    assert "<script" not in text


def test_runs_are_compared_by_their_scores_and_other_splits_are_told(tmp_path, capsys):
    for name, seed in (("a", 0), ("b", 1)):
        experiment = pc.Experiment("xor-points", network="4", epochs=3, seed=seed)
        pc.run(experiment, tmp_path / name, verbose=0)
    found = pc.compare_runs([tmp_path / "a", tmp_path / "b"])
    assert [one.name for one in found.contestants] == ["a", "b"]
    assert all(one.seconds[0] > 0 for one in found.contestants)
    assert "judged on the same rows" in found.notes[0]
    assert pc.compare_runs([tmp_path / "a"]).notes == ()
    pc.run(pc.Experiment("sine", network="4", epochs=2), tmp_path / "c", verbose=0)
    with pytest.raises(DataError, match="not judged by the same score"):
        pc.compare_runs([tmp_path / "a", tmp_path / "c"])
    with pytest.raises(SystemExit) as ended:
        main(["compare", str(tmp_path / "a"), str(tmp_path / "b")])
    assert ended.value.code == 0
    assert "accuracy" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["xor-points"], "Say which networks to compare"),
        (["xor-points", "iris", "--network", "4"], "One set of DATA"),
        (["xor-points", "--network", "4x"], "The network '4x' has a part"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_line(arguments, said, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["compare", *arguments])
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_comparison_needs_a_network():
    with pytest.raises(ConfigError, match="needs a network"):
        pc.compare("iris", [])


def test_sigmoids_fade_and_every_remedy_heals():
    digits = pc.open_data("mnist")
    x, y = digits.x[:96].reshape(96, -1) / 255, digits.labels[:96]
    stacks = pc.fading(x, y, depth=4, units=8, epochs=1)
    assert list(stacks) == list(VARIANTS)
    assert stacks.ratios("sigmoid")[0] < 0.05
    for name in list(VARIANTS)[1:]:
        assert stacks.ratios(name)[0] > 10 * stacks.ratios("sigmoid")[0]
    assert list(stacks.at_start("sigmoid")) == [*(f"hidden_{n}" for n in range(1, 5)), "output"]
    drawn = [line.get_label() for line in stacks.plot().axes[0].lines]
    assert drawn == list(VARIANTS)
    with pytest.raises(ConfigError, match="no variant called 'sigmoids'"):
        pc.fading(x, y, variants=["sigmoids"])
