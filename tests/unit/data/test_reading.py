"""The settings of a reading."""

from dataclasses import fields

import pytest

from pellucid.base.errors import ConfigError
from pellucid.data.reading import Reading


@pytest.mark.parametrize(
    "settings",
    [{"size": 0}, {"size": (1, 2, 3)}, {"delimiter": ",,"}, {"missing": "zero"}, {"rows": 0}],
)
def test_impossible_settings_are_refused(settings):
    with pytest.raises(ConfigError):
        Reading(**settings)


def test_a_reading_survives_its_config_and_explains_itself():
    reading = Reading(size=32, drop="a", delimiter="tab", na_values=["NA", "?"])
    assert reading.size == (32, 32)
    assert reading.drop == ("a",)
    assert reading.delimiter == "\t"
    assert Reading.from_config(reading.to_config()) == reading
    assert hash(reading) == hash(Reading.from_config(reading.to_config()))
    assert all(field.metadata["about"] for field in fields(Reading))
