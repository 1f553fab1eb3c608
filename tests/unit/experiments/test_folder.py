"""A run folder is there whole, or not at all."""

import os

import pytest

import pellucid as pc
from pellucid.base.errors import FileError
from pellucid.experiments.folder import history_csv, new_folder, open_run, write_run


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def model():
    return pc.Sequential([pc.Input((2,)), pc.layers.Dense(1)])


def everything(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_all_files_are_there(tmp_path, model):
    write_run(tmp_path / "runs" / "a", model, {"one.txt": "1", "two.txt": "Zürich"})
    assert everything(tmp_path) == [
        *("runs", "runs/a", "runs/a/SHA256SUMS", "runs/a/model.safetensors"),
        *("runs/a/one.txt", "runs/a/two.txt"),
    ]
    assert (tmp_path / "runs/a/two.txt").read_text(encoding="utf-8") == "Zürich"
    assert (tmp_path / "runs/a").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt, ValueError])
def test_a_failure_while_writing_leaves_nothing(tmp_path, model, monkeypatch, kind):
    calls = []

    def fails(number):
        calls.append(number)
        if len(calls) == 3:
            raise kind(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(FileError if kind is OSError else kind, match="No space left"):
        write_run(tmp_path / "runs" / "a", model, {"one": "1", "two": "2", "three": "3"})
    assert [name for name in everything(tmp_path) if name != "runs"] == []


def test_a_run_is_never_overwritten(tmp_path, model):
    write_run(tmp_path / "a", model, {"one": "1"})
    with pytest.raises(FileError, match="is there already"):
        new_folder(tmp_path / "a", "iris")
    with pytest.raises(FileError, match="cannot be written"):  # it came into being meanwhile
        write_run(tmp_path / "a", model, {"one": "2"})
    assert everything(tmp_path) == ["a", "a/SHA256SUMS", "a/model.safetensors", "a/one"]
    assert (tmp_path / "a/one").read_text() == "1"


def test_names_are_counted(tmp_path):
    assert new_folder(None, "../my table.csv").as_posix() == "runs/my-table-1"
    (tmp_path / "runs/iris-1").mkdir(parents=True)
    assert new_folder(None, "iris").as_posix() == "runs/iris-2"
    assert everything(tmp_path) == ["runs", "runs/iris-1"]  # asking makes nothing


def test_no_folder_inside_a_file(tmp_path):
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(FileError, match="No folder can be made at runs/iris-1"):
        new_folder(None, "iris")


def test_what_is_no_run(tmp_path, model):
    with pytest.raises(FileError, match="no run in gone"):
        open_run("gone")
    write_run(tmp_path / "a", model, {"experiment.toml": 'data = "iris"'})
    with pytest.raises(FileError, match=r"encoding\.json cannot be read"):
        open_run(tmp_path / "a")
    (tmp_path / "a/encoding.json").write_text('{"features": 3')
    with pytest.raises(FileError, match=r"encoding\.json is not what was written"):
        open_run(tmp_path / "a")
    (tmp_path / "a/SHA256SUMS").unlink()
    with pytest.raises(FileError, match=r"(?s)encoding\.json: .* no valid JSON"):
        open_run(tmp_path / "a")


def test_history_keeps_every_digit():
    assert history_csv({"epoch": [1, 2], "loss": [0.1, 1 / 3]}) == (
        "epoch,loss\n1,0.1\n2,0.3333333333333333\n"
    )
