"""What pages look at while training hurries on, and networks and runs that are opened by name."""

import numpy as np
import pytest
from click.testing import CliRunner
from lab_line import ran

import pellucid as pc
from pellucid.cli.main import pellucid_command
from pellucid.experiments.folder import open_run
from pellucid.lab.views.pixels import tile, tiles

STEP = ("step", {"unit": "batch"})
SMALL = {"rows": 60, "seed": 3}


def test_while_training_hurries_on_pictures_are_of_rows_that_stay():
    runner, line = ran(STEP, ("draw", {"views": ["layers"]}), reading=SMALL)
    scene, whole = runner.scene, line.shown("layers")[-1]
    assert not whole["batch"]["stays"] and whole["batch"]["rows"] == 16
    scene.pedals.play()
    scene.pedals.speed = None
    first = scene._replace(options={"example": 13}).batch
    last = scene.looks.next.rows
    assert first.stays and len(first.rows) == 8 and first.rows[13 % 8] == last[13]
    scene.bench.model.train_on_batch(scene.bench.ready.x[:4], scene.bench.y[:4])
    second = scene.batch
    assert second.rows.tolist() == first.rows.tolist() and second.step == first.step + 1
    kernels = [batch.seen["weight"]["dense"]["kernel"] for batch in (first, second)]
    assert not np.array_equal(*kernels)
    scene.pedals.rest()
    assert not scene.batch.stays


def test_pictures_of_one_size_are_each_on_their_own_scale():
    made = tiles(np.array([[[1, -4]], [[0, 0]], [[np.nan, 2]]], np.float32))
    assert made["pixels"].tolist() == [[[32, -127]], [[0, 0]], [[-128, 127]]]
    assert made["largest"].tolist() == [4, 0, 2] and made["of"] == [1, 2]
    wide = np.zeros((1, 1, 130), np.float32)
    wide[0, 0, 77] = -5
    small = tile(wide[0])
    assert small["pixels"].shape == (1, 44) and small["pixels"].min() == -127
    assert (small["least"], small["of"]) == (-5, [1, 130])


@pytest.mark.slow
def test_a_run_of_the_folder_is_opened_by_its_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    train = ["train", "iris", "--epochs", "2", "--network", "3"]
    assert CliRunner().invoke(pellucid_command, train).exit_code == 0
    draw, here = ("draw", {"views": ["runs"]}), ("run", {"name": "iris-1"})
    runner, line = ran(draw, ("run", {"name": "../iris-1"}), here, draw, reading=SMALL)
    assert line.shown("runs")[-1]["kept"] == ["iris-1"]
    assert "no run called" in line.shown("trouble")[0]["text"]
    bench, run = runner.scene.bench, open_run("runs/iris-1")
    assert bench.experiment.data == "iris"
    found, kept = bench.model.weights, run.model.weights
    assert all(np.array_equal(found[path], kept[path]) for path in kept)


def test_a_network_without_scaling_is_said_to_get_the_rows_as_they_are(tmp_path):
    model = pc.Sequential([pc.Input((4,)), pc.layers.Dense(3, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.train_on_batch(np.zeros((2, 4), np.float32), np.array([0, 1]))
    model.save(tmp_path / "model.safetensors")
    content = (tmp_path / "model.safetensors").read_bytes()
    file = ("file", {"name": "model.safetensors", "content": content})
    runner, line = ran(file, ("draw", {"views": []}), data="iris")
    assert not line.shown("trouble")
    assert runner.scene.bench.unscaled == pytest.approx((0.1, 7.9))
    assert line.shown("state")[-1]["unscaled"] == pytest.approx([0.1, 7.9])
