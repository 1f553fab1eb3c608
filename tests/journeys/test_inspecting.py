"""`pellucid inspect` as one uses it: train, look, ask for too much."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.cli.main import main
from pellucid.layers import Dense


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "iris"
    with pytest.raises(SystemExit):
        main(["train", "iris", "--epochs", "5", "--run", str(folder)])
    return str(folder)


@pytest.fixture
def inspect(run, capfd):
    def call(*words, of=run):
        with pytest.raises(SystemExit) as ended:
            main(["inspect", of, *words])
        out, err = capfd.readouterr()
        return ended.value.code, out, err

    return call


def test_a_row_of_a_run_is_shown_with_its_numbers(inspect):
    code, out, err = inspect("--row", "3")
    assert (code, err) == (0, "")
    assert out.startswith("row 3, y = ")
    assert "4.6  3.1  1.5  0.2" in out  # the fourth flower
    assert "δ⁽³⁾" in out
    code, out, _ = inspect("--layer", "dense", "--unit", "1")
    assert code == 0
    assert [line[:1] for line in out.splitlines()] == ["z", "a", "δ"]
    code, out, _ = inspect("--row", "-1", "--weight", "dense/kernel[0,1]", "--check")
    assert code == 0
    assert "for row 149: " in out
    assert "sum: ∂Loss" in out
    assert out.rstrip().endswith("They agree.")
    code, out, _ = inspect("--latex", "--layer", "dense")
    assert code == 0
    assert out.startswith("\\begin{aligned}")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--row", "150"), "0 to 149"),
        (("--layer", "dens"), "Did you mean 'dense'?"),
        (("--layer", "dense", "--unit", "99"), "0 to 15"),
        (("--layer", "dense", "--unit", "one"), "is no place"),
        (("--unit", "1"), "--layer"),
        (("--weight", "dense/kernel[0,99]"), "0 to 15"),
        (("--weight", "dense/kernl[0,1]"), "Did you mean 'dense/kernel'?"),
        (("--data", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(inspect, words, told):
    code, out, err = inspect(*words)
    assert (code, out) == (2, "")
    assert told in err
    assert len(err.splitlines()) == 1


def test_other_rows_and_saved_models(inspect, tmp_path):
    model = pc.Sequential([pc.Input((2,)), Dense(1, "sigmoid")])
    file, data = str(tmp_path / "model.safetensors"), str(tmp_path / "rows.npz")
    model.save(file)
    np.savez(data, x=[[0.4, 0.5], [1.0, 2.0]], y=[[1.0], [0.0]])
    code, _, err = inspect("--data", data, of=file)
    assert code == 2
    assert "compile" in err
    model.compile("sgd", "mse")
    model.save(file)
    code, _, err = inspect(of=file)
    assert code == 2
    assert "--data" in err
    code, out, err = inspect("--data", data, "--row", "1", of=file)
    assert (code, err) == (0, "")
    assert "1  2" in out
