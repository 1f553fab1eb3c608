"""The command line as a newcomer meets it: their table in, an honest report out."""

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from pellucid.cli.main import main
from pellucid.experiments.answers import outputs
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.folder import open_run
from pellucid.experiments.running import run as run_experiment

FILES = {
    *("experiment.toml", "model.safetensors", "encoding.json", "split.json"),
    *("history.csv", "scores.json", "findings.json", "report.html", "SHA256SUMS"),
}


class Answer:
    """What one command did: its exit code, and what it wrote where."""

    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def pellucid(tmp_path, monkeypatch, capfd):
    """Run a command in an empty folder, as the entry point does."""
    monkeypatch.chdir(tmp_path)

    def call(*words):
        with pytest.raises(SystemExit) as ended:
            main([str(word) for word in words])
        out, err = capfd.readouterr()
        return Answer(ended.value.code, out, err)

    return call


def shell(*words, **settings):
    """Start the command in a process of its own."""
    command = [sys.executable, "-m", "pellucid", *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **pipes, **settings)


def write(path, columns, rows):
    with Path(path).open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])


def shop(path="shop.csv", rows=120):
    """People, of whom some buy: numbers, words, truth values, and cells left empty."""
    random = np.random.default_rng(1)
    lines = []
    for number in range(rows):
        age, member = int(random.integers(18, 80)), bool(random.random() < 0.5)
        income = "" if random.random() < 0.1 else round(float(random.normal(50, 9)), 2)
        town = ["Bern", "Chur", "Genf"][number % 3]
        lines.append(
            [number + 1, age, town, str(member).lower(), income, "yes" if age > 48 else "no"]
        )
    write(path, ["id", "age", "town", "member", "income", "bought"], lines)
    return lines


def quick(*more):
    return ("--epochs", "30", "--batch-size", "16", *more)


def only_run(folder="runs"):
    (found,) = Path(folder).iterdir()
    return found


def test_iris_from_one_command(pellucid):
    answer = pellucid("train", "iris")
    assert answer.code == 0
    assert answer.err == ""
    run = only_run()
    assert {path.name for path in run.iterdir()} == FILES
    assert answer.out.splitlines()[-1] == f"report: {run / 'report.html'}"
    assert "150 rows, 'species' (setosa, versicolor, virginica) from 4 columns" in answer.out
    assert "105 rows to learn from, 23 to stop by, 22 to be judged on" in answer.out
    scores = json.loads((run / "scores.json").read_text())
    assert scores["scores"][0]["name"] == "accuracy"
    assert scores["scores"][0]["value"] > 0.9 > scores["scores"][0]["baseline"]


def test_a_table_of_ones_own(pellucid):
    shop()
    answer = pellucid("train", "shop.csv", "--missing", "median", *quick())
    assert answer.code == 0
    assert "left out column 'id', which numbers the rows" in answer.out
    assert "predicting 'bought'; for another column say --target ..." in answer.out
    run = open_run(only_run())
    assert run.encoding.feature_names == (
        *("age", "town=Bern", "town=Chur", "town=Genf"),
        *("member", "income"),
    )
    page = run.report.read_text()
    for words in (
        "pellucid train shop.csv --missing median --epochs 30 --batch-size 16",
        "Always saying ",
        "95 % interval",
        "true \\ predicted",
        "rows to stop by",
        "seed of the split",
        "SHA-256 of the rows",
        "Made with pellucid",
        "best epoch",
        "for another column say --target",
    ):
        assert words in page, words


def test_a_regression(pellucid):
    random = np.random.default_rng(0)
    area = random.uniform(30, 200, 150)
    price = 5 * area + random.normal(0, 10, 150)
    write("homes.csv", ["area", "price"], zip(area.round(1), price.round(1), strict=True))
    answer = pellucid("train", "homes.csv", "--epochs", "200")
    assert answer.code == 0
    assert "Mean absolute error" in answer.out
    assert "Always saying the mean of the training rows scores" in answer.out
    run = open_run(only_run())
    first = run.json("scores.json")["scores"][0]
    assert first["value"] < 0.3 * first["baseline"]
    assert "The largest errors" in run.report.read_text()


