"""Each lesson opens, trains, and shows something where it says one should look."""

from pathlib import Path

import pytest
from lab_line import ran

from pellucid.base.errors import FileError, PellucidError
from pellucid.lab.lesson import VIEWS as NAMES
from pellucid.lab.lesson import Lesson, all_lessons, lesson_named
from pellucid.lab.views import VIEWS

STEP = ("step", {"unit": "batch"})
QUICK = ("perceptron",)  # the others are opened at night: each compiles its network
SHOWN = {  # what must be there, and not empty
    **{"data": "columns", "network": "links", "train": "rows", "layers": "rows", "maps": "layers"},
    **{"space": "surface", "score": "judgement", "runs": "runs"},
}


def opens(name):
    lesson = lesson_named(name)
    runner, line = ran(STEP, STEP, ("draw", {"views": [lesson.view]}), lesson=lesson.to_toml())
    assert not line.shown("trouble")
    assert runner.scene.lesson == lesson and int(runner.scene.bench.model.train_state.step) == 2
    assert len(line.shown(lesson.view)[-1][SHOWN[lesson.view]])
    (told,) = [one["lesson"] for one in line.shown("state")][-1:]
    assert told["view"] == lesson.view and len(told["look"]) == 3


@pytest.mark.parametrize("name", QUICK)
def test_a_lesson_opens_trains_and_shows_what_it_speaks_of(name):
    opens(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(all_lessons()) - set(QUICK)))
def test_every_other_lesson_does(name):
    opens(name)


def test_a_lesson_is_a_file_and_back():
    assert set(NAMES) <= set(VIEWS)
    for lesson in all_lessons().values():
        assert lesson.rows and Lesson.from_toml(lesson.to_toml()) == lesson


def test_the_page_of_the_lab_names_every_lesson():
    page = (Path(__file__).parents[3] / "docs" / "lab.md").read_text("utf-8")
    for name, lesson in all_lessons().items():
        rows = ", ".join(map(str, lesson.rows))
        assert f"| `{name}` | {lesson.title} | {rows} |" in page


def test_what_is_on_the_bench_goes_along_as_a_lesson_with_its_rows():
    rows = "\n".join(f"{i},{i % 7},{'ab'[i % 2]}" for i in range(40))
    table = ("file", {"name": "mine.csv", "content": f"x,z,kind\n{rows}\n".encode()})
    dense = {"class_name": "Dense", "config": {"units": 1, "activation": "sigmoid"}}
    build = ("build", {"layers": [{"class_name": "Dropout", "config": {"rate": 0.5}}, dense]})
    share = ("share", {"title": "Mine", "view": "space", "look": ["Look.", "Here."]})
    runner, line = ran(table, build, ("look", {"options": {"cell": None, "odd": [None]}}), share)
    text = line.shown("lesson")[0]["text"]
    again, line = ran(STEP, lesson=text)
    assert not line.shown("trouble") and again.scene.lesson.look == ("Look.", "Here.")
    mine, theirs = runner.scene.bench, again.scene.bench
    assert (mine.ready.x == theirs.ready.x).all() and mine.layers == theirs.layers
    assert mine.made.batch_size == theirs.made.batch_size


def test_another_set_of_the_same_kind_keeps_lesson_and_network():
    lesson = lesson_named("perceptron").to_toml()
    runner, _ = ran(("open", {"data": "nor", "reading": {}}), lesson=lesson)
    assert runner.scene.lesson and [one.units for one in runner.scene.bench.layers] == [1]
    runner, _ = ran(("open", {"data": "iris", "reading": {}}), lesson=lesson)
    assert runner.scene.lesson is None and len(runner.scene.bench.layers) == 3


@pytest.mark.parametrize(
    "text",
    [
        *("", "title", 'title = "a"\nlook = []\nview = "space"', "rows = [1]"),
        'title = "a"\nlook = []\nview = "moon"\n[experiment]\ndata = "xor"',
        'title = "a"\nlook = "b"\nview = "space"\n[experiment]\ndata = "xor"',
        'title = "a"\nlook = []\nview = "space"\n[experiment]\ndata = "xor"\nnonsense = 1',
        'title = "a"\nlook = []\nview = "space"\nhurt = 1\n[experiment]\ndata = "xor"',
    ],
)
def test_what_is_no_lesson_is_refused(text):
    with pytest.raises(PellucidError):
        Lesson.from_toml(text)


def test_W5_a_lesson_that_a_page_sends_opens_no_place_on_this_machine():
    sent = lesson_named("xor").to_toml().replace('"xor-points"', '"/etc/passwd"')
    file = ("file", {"name": "a.toml", "content": sent.encode()})
    runner, line = ran(file, ("lesson", {"name": "../secret"}))
    assert [told["text"][:14] for told in line.shown("trouble")] == [
        "The page may o",
        "There is no le",
    ]
    assert runner.scene.run == 1
    with pytest.raises(FileError):
        lesson_named("../xor")
