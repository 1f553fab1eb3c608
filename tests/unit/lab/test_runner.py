"""What a page asks for is done by the library's own fit, to the bit; and shown as it is."""

import base64

import numpy as np
import pytest
from lab_line import ran

from pellucid.experiments.regimes import compare_regimes
from pellucid.keras.saving import save_model
from pellucid.lab.album import Album
from pellucid.lab.bench import set_up
from pellucid.lab.pedals import Pedals, speed_for
from pellucid.lab.views import VIEWS
from pellucid.lab.warming import Warmth

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


class Lukewarm(Warmth):
    """Its programs take a few looks longer than they do."""

    looks = 0

    @property
    def done(self):
        self.looks += 1
        return self.looks > 8 and super().done


def test_pictures_are_answered_while_programs_are_made_and_each_step_is_taken(alone):
    draw = ("draw", {"views": ["network"]})
    runner, line = ran(STEP, draw, STEP, EPOCH, EPOCH, reading=SMALL, warmth=Lukewarm())
    kinds = [frame["kind"] for frame in line.frames]
    assert kinds.index("network") < next(
        i for i, frame in enumerate(line.frames) if len(frame.get("losses", ()))
    )
    assert [told["preparing"] for told in line.shown("now")] == [True]
    mine, theirs = runner.scene.bench.model.weights, alone[0].model.weights
    assert all(np.array_equal(mine[path], theirs[path]) for path in theirs)


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
        ("file", {"name": "a.exe", "content": b"MZ"}),
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
    assert runner.scene.bench.made.network == ""  # which no setting describes
    runner, _ = ran(build, ("settle", {"settings": {"network": "7"}}), reading=SMALL)
    assert [getattr(layer, "units", 0) for layer in runner.scene.bench.layers] == [0, 7, 1]


def test_a_table_of_ones_own_is_read_and_its_name_is_no_path():
    rows = "\n".join(f"{i},{i % 7},{'ab'[i % 2]}" for i in range(40))
    table = ("file", {"name": "../../up/<b>my.csv", "content": f"x,z,kind\n{rows}\n".encode()})
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
    assert pedals.pace().most_steps == 2 and pedals.wait() > 0
    assert [speed_for(steps, 20) for steps in (1, 14, 400, 10_000)] == [1.0, 25.0, 500.0, None]
    assert speed_for(14, 714) == 500.0


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


@pytest.mark.slow
def test_the_loss_surface_is_the_librarys_and_does_not_touch_the_fit():
    settle = ("settle", {"settings": {"epochs": 2, "batch_size": 16}})
    survey, draw = ("survey", {"plane": "paths"}), ("draw", {"views": ["surface"]})
    runner, line = ran(settle, survey, draw, STEP, ("survey", {"plane": "up"}), reading=SMALL)
    assert line.shown("surface")[-1]["busy"]
    assert "no such plane" in line.shown("trouble")[0]["text"]
    found, bench = runner.scene.survey, runner.scene.bench.again()
    x, y = bench.training
    regimes = compare_regimes(bench.model, x, y, epochs=2, batch_size=16, points=120)
    assert [one.loss.tolist() for one in found.regimes.values()] == [
        one.loss.tolist() for one in regimes.values()
    ]
    told = found.told()
    assert told["loss"].shape == (41, 41) and len(told["paths"]) == len(told["rows"]) == 3
    assert int(runner.scene.bench.model.train_state.step) == 1


@pytest.mark.slow
def test_a_picture_of_ones_own_is_answered_as_predict_answers_it():
    conv = {"class_name": "Conv2D", "config": {"filters": 2, "kernel_size": 3}}
    flat = {"class_name": "Flatten", "config": {}}
    out = {"class_name": "Dense", "config": {"units": 10, "activation": "softmax"}}
    picture = np.zeros((28, 28, 1), np.uint8)
    picture[2:10, 3:5] = 255
    middle = np.roll(picture, (8, 10), (0, 1))  # its centre of mass was at (5.5, 3.5) of 13.5
    sent = base64.b64encode(picture.tobytes()).decode()
    place = {"layer": "conv2d", "unit": [9, 12, 1]}
    look = ("look", {"options": {"drawn": sent, "place": place}})
    wrong = ("look", {"options": {"drawn": "AAAA"}})
    draw = ("draw", {"views": ["maps"]})
    build = ("build", {"layers": [conv, flat, out]})
    runner, line = ran(build, look, draw, wrong, draw, data="mnist")
    own, row = line.shown("maps")
    model = runner.scene.bench.model
    assert own["row"] is None and np.array_equal(own["picture"][0], middle)
    assert own["answer"] == pytest.approx(model.predict(middle[None])[0], rel=1e-5)
    seen = model.inspect(middle[None], runner.scene.bench.y[:1])
    assert own["line"].startswith(seen.line("z", "conv2d", (9, 12, 1)))
    deltas = [len(shown["layers"][0]["delta"]["pixels"]) for shown in (own, row)]
    assert deltas == [0, 2] and row["row"] is not None


