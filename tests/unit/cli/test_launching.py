"""What `pellucid launch` refuses, and how a process knows its place."""

import pytest
from click.testing import CliRunner

from pellucid.base.errors import ConfigError
from pellucid.cli import launching
from pellucid.training.place import Place, place_of


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-n", "2", "--", "predict", "run"), "launch starts `train`"),
        (("-n", "2", "--rank", "0", "--", "train", "iris"), "--rank goes with --coordinator"),
        (
            ("-n", "2", "--rank", "2", "--coordinator", "a:1", "--", "train", "iris"),
            "is less than n",
        ),
        (("-n", "2"), "Missing argument"),
    ],
)
def test_what_cannot_be_launched_is_refused(words, told):
    found = CliRunner().invoke(launching.command, words)
    assert found.exit_code == 2
    assert told in found.output


def test_a_process_knows_its_place_by_its_environment():
    place = Place("127.0.0.1:7001", 1, 4, 8)
    assert place_of(place.variables()) == place
    assert place_of({}) is None
    with pytest.raises(ConfigError, match="does not know its place"):
        place_of({"PELLUCID_COORDINATOR": "a:1", "PELLUCID_RANK": "first"})
