"""What a page asks for is done by the library's own fit, to the bit; and shown as it is."""

import numpy as np
import pytest
from lab_line import ran

from pellucid.lab.bench import set_up
from pellucid.lab.pedals import Pedals, speed_for
from pellucid.lab.views import VIEWS

STEP, EPOCH = ("step", {"unit": "batch"}), ("step", {"unit": "epoch"})
SMALL = {"rows": 60, "seed": 3}


def losses(line):
    return np.concatenate([frame["losses"] for frame in line.frames if frame["kind"] == "course"])


def epochs(line):
    return [one for f in line.frames if f["kind"] == "course" for one in f["epochs"]]


@pytest.fixture(scope="module")
def stepped():
    """A run of two batches, an epoch's rest, and one epoch; every view looked at, at the end."""
    draw = ("draw", {"views": [*VIEWS]})
    return ran(STEP, STEP, EPOCH, EPOCH, draw, ("script", {"run": 1}), reading=SMALL)


@pytest.fixture(scope="module")
def alone(stepped):
    """The same two epochs by `fit` alone."""
    bench = set_up(stepped[0].scene.bench.experiment)
    return bench, bench.model.fit(**{**bench.lesson(), "epochs": 2}, verbose=0)


def test_a_batch_is_one_update_and_an_epoch_ends_where_epochs_end(stepped):
    runner, line = stepped
    assert runner.scene.bench.steps == 3
    told = [len(f["losses"]) for f in line.frames if f["kind"] == "course" and len(f["losses"])]
    assert told == [1, 1, 1, 3]
    assert [one["step"] for one in epochs(line)] == [3, 6]


def test_its_numbers_are_those_of_the_library_bit_for_bit(stepped, alone):
    runner, line = stepped
    bench, history = alone
    whole = np.concatenate([record.step_losses for record in history.records])
    assert losses(line).tobytes() == whole.tobytes()
    assert [one["values"]["val_loss"] for one in epochs(line)] == history["val_loss"]
    mine, theirs = runner.scene.bench.model.weights, bench.model.weights
    assert all(np.array_equal(mine[path], theirs[path]) for path in theirs)


def test_the_script_ends_with_the_numbers_of_the_page(stepped):
    _, line = stepped
    given = {"__name__": "__main__"}
    exec(compile(line.shown("script")[0]["text"], "script.py", "exec"), given)
    last = epochs(line)[-1]["values"]
    assert {name: values[-1] for name, values in given["history"].items()} == last


def test_layers_are_shown_as_inspect_gives_them(stepped):
    runner, line = stepped
    (shown,) = line.shown("layers")
    bench = runner.scene.bench
    _, _, rows = bench.next_batch()
    seen = bench.model.inspect(bench.ready.x[rows], bench.y[rows])
    hidden = next(row for row in shown["rows"] if row["name"] == "dense")
    assert hidden["tiles"]["z"]["largest"] == pytest.approx(np.abs(seen["z"]["dense"]).max())
    pixels = hidden["tiles"]["W"]["pixels"]
    assert pixels.shape == seen["weight"]["dense"]["kernel"].shape
    scale = hidden["tiles"]["W"]["largest"] / 127
    kernel = np.asarray(seen["weight"]["dense"]["kernel"])
    assert np.abs(pixels * scale - kernel).max() <= scale / 2 + 1e-7
    rms = float(np.sqrt(np.mean(np.square(np.asarray(seen["delta"]["dense"], np.float64)))))
    assert hidden["strip"]["delta"] == pytest.approx(rms)


def test_the_step_shown_is_the_step_that_comes(stepped):
    runner, line = stepped
    (shown,) = line.shown("train")
    bench = runner.scene.bench
    epoch, number, rows = bench.next_batch()
    assert (shown["epoch"], shown["number"]) == (epoch, number) == (2, 0)
    assert shown["rows"].tolist() == rows.tolist()
    scores = bench.model.evaluate(bench.ready.x[rows], bench.y[rows])
    assert shown["phases"]["loss"] == pytest.approx(scores["loss"], rel=1e-6)


def test_the_score_is_the_reports_and_the_test_is_sealed(stepped):
    runner, line = stepped
    (shown,) = line.shown("score")
    _, judgement = runner.scene.bench.judged("validation")
    assert shown["judgement"]["scores"][0]["value"] == judgement.headline.value
    test = {"part": "test"}
    look, draw = ("look", {"options": test}), ("draw", {"views": ["score"]})
    after, line = ran(look, draw, ("open_test", {}), draw, reading=SMALL)
    sealed, opened = line.shown("score")
    assert sealed["sealed"] and "judgement" not in sealed
    assert not opened["sealed"] and opened["judgement"]["rows"] == 9
    assert after.scene.openings == 1


def test_test_rows_are_not_among_those_shown(stepped):
    runner, line = stepped
    (shown,) = line.shown("data")
    test = set(runner.scene.bench.ready.parts.test.tolist())
    assert len(shown["points"]["x"]) == 60 - len(test)
    assert 2 not in shown["table"]["part"]


def test_a_rate_set_by_hand_is_in_the_script_too():
    rate = ("rate", {"learning_rate": 0.05})
    runner, line = ran(STEP, rate, STEP, STEP, STEP, ("script", {"run": 1}), reading=SMALL)
    assert runner.scene.bench.model.trainer.learning_rate == pytest.approx(0.05)
    given = {"__name__": "__main__"}
    exec(compile(line.shown("script")[0]["text"], "script.py", "exec"), given)
    mine, theirs = runner.scene.bench.model.weights, given["model"].weights
    assert all(np.array_equal(mine[path], theirs[path]) for path in theirs)