def test_unbalanced_classes_are_judged_by_each(pellucid):
    x = np.random.default_rng(0).normal(size=(400, 2))
    names = np.where(x[:, 0] > 1.4, "fraud", "fine")
    write("cards.csv", ["a", "b", "kind"], [[*row, n] for row, n in zip(x, names, strict=True)])
    answer = pellucid("train", "cards.csv", *quick())
    assert answer.code == 0
    assert "warning: The classes are unbalanced" in answer.out
    assert "Balanced accuracy" in answer.out
    scores = open_run(only_run()).json("scores.json")
    assert scores["scores"][0]["name"] == "balanced accuracy"
    assert [c["name"] for c in scores["classes"]] == ["fine", "fraud"]
    assert sum(c["support"] for c in scores["classes"]) == scores["rows"] == 60


def test_a_folder_of_pictures(pellucid, tmp_path):
    from PIL import Image

    random = np.random.default_rng(0)
    for name, light in (("day", 200), ("night", 40)):
        (tmp_path / "sky" / name).mkdir(parents=True)
        for number in range(12):
            pixels = random.normal(light, 20, (8, 8)).clip(0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / "sky" / name / f"{number}.png")
    answer = pellucid(
        "train", "sky", "--network", "c4-8", "--dropout", "0", *quick("--epochs", "100")
    )
    assert answer.code == 0
    assert "grey pictures of 8 x 8" in answer.out
    answer = pellucid("predict", only_run(), "sky/night")
    rows = list(csv.reader(answer.out.splitlines()))
    assert rows[0] == ["file", "class", "probability of day", "probability of night"]
    assert rows[1][0] == "0.png"
    assert {row[1] for row in rows[1:]} == {"night"}


def test_a_truth_table_is_judged_on_what_it_was_taught(pellucid):
    answer = pellucid("train", "xor")
    assert answer.code == 0
    assert "Accuracy 100.0 % on the 4 rows that it was taught with" in answer.out
    assert "interval" not in answer.out
    assert "held out" not in only_run().joinpath("report.html").read_text()


def test_predictions_are_those_of_the_model_in_memory(pellucid):
    lines = shop()
    experiment = Experiment("shop.csv", epochs=20)
    experiment = Experiment.from_toml(experiment.to_toml() + '\n[reading]\nmissing = "mean"\n')
    made = run_experiment(experiment, "made", verbose=0)
    kept = open_run("made")
    x = made.run.encoding.encode_new("shop.csv").x
    assert np.array_equal(made.run.model.predict(x), kept.model.predict(x))

    turned = [[*reversed(line[:-1]), "extra"] for line in lines]
    write("new.csv", ["income", "member", "town", "age", "id", "more"], turned)
    answer = pellucid("predict", "made", "new.csv")
    assert answer.code == 0
    assert "ignored columns: id, more" in answer.err
    rows = list(csv.DictReader(answer.out.splitlines()))
    assert [row["line"] for row in rows] == [str(k) for k in range(2, len(lines) + 2)]
    wanted = outputs(kept.encoding, kept.model, x)
    told = np.array([[row["probability of no"], row["probability of yes"]] for row in rows], float)
    assert np.allclose(told, wanted, atol=6e-5)
    assert [row["bought"] for row in rows] == [("no", "yes")[k] for k in wanted.argmax(1)]

    answer = pellucid("predict", "made", "new.csv", "--output", "said.csv")
    assert (answer.code, answer.out) == (0, "")
    assert "said.csv" in answer.err
    assert Path("said.csv").read_text().splitlines()[0].startswith("line,bought,")
    nowhere = pellucid("predict", "made", "new.csv", "--output", "gone/said.csv")
    assert nowhere.code == 2
    assert "cannot be written to gone/said.csv" in nowhere.err

    write("short.csv", ["age", "town", "income"], [[30, "Bern", 50]])
    assert refusal(pellucid("predict", "made", "short.csv")).startswith(
        "pellucid: short.csv lacks column member."
    )
    write("far.csv", ["age", "town", "member", "income"], [[30, "Berne", "true", 50]])
    told = refusal(pellucid("predict", "made", "far.csv"))
    assert "Line 2 of far.csv has 'Berne' in column 'town', unknown in training" in told
    assert "Did you mean 'Bern'?" in told


