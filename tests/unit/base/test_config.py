"""Settings are values: checked where written, printed as the call, and back from JSON."""

import json

import numpy as np
import pytest

from pellucid.base.config import Config, config, option
from pellucid.base.errors import ConfigError
from pellucid.base.registry import Registry

SHAPES: Registry[type] = Registry("shape")


@SHAPES.register("circle")
@config
class Circle(Config):
    """A round thing."""

    radius: float = option(default=1.0, above=0)


@config
class Drawing(Config):
    """Something with settings of every kind."""

    count: int = option(default=3, at_least=1, at_most=9)
    scale: float | None = None
    size: tuple[int, ...] = option(default=(3, 3), convert=lambda s: (s, s) if s == 3 else s)
    shape: Circle | str = option(default="circle", choices=SHAPES)
    mode: str = option(default="thin", choices=("thin", "thick"))
    filled: bool = False


def test_equal_meanings_are_equal_values():
    assert Drawing(count=np.int64(4), size=3) == Drawing(count=4.0, size=[3, 3])
    assert hash(Drawing(4)) == hash(Drawing(4))
    assert isinstance(Drawing(scale=2).scale, float)


def test_it_prints_as_the_call_that_made_it():
    drawing = Drawing(4, shape=Circle(2.0), filled=True)
    assert repr(drawing) == "Drawing(count=4, shape=Circle(radius=2.0), filled=True)"
    assert eval(repr(drawing)) == drawing


def test_json_and_back():
    drawing = Drawing(4, shape=Circle(2.0), size=(1, 2))
    assert Drawing.from_config(json.loads(json.dumps(drawing.to_config()))) == drawing


@pytest.mark.parametrize(
    "settings, words",
    [
        ({"count": 0}, "no smaller than 1"),
        ({"count": 10}, "no larger than 9"),
        ({"count": 2.5}, "wrong type"),
        ({"count": True}, "wrong type"),
        ({"count": "3"}, "wrong type"),
        ({"scale": float("nan")}, "wrong type"),
        ({"scale": "x"}, "wrong type"),
        ({"filled": 1}, "wrong type"),
        ({"mode": "thik"}, "did you mean 'thick'"),
        ({"shape": "circel"}, "did you mean 'circle'"),
        ({"shape": 7}, "wrong type"),
        ({"shape": None}, "cannot be used as shape"),
    ],
)
def test_a_wrong_value_is_named_where_it_is_written(settings, words):
    with pytest.raises(ConfigError, match=words):
        Drawing(**settings)


def test_settings_may_hold_several_configs():
    @config
    class Album(Config):
        shapes: tuple[object, ...] = option(choices=SHAPES)

    album = Album([Circle(2.0), "circle"])
    assert album.shapes == (Circle(2.0), "circle")
    assert Album.from_config(json.loads(json.dumps(album.to_config()))) == album
    with pytest.raises(ConfigError, match="did you mean 'circle'"):
        Album(["circel"])


def test_an_unknown_setting_in_a_file_is_named():
    with pytest.raises(ConfigError, match="did you mean 'count'"):
        Drawing.from_config({"cuont": 3})


def test_a_function_of_ones_own_cannot_be_saved_silently():
    @config
    class Holder(Config):
        function: object = None

    with pytest.raises(ConfigError, match="function of your own"):
        Holder(print).to_config()


def test_an_error_is_one_line_for_a_terminal():
    with pytest.raises(ConfigError) as caught:
        Drawing(count=0)
    assert "\n" not in caught.value.one_line
    assert caught.value.one_line.startswith("Drawing(count=...) is out of range. (got 0; ")