def test_phases_lead_up_to_one_update():
    phase = ("step", {"unit": "phase"})
    runner, line = ran(*[phase] * 4, reading=SMALL)
    assert runner.pedals.phase == 4 and not len(losses(line))
    runner, line = ran(*[phase] * 5, reading=SMALL)
    assert runner.pedals.phase == 0 and len(losses(line)) == 1


def test_what_cannot_be_done_is_said_and_nothing_changes():
    bad = [
        ("open", {"data": "/etc/passwd", "reading": {}}),
        ("open", {"data": "moons", "reading": {"rows": 2}}),
        ("settle", {"settings": {"validation": 0.9}}),
        ("settle", {"settings": {"nonsense": 1}}),
        ("build", {"layers": [{"class_name": "Conv2D", "config": {"filters": 2}}]}),
        ("rate", {"learning_rate": -1.0}),
        ("step", {"unit": "leap"}),
        ("apply", {"check": "vanishing_gradient"}),
        ("table", {"name": "a.exe", "content": b"MZ"}),
    ]
    runner, line = ran(*bad, reading=SMALL)
    assert len(line.shown("trouble")) == len(bad) and runner.scene.run == 1
    assert all(told["text"] and "\n" not in told["text"] for told in line.shown("trouble"))


def test_a_draft_says_what_it_would_be_or_why_it_cannot():
    dense = {"class_name": "Dense", "config": {"units": 5}}
    runner, _ = ran(("draft", {"layers": [dense]}), reading=SMALL)
    assert runner.scene.draft.summary.trainable == 15 and not runner.scene.draft.trouble
    runner, _ = ran(("draft", {"layers": [{**dense, "config": {"units": 0}}]}), reading=SMALL)
    assert runner.scene.draft.summary is None and "units" in runner.scene.draft.trouble
    runner, _ = ran(("draft", {"layers": [{}, 3]}), reading=SMALL)
    assert runner.scene.draft.trouble


def test_layers_built_by_hand_stay_when_something_else_is_settled():
    out = {"class_name": "Dense", "config": {"units": 1, "activation": "sigmoid"}}
    layers = [{"class_name": "Dense", "config": {"units": 3, "activation": "tanh"}}, out]
    build, seed = ("build", {"layers": layers}), ("settle", {"settings": {"seed": 5}})
    runner, _ = ran(build, seed, reading=SMALL)
    assert [layer.units for layer in runner.scene.bench.layers] == [3, 1]
    runner, _ = ran(build, ("settle", {"settings": {"network": "7"}}), reading=SMALL)
    assert [getattr(layer, "units", 0) for layer in runner.scene.bench.layers] == [0, 7, 1]


def test_a_table_of_ones_own_is_read_and_its_name_is_no_path():
    rows = "\n".join(f"{i},{i % 7},{'ab'[i % 2]}" for i in range(40))
    table = ("table", {"name": "../../up/<b>my.csv", "content": f"x,z,kind\n{rows}\n".encode()})
    runner, line = ran(table, ("draw", {"views": ["data"]}), reading=SMALL)
    assert runner.scene.bench.experiment.data == "_b_my.csv"
    (shown,) = line.shown("data")
    assert shown["rows"] == 40 and shown["target"] == "kind"
    again = ("open", {"data": "_b_my.csv", "reading": {"target": "z"}})
    runner, _ = ran(table, again, reading=SMALL)
    assert runner.scene.bench.ready.data.target.name == "z"


def test_pedals_go_as_far_as_they_are_told():
    pedals = Pedals()
    assert not pedals.moving
    pedals.step("epoch")
    pedals.done(epoch=False)
    assert pedals.moving and pedals.pace().most_epochs == 1
    pedals.done(epoch=True)
    assert not pedals.moving
    pedals.play()
    pedals.speed = 100.0
    assert pedals.pace().most_steps == 4 and pedals.wait() > 0
    assert [speed_for(steps) for steps in (1, 14, 400, 10_000)] == [1.0, 25.0, 500.0, None]


def test_runs_of_a_session_stand_beside_each_other():
    settle, draw = ("settle", {"settings": {"network": "5"}}), ("draw", {"views": ["runs"]})
    _, line = ran(EPOCH, settle, EPOCH, draw, ("script", {"run": 1}), reading=SMALL)
    (shown,) = line.shown("runs")
    assert [run["run"] for run in shown["runs"]] == [1, 2] and shown["differs"] == ["layers"]
    assert [run["updates"] for run in shown["runs"]] == [3, 3]
    first = shown["runs"][0]
    assert first["best"]["values"]["val_loss"] == pytest.approx(first["curves"]["val_loss"][0])
    assert "units=16" in line.shown("script")[0]["text"]
    _, line = ran(("script", {"run": 9}), reading=SMALL)
    assert "no such run" in line.shown("trouble")[0]["text"]


def test_a_place_in_a_picture_is_written_out_with_its_numbers():
    place = {"layer": "dense", "tile": "z", "row": 2, "unit": 3}
    look, draw = ("look", {"options": {"probe": place}}), ("draw", {"views": ["layers"]})
    gone = ("look", {"options": {"probe": {**place, "row": 10**6}}})
    runner, line = ran(look, draw, gone, draw, reading=SMALL)
    found, lost = line.shown("layers")
    bench = runner.scene.bench
    _, _, rows = bench.next_batch()
    seen = bench.model.inspect(bench.ready.x[rows], bench.y[rows])
    assert found["probe"]["value"] == float(seen["z"]["dense"][2, 3])
    assert found["probe"]["line"] == seen.line("z", "dense", 3, 2)
    assert lost["probe"] is None