def test_a_run_is_evaluated_reported_and_repeated(pellucid):
    shop()
    first = pellucid("train", "shop.csv", "--missing", "median", "--run", "one", *quick())
    again = pellucid("evaluate", "one")
    assert again.code == 0
    table = first.out[first.out.index("Score on rows held out") : first.out.index("Mistakes")]
    assert again.out.strip() == table.strip()
    told = pellucid("report", "one")
    assert told.out.splitlines()[-1] == f"report: {Path('one/report.html')}"
    assert table.strip() in told.out

    shop("more.csv", rows=40)
    answer = pellucid("evaluate", "one", "more.csv")
    assert answer.code == 0
    assert "on 40 rows" in answer.out

    answer = pellucid("train", "one/experiment.toml", "--run", "two", "--quiet")
    assert (answer.code, answer.out) == (0, f"report: {Path('two/report.html')}\n")
    one, two = open_run("one"), open_run("two")
    for name, array in one.model.weights.items():
        assert array.tobytes() == two.model.weights[name].tobytes(), name
    assert one.json("scores.json") == two.json("scores.json")
    assert one.experiment == two.experiment

    pellucid("train", "one/experiment.toml", "--run", "three", "--epochs", "2", "--drop", "town")
    other = open_run("three").experiment
    assert (other.epochs, other.reading.drop, other.reading.missing) == (2, ("town",), "median")

    shop(rows=121)
    assert "shop.csv has changed since one was trained" in refusal(pellucid("evaluate", "one"))


def test_data_says_what_there_is(pellucid):
    answer = pellucid("data")
    assert answer.code == 0
    assert "10,000 handwritten digits" in answer.out
    shop()
    answer = pellucid("data", "shop.csv", "--missing", "median")
    assert answer.code == 0
    assert "boolean" in answer.out
    assert "Bern, Chur, Genf" in answer.out
    assert "left out column 'id'" in answer.out
    assert list(Path().iterdir()) == [Path("shop.csv")]


def refusal(answer):
    """Return the one line of a refused command, having checked that it is only that."""
    assert answer.code == 2
    assert answer.out == ""
    (line,) = answer.err.splitlines()
    return line


GOOD = "a,b,kind\n" + "".join(f"{k},{k % 7},{'yn'[k % 2]}\n" for k in range(40))


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ("a,b,kind\n1,2,y\n3,n\n", (), ("Line 3 of t.csv has fewer cells", "expected 3 cells")),
        ("a,b,kind\n", (), ("t.csv has no data rows",)),
        ("", (), ("t.csv is empty",)),
        (
            GOOD.replace("\n5,5,", "\nlots,5,"),
            (),
            ("Line 7 of t.csv has 'lots' in column 'a', among numbers", "--categorical a"),
        ),
        (GOOD.replace("\n5,5,", "\nNA,5,"), (), ("Line 7 of", "column 'a'", "--na-values NA")),
        (GOOD.replace("\n5,5,", "\n,5,"), (), ("Line 7 of", "column 'a'", "--missing median")),
        (GOOD.replace("\n5,5,", "\ninf,5,"), (), ("Line 7 of", "column 'a'", "finite")),
        (GOOD, ("--delimiter", ";"), ("Line 1 of t.csv has a single column", "--delimiter ,")),
        (GOOD, ("--target", "knid"), ("t.csv has no column 'knid'", "Did you mean 'kind'?")),
        (GOOD.replace("n\n", "y\n"), (), ("target column 'kind' of t.csv", "same value")),
        (
            "a,kind\n" + "".join(f"{1_700_000_000 + k},{'yn'[k % 2]}\n" for k in range(40)),
            (),
            ("Column 'a' of t.csv would lose its differences in float32", "--drop a"),
        ),
        (
            GOOD.replace("\n5,5,n", "\n5,5,"),
            (),
            ("Line 7 of t.csv has nothing in the target column 'kind'", "--missing drop"),
        ),
        (GOOD, ("--optimizer", "adm"), ("--optimizer", "Did you mean 'adam'?")),
        (GOOD, ("--loss", "mse2"), ("no loss called 'mse2'", "Did you mean")),
        (GOOD, ("--activation", "rleu"), ("'rleu'", "Did you mean 'relu'?")),
        (GOOD, ("--loss", "sparse_categorical_crossentropy"), ("does not suit",)),
        (GOOD, ("--network", "c8-16"), ("'c8'", "filters for pictures only")),
        (GOOD, ("--epochs", "ten"), ("--epochs", "'ten'")),
        (GOOD, ("--epochs", "0"), ("--epochs is out of range",)),
        (GOOD, ("--batch-size", "many"), ("--batch-size is not a number of rows",)),
        (GOOD, ("--validation", "0.6", "--test", "0.5"), ("no rows to train on",)),
        (GOOD, ("--optimiser", "adam"), ("--optimiser", "--optimizer")),
        (GOOD, ("--size", "8x8"), ("size cannot be set for a table",)),
        (GOOD, ("--run", "t.csv"), ("t.csv is there already", "--run")),
        (GOOD, ("--run", "t.csv/run"), ("No folder can be made at t.csv/run", "a file")),
    ],
)
def test_bad_data_are_refused_by_one_line(pellucid, text, more, words):
    Path("t.csv").write_text(text)
    line = refusal(pellucid("train", "t.csv", *more))
    assert line.startswith("pellucid: ")
    for word in words:
        assert word in line
    assert os.listdir() == ["t.csv"]  # noqa: PTH208 (nothing else, hidden or not)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("train", "irsi"), ("no data called 'irsi'", "Did you mean 'iris'?")),
        (("train", "empty"), ("empty is no set of pictures", "folder named after it")),
        (("train", "gone.toml"), ("gone.toml cannot be read",)),
        (("train", "iris", "--generate-rows", "5"), ("rows cannot be set for iris",)),
        (("train",), ("Missing argument 'DATA'", "see pellucid train --help")),
        (("trian", "iris"), ("no command 'trian'", "did you mean 'train'?")),
        (("predict", "empty", "iris"), ("There is no run in empty",)),
        (("report", "nowhere"), ("There is no run in nowhere",)),
    ],
)
def test_bad_usage_is_refused_by_one_line(pellucid, tmp_path, command, words):
    (tmp_path / "empty").mkdir()
    line = refusal(pellucid(*command))
    for word in words:
        assert word in line
    assert os.listdir() == ["empty"]  # noqa: PTH208


