"""A report holds what a reader needs to believe a score, and to repeat it."""

import re
from dataclasses import replace

import pytest

from pellucid.base.errors import FileError
from pellucid.data.sources import open_data
from pellucid.experiments.experiment import Experiment
from pellucid.experiments.report import page, score_blocks, short_blocks
from pellucid.experiments.running import run
from pellucid.models.history import History
from pellucid.plots.blocks import Code, Note, Picture, Section, Sentence, Table
from pellucid.plots.page import to_html


def made(folder, data, **settings):
    return run(Experiment(data, **settings), folder, verbose=0)


@pytest.fixture(scope="module")
def moons(tmp_path_factory):
    return made(tmp_path_factory.mktemp("runs") / "moons", "moons", epochs=3)


@pytest.fixture(scope="module")
def sine(tmp_path_factory):
    return made(tmp_path_factory.mktemp("runs") / "sine", "sine", epochs=3)


def every(blocks, kind):
    for block in blocks:
        if isinstance(block, Section):
            yield from every(block.blocks, kind)
        elif isinstance(block, kind):
            yield block


def titles(made):
    return [section.title for section in page(made.material).sections]


def test_sections_in_the_order_of_questions(moons, sine):
    first = {moons: ["Class by class", "Mistakes"], sine: ["Number by number"]}
    for outcome, middle in first.items():
        doctor = ["What the doctor found"] if outcome.material.findings else []
        last = ["Training", *doctor, "Network", "Data", "To repeat it"]
        assert titles(outcome) == ["Score on rows held out", *middle, *last]


def test_a_score_stands_beside_its_interval_and_its_baseline(moons):
    judgement = moons.material.judgement
    words = " ".join(block.text for block in every(score_blocks(judgement), Sentence))
    score = judgement.headline
    assert f"{100 * score.value:.1f} %" in words
    assert f"{100 * score.low:.1f} % to {100 * score.high:.1f} %" in words
    assert f"{100 * score.baseline:.1f} %" in words
    assert "45 rows that the network has not learnt from" in words


def test_what_made_it_is_told(moons):
    text = re.sub(r"<[^>]+>", " ", to_html(page(moons.material)))
    experiment = moons.material.experiment.to_toml().splitlines()
    for words in ("pellucid train moons --epochs 3", "Python 3", "jax ", "seed", *experiment[:1]):
        assert words.replace('"', "&quot;") in text or words in text
    (digest,) = re.findall(r"\b[0-9a-f]{64}\b", text)
    assert digest == moons.material.ready.data.digest


def test_pictures_say_in_words_what_they_show(moons, sine):
    for material in (moons.material, sine.material):
        pictures = list(every(page(material).sections, Picture))
        assert len(pictures) >= 4
        assert all(picture.alt and picture.caption for picture in pictures)


def test_mistakes_are_named_by_their_row(moons):
    (table,) = (t for t in every(page(moons.material).sections, Table) if "mistakes" in t.caption)
    wrong = moons.material.said != moons.material.true
    assert len(table.rows) == min(24, wrong.sum())
    names = {moons.material.ready.data.where(row) for row in moons.material.rows[wrong].tolist()}
    assert {row[0] for row in table.rows} <= names
    assert table.columns == ("row", "true class", "predicted class", "probability", "x1", "x2")


def test_the_largest_errors_come_first(sine):
    (table,) = (t for t in every(page(sine.material).sections, Table) if "errors" in t.caption)
    off = [abs(row[3]) for row in table.rows]
    assert off == sorted(off, reverse=True)
    assert off[0] == pytest.approx(abs(sine.material.true - sine.material.output).max())


def test_a_bad_score_is_not_made_to_look_good(tmp_path):
    lazy = made(tmp_path / "lazy", "xor-points", network="linear", epochs=1)
    warnings = [note.text for note in every(lazy.blocks, Note) if note.kind == "warning"]
    assert any("not surely better than the constant prediction" in text for text in warnings)


def test_settings_in_notes_are_options(tmp_path):
    data = open_data({"a": [0.5 * k for k in range(40)], "kind": ["x", "y"] * 20})
    own = run(Experiment("own.csv", epochs=1), tmp_path / "own", data=data, verbose=0)
    notes = [note.text for note in every(page(own.material).sections, Note)]
    assert any("--target ..." in text for text in notes)
    assert not any("target=" in text for text in notes)


def test_the_screen_has_no_pictures_and_the_page_all_code(moons):
    assert not list(every(short_blocks(moons.material), Picture))
    remedies = [found for found in moons.material.findings if found.change is not None]
    shown = list(every(page(moons.material).sections, Code))
    assert len(shown) == 3 + len(remedies)  # network, command, TOML


def test_a_run_that_diverged_or_was_stopped_says_so_first(moons):
    *whole, last = moons.material.history.records
    broken = History([*whole, last._replace(values=last.values | {"loss": float("nan")})])
    diverged = replace(moons.material, history=broken)
    assert not diverged.finite
    assert moons.material.finite
    first = next(every(short_blocks(diverged), Note))
    assert first.kind == "error"
    assert "non-finite in epoch 3" in first.text
    assert "weights of epoch" in first.text
    stopped = replace(moons.material, interrupted=True)
    for blocks in (short_blocks(stopped), page(stopped).sections):
        assert "Ctrl-C stopped training after 3 epochs" in next(every(blocks, Note)).text


def test_what_came_into_the_place_of_a_run_meanwhile_is_not_overwritten(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    theirs, kept = tmp_path / "runs/xor-1/theirs.txt", tmp_path / "runs/xor-1.training"

    def taken(blocks):
        theirs.parent.mkdir(parents=True)
        theirs.write_text("a day's work", encoding="utf-8")

    with pytest.raises(FileError, match="cannot be written to runs/xor-1"):
        run(Experiment("xor", epochs=1), verbose=0, show=taken)
    assert theirs.read_text(encoding="utf-8") == "a day's work"
    assert list(kept.glob("*.safetensors"))  # the training is not lost
    theirs.rename(tmp_path / "elsewhere.txt")
    theirs.parent.rmdir()
    outcome = run(Experiment("xor", epochs=1), "runs/xor-1", verbose=0, resume=True)
    assert outcome.run.path.as_posix() == "runs/xor-1"
    assert not kept.exists()
