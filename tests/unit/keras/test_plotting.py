"""Drawings of Keras's models."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from pellucid.base.errors import ConfigError, StateError
from pellucid.keras import Input, Model, Sequential, layers, utils


def branching() -> Any:
    one = Input((4,), name="one")
    inner = Sequential(
        [Input((3,)), layers.Dense(3, activation="tanh", name="in_it")], name="inner"
    )
    a = layers.Dense(3, name="first", trainable=False)(one)
    return Model(one, layers.Add(name="sum")([inner(a), a * 2.0]))


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("m.png", b"\x89PNG"),
        ("m.pdf", b"%PDF"),
        ("m.svg", b"<svg"),
        ("m.dot", b"digraph"),
        ("m", b"\x89"),
    ],
)
def test_models_are_drawn_into_files(name: str, start: bytes, tmp_path: Path) -> None:
    utils.plot_model(branching(), tmp_path / name, show_shapes=True, dpi=50)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_drawing_shows_what_is_asked_for() -> None:
    model = branching()
    plain = str(utils.model_to_dot(model))
    assert plain.count("label=") == 5 and plain.count("->") == 5
    assert "(None, 3)" not in plain and "first" not in plain
    told = str(
        utils.model_to_dot(
            model,
            show_shapes=True,
            show_layer_names=True,
            show_dtype=True,
            show_trainable=True,
            show_layer_activations=True,
            expand_nested=True,
            rankdir="LR",
        )
    )
    for words in ("first (Dense)", "out: (None, 3)", "float32", "not trainable", "tanh", "in_it"):
        assert words in told
    assert "inner" not in told and "rankdir=LR" in told


def test_every_arrow_and_box_is_in_the_svg() -> None:
    root = ElementTree.fromstring(utils.model_to_dot(branching())._repr_svg_())
    tags = [element.tag.rpartition("}")[2] for element in root.iter()]
    assert tags.count("polyline") == 5
    assert tags.count("rect") == 1 + 5  # the paper, and the boxes


def test_what_cannot_be_drawn_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"\.gif"):
        utils.plot_model(branching(), tmp_path / "m.gif")
    with pytest.raises(ConfigError, match="drawn so"):
        utils.model_to_dot(branching(), rankdir="XY")
    with pytest.raises(StateError):
        utils.model_to_dot(Sequential([layers.Dense(2)]))