def test_an_experiment_that_is_none_is_refused(pellucid):
    for text, words in (
        ("network = 'auto'", "does not say what to learn from"),
        ("data = 'iris'\nepoch = 3", "did you mean 'epochs'?"),
        ("data = ", "is not TOML"),
        ("data = 'iris'\nreading = 3", "not as it should"),
    ):
        Path("e.toml").write_text(text)
        assert words.lower() in refusal(pellucid("train", "e.toml")).lower()


def test_training_that_diverges_leaves_no_run(pellucid):
    answer = pellucid("train", "iris", "--optimizer", "sgd", "--learning-rate", "1e30")
    assert answer.code == 3
    (line,) = answer.err.splitlines()
    assert "became non-finite in epoch 1" in line
    assert "--learning-rate 0.01" in line
    assert not Path("runs").exists()


def test_no_command_is_a_request_for_help(pellucid):
    answer = pellucid()
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == pellucid("--help").out
    assert "train" in answer.out


def epochs_begun(process):
    """Wait until a process has shown that training runs."""
    for line in process.stdout:
        if "a step, at most" in line:
            time.sleep(5)  # compiling, then training
            return


def test_ctrl_c_keeps_what_was_learnt(tmp_path):
    long = ("--epochs", "900000", "--patience", "900000", "--batch-size", "1")
    with shell("train", "iris", *long, cwd=tmp_path) as process:
        epochs_begun(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert err.strip() == "stopping in good order; Ctrl-C again leaves at once"
    assert "\x1b" not in out
    assert "warning: Ctrl-C stopped training after" in out
    assert "report: runs/iris-1/report.html" in out
    assert {path.name for path in (tmp_path / "runs/iris-1").iterdir()} == FILES


def test_R6_a_second_ctrl_c_leaves_at_once(tmp_path):
    long = ("--epochs", "900000", "--patience", "900000", "--network", "2048-2048-2048")
    with shell("train", "moons", "--generate-rows", "20000", *long, cwd=tmp_path) as process:
        epochs_begun(process)
        for _ in range(20):  # until it has gone
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            time.sleep(0.1)
        process.communicate(timeout=120)
    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_gets_no_escape_codes_and_no_cut_lines(tmp_path):
    with shell("data", cwd=tmp_path, env=os.environ | {"COLUMNS": "40"}) as process:
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert "\x1b" not in out
    assert "with noise 1 the best line still errs in 16 of 100" in out