def test_a_network_from_a_file_goes_on_from_its_weights(tmp_path):
    trained, _ = ran(EPOCH, reading=SMALL)
    model = trained.scene.bench.model
    model.save(tmp_path / "model.safetensors")
    save_model(model, tmp_path / "model.keras")
    for name in ("model.safetensors", "model.keras"):
        content = (tmp_path / name).read_bytes()
        file = ("file", {"name": name, "content": content})
        other = ("settle", {"settings": {"batch_size": 8}})
        runner, line = ran(file, STEP, ("reset", {}), other, ("script", {"run": 4}), reading=SMALL)
        assert not line.shown("trouble") and runner.scene.bench.made.batch_size == 8
        found = list(runner.scene.bench.model.weights.values())
        assert all(map(np.array_equal, found, model.weights.values()))
        assert "came from a file" in line.shown("script")[0]["text"]
        runner, line = ran(file, ("file", {"name": name, "content": content[:99]}), data="iris")
        assert len(line.shown("trouble")) == 2 and runner.scene.run == 1
        assert "does not fit" in line.shown("trouble")[0]["text"]


def test_a_report_has_the_scores_the_openings_and_the_script():
    report = ("report", {})
    runner, line = ran(EPOCH, report, ("open_test", {}), report, reading=SMALL)
    sealed, opened = (told["text"] for told in line.shown("report"))
    assert "<h2" in sealed and "opened 0 times" in sealed and ">Test<" not in sealed
    assert "opened 1 time." in opened and ">Test<" in opened
    assert "pc.open_data" in sealed and "Runs of this session" in sealed
    assert f"{100 * runner.scene.bench.judged('test')[1].headline.value:.1f} %" in opened


def test_the_script_of_a_table_that_was_sent_says_that_its_folder_is_not_known():
    rows = "\n".join(f"{i},{i % 7},{'ab'[i % 2]}" for i in range(40))
    table = ("file", {"name": "mine.csv", "content": f"x,z,kind\n{rows}\n".encode()})
    _, line = ran(table, ("script", {"run": 2}), reading=SMALL)
    assert "# The page knew this file by its name alone" in line.shown("script")[0]["text"]


def test_one_may_look_back_and_training_goes_on_as_if_one_had_not(alone):
    bench = set_up(alone[0].experiment)
    bench.model.fit(**{**bench.lesson(), "epochs": 1}, verbose=0)
    draw, back = ("draw", {"views": ["network", "score"]}), ("recall", {"epoch": 1})
    runner, line = ran(EPOCH, EPOCH, back, draw, ("recall", {"epoch": 99}), draw, reading=SMALL)
    then, now = line.shown("network")
    assert np.array_equal(then["links"][0]["weights"], bench.model.weights["dense/kernel"])
    assert not np.array_equal(now["links"][0]["weights"], then["links"][0]["weights"])
    assert [told["then"] for told in line.shown("now")] == [1, None]
    runner, _ = ran(EPOCH, back, draw, EPOCH, reading=SMALL)
    mine, theirs = runner.scene.bench.model.weights, alone[0].model.weights
    assert all(np.array_equal(mine[path], theirs[path]) for path in theirs)
    album = Album()
    for epoch in range(1, 200):
        bench.model.trainer.train = bench.model.train_state._replace(epoch=np.int32(epoch))
        album.keep(bench, always=True)
    assert album.epochs[0] == 1 and album.epochs[-1] == 199 and len(album.epochs) <= 64


def test_a_table_with_empty_cells_is_refused_with_two_ways_out():
    rows = "\n".join(f"{i},{i % 7 or ''},{'ab'[i % 2]}" for i in range(42))
    table = ("file", {"name": "mine.csv", "content": f"x,z,kind\n{rows}\n".encode()})
    mend = ("open", {"data": "mine.csv", "reading": {"missing": "drop"}})
    runner, line = ran(table, mend, reading=SMALL)
    assert "nothing in column 'z'" in line.shown("trouble")[0]["text"]
    assert line.shown("gaps")[0]["ways"].keys() == {"median", "drop"}
    assert runner.scene.bench.ready.data.rows == 36
